"""History through the served front: what was answered is in it at once, and the past is what was seen."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.workers.server import Server, serving

from cppcc_graph.grants import Grant
from cppcc_graph.tokens import Tokens

pytestmark = pytest.mark.slow

NAME = "https://w3id.org/cppcc-graph/graph/notes"
GRAPH, BY_IRI = "/graphs/graph/notes", f"/graphs?graph={quote(NAME, safe='')}"
NOTED = "https://w3id.org/cppcc-graph/id/organisation/cppcc-hengyang"
DOCUMENT = "/doc/organisation/cppcc-hengyang.ttl"
QUIET = ("--workers", 2, "--log-level", "ERROR")
PASSING = "<https://w3id.org/cppcc-graph/ontology/passing> a <http://www.w3.org/2002/07/owl#Ontology> ."
LINES = {"Accept": "application/n-triples"}


def note(number: int) -> str:
    """Another name of a thing that the bundled data describe."""
    return f'<{NOTED}> <http://www.w3.org/2004/02/skos/core#altLabel> "note {number}"@en .\n'


def wrote(server: Server, token: str, number: int) -> int:
    """The version that the note has become."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    answer = server.request("PUT", f"{GRAPH}?message=note%20{number}", body=note(number).encode(), headers=headers)
    assert answer.status in (201, 204), answer.body
    return int(answer.headers["data-version"])


def lines(server: Server, target: str) -> list[bytes]:
    answer = server.request("GET", target, headers=LINES)
    assert answer.status == 200, (target, answer.status, answer.body)
    return sorted(answer.body.splitlines())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("history") / "store"


@pytest.fixture(scope="module")
def token(kept: Path) -> str:
    kept.mkdir()
    return Tokens(kept).create(Grant(name="curator"))


@pytest.fixture(scope="module")
def server(kept: Path, token: str) -> Iterator[Server]:  # noqa: ARG001  # the token is in the folder before it is served
    with serving("--store", kept, "--writable", *QUIET) as running:
        yield running


def test_a_commit_is_in_the_history_as_soon_as_it_is_answered(server: Server, token: str) -> None:
    for number in range(15):
        version = wrote(server, token, number)
        told = server.request("GET", f"/versions/{version}", headers={"Accept": "text/turtle"})
        listed = server.request("GET", "/versions", headers={"Accept": "text/html"}).body.decode()

        assert told.status == 200
        assert f'"note {number}"'.encode() in told.body
        assert f"/versions/{version}" in told.headers["link"]
        assert f">Version {version}<" in listed


def test_the_past_of_a_graph_and_of_a_document_is_what_was_seen(server: Server, token: str) -> None:
    seen = {}
    for number in range(100, 108):
        version = wrote(server, token, number)
        document = server.request("GET", DOCUMENT).body
        seen[version] = (lines(server, GRAPH), document)

    for version, (graph, document) in seen.items():
        assert lines(server, f"/versions/{version}{GRAPH}") == graph
        assert lines(server, f"/versions/{version}{BY_IRI}") == graph
        assert server.request("GET", f"/versions/{version}{DOCUMENT}").body == document


def test_what_was_removed_is_gone_and_leads_to_what_it_was(server: Server, token: str) -> None:
    thing, place = "/ontology/passing", "/graphs/graph/passing"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    said = PASSING.encode()
    before = server.request("GET", thing, headers=LINES).status
    assert server.request("PUT", place, body=said, headers=headers).status == 201
    there, document = server.request("GET", thing, headers=LINES), server.request("HEAD", "/doc/ontology/passing.nt")
    removed = server.request("DELETE", place, headers=headers)
    version = int(removed.headers["data-version"])
    gone = [server.request("GET", address, headers=LINES) for address in (thing, "/doc/ontology/passing")]
    earlier = f"/versions/{version - 1}/doc/ontology/passing"

    assert (before, there.status, document.headers["etag"][:3]) == (404, 303, f'"v{version - 1}'[:3])
    assert [answer.status for answer in gone] == [410, 410]
    assert all(f"Version {version} of the data removed" in answer.body.decode() for answer in gone)
    assert all(earlier in answer.body.decode() for answer in gone)
    assert server.request("GET", earlier, headers=LINES).status == 200
    assert server.request("GET", "/ontology/never", headers=LINES).status == 404


def test_a_document_was_modified_when_the_data_were_committed(server: Server) -> None:
    time.sleep(1)  # a time of this very second is not told
    answer = server.request("GET", DOCUMENT)
    commits = server.request("GET", "/versions", headers={"Accept": "application/n-quads"}).body.decode()
    told = parsedate_to_datetime(answer.headers["last-modified"])
    known = server.request("GET", DOCUMENT, headers={"If-Modified-Since": answer.headers["last-modified"]})

    assert told.strftime("%Y-%m-%dT%H:%M:%S") in commits
    assert (known.status, known.headers["etag"]) == (304, answer.headers["etag"])


def test_the_past_does_not_move_while_the_present_does(server: Server, token: str) -> None:
    version = wrote(server, token, 200)
    expected = lines(server, f"/versions/{version}{GRAPH}")
    wrong, stopped = [], threading.Event()

    def read() -> None:
        while not stopped.is_set():
            answer = server.request("GET", f"/versions/{version}{GRAPH}", headers=LINES)
            if answer.status == 200 and sorted(answer.body.splitlines()) != expected:
                wrong.append(answer.body)
            elif answer.status not in (200, 503):
                wrong.append(answer.status)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(201, 221):
        wrote(server, token, number)
    stopped.set()
    for reader in readers:
        reader.join()

    assert wrong == []


def test_a_time_leads_to_the_past_through_the_front(server: Server, token: str) -> None:
    wrote(server, token, 300)
    asked = server.request("GET", GRAPH, headers={**LINES, "Accept-Datetime": "Thu, 31 May 2007 20:35:00 GMT"})
    place = asked.headers["location"]

    assert (asked.status, asked.body) == (302, b"")
    assert place.startswith(f"http://127.0.0.1:{server.port}/versions/")
    assert server.request("GET", place.partition(str(server.port))[2]).headers["memento-datetime"]
    assert server.request("GET", f"/timemap{GRAPH}").status == 200


def test_a_server_that_only_reads_tells_the_history_of_its_folder(kept: Path, server: Server, token: str) -> None:
    first, second = wrote(server, token, 400), wrote(server, token, 401)
    seen = lines(server, f"/versions/{first}{GRAPH}")
    with serving("--store", kept, *QUIET) as reading:
        page = reading.request("GET", "/versions", headers={"Accept": "text/html"})

        assert f">Version {second}<" in page.body.decode()
        assert lines(reading, f"/versions/{first}{GRAPH}") == seen
        assert b"note 400" in reading.request("GET", f"/versions/{first}{DOCUMENT}").body
        assert reading.request("GET", "/feed").status == 200

        later = wrote(server, token, 402)

        assert b"note 401" in b"".join(lines(reading, GRAPH))
        assert b"note 402" in b"".join(lines(reading, f"/versions/{later}{GRAPH}"))
        assert lines(reading, f"/versions/{first}{GRAPH}") == seen


def test_many_ask_for_pages_of_history_at_once(server: Server, token: str) -> None:
    last = wrote(server, token, 500)
    addresses = [
        "/versions",
        f"/versions/{last}",
        f"/versions/{last - 3}..{last}",
        "/feed",
        f"/versions/{last - 1}{GRAPH}",
    ]
    statuses: list[int] = []

    def ask(target: str) -> None:
        with closing(server.connect()) as connection:
            for _ in range(20):
                connection.request("GET", target)
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)

    asking = [threading.Thread(target=ask, args=(target,)) for target in addresses * 2]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert statuses == [200] * 200
