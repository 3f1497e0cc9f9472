"""Graphs and documents as they were, by time and by version."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat
from tests.history.conftest import noted
from tests.web.conftest import BASE, BEGUN, FICTIONAL, triples
from tests.web.test_pages import Read, words
from werkzeug.http import http_date

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch
from cppcc_graph.web import create_app

REPORT = f"{BASE}report/mingchuan-2033"
GRAPH = "/graphs/report/mingchuan-2033"
BY_IRI = f"/graphs?graph={REPORT}"
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
COMMITTEE = NamedNode(f"{BASE}id/organisation/cppcc-mingchuan")
DOCUMENTS = [
    "organisation/cppcc-mingchuan",
    "report/mingchuan-2033",
    "report/mingchuan-2033/observation/filed-proposals",
    "ontology",
    "vocabulary/units",
]
LINES = {"Accept": "application/n-triples"}
FIRST_HOUR = {"Accept-Datetime": http_date(BEGUN + timedelta(minutes=30))}


def as_the_engine_writes() -> tuple[Quad, ...]:
    """As what comes through the gate: patches hold what the engine holds."""
    held = EmbeddedStore()
    held.replace_graphs(
        {REPORT: triples(FICTIONAL / "mingchuan-2033.ttl"), f"{BASE}ontology": triples(FICTIONAL / "shared.ttl")}
    )
    return tuple(sorted(held.quads(), key=str))


BEGINNING = Patch(added=as_the_engine_writes())


def renamed(old: str, new: str, graph: str = REPORT) -> Patch:
    def label(text: str) -> Quad:
        return Quad(COMMITTEE, LABEL, Literal(text, language="en"), NamedNode(graph))

    return Patch(removed=(label(old),), added=(label(new),))


def label_of_the_committee(data: EmbeddedStore) -> tuple[str, str]:
    """What it is called in English, and in which graph."""
    return next(
        (quad.object.value, quad.graph_name.value)
        for quad in data.quads()
        if quad.subject == COMMITTEE and quad.predicate == LABEL and quad.object.language == "en"
    )


@pytest.fixture
def begun(kept_app: Flask, commit: Callable[..., None]) -> FlaskClient:
    """A client of a server with one report, just loaded."""
    commit(BEGINNING)
    return kept_app.test_client()


@pytest.fixture
def rename(begun: FlaskClient, commit: Callable[..., None], data: EmbeddedStore) -> Callable[[str], None]:  # noqa: ARG001
    """Gives the committee another English name."""

    def change(new: str) -> None:
        old, graph = label_of_the_committee(data)
        commit(renamed(old, new, graph))

    return change


def sorted_lines(client: FlaskClient, address: str, **headers: str) -> list[str]:
    answer = client.get(address, headers={**LINES, **headers}, follow_redirects=False)
    assert answer.status_code == 200
    return sorted(answer.text.splitlines())


# --- graphs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [GRAPH, BY_IRI])
def test_a_graph_is_what_it_was(begun: FlaskClient, commit: Callable[..., None], address: str) -> None:
    before = sorted_lines(begun, address)
    commit(Patch(removed=BEGINNING.added[:40], added=(Quad(COMMITTEE, LABEL, Literal("x"), NamedNode(REPORT)),)))
    after = sorted_lines(begun, address)

    assert before != after
    assert sorted_lines(begun, f"/versions/1{address}") == before
    assert sorted_lines(begun, f"/versions/2{address}") == after


def test_a_state_keeps_its_bytes_and_its_entity_tag(begun: FlaskClient, rename: Callable[[str], None]) -> None:
    first = begun.get(f"/versions/1{GRAPH}")
    for number in range(3):
        rename(f"name {number}")
    later = begun.get(f"/versions/1{GRAPH}")
    known = begun.get(f"/versions/1{GRAPH}", headers={"If-None-Match": first.headers["ETag"]})

    assert (later.data, later.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert known.status_code == 304


def test_a_graph_that_is_gone_can_be_looked_at(begun: FlaskClient, commit: Callable[..., None]) -> None:
    before = sorted_lines(begun, GRAPH)
    commit(Patch(removed=tuple(quad for quad in BEGINNING.added if quad.graph_name.value == REPORT)))
    led = begun.get(GRAPH, headers=FIRST_HOUR)

    assert begun.get(GRAPH).status_code == 404
    assert begun.get(f"/versions/2{GRAPH}").status_code == 404
    assert led.status_code == 302
    assert sorted_lines(begun, led.headers["Location"].removeprefix("http://localhost")) == before


def test_what_never_was_a_graph_has_no_states(begun: FlaskClient) -> None:
    for address in (f"/versions/1/graphs?graph={BASE}nothing", f"/timemap/graphs?graph={BASE}nothing"):
        assert begun.get(address).get_json()["type"] == f"{BASE}problems#unknown-graph"
    assert begun.get(f"/graphs?graph={BASE}nothing", headers=FIRST_HOUR).status_code == 404


@pytest.mark.parametrize("address", ["/versions/1/graphs?default", "/versions/1/graphs", "/timemap/graphs?default"])
def test_the_union_has_no_states(begun: FlaskClient, address: str) -> None:
    assert begun.get(address).status_code == 400


def test_a_state_is_no_page(begun: FlaskClient) -> None:
    assert begun.get(f"/versions/1{GRAPH}", headers={"Accept": "text/html"}).status_code == 406


# --- by time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "version"),
    [
        (timedelta(days=-400), 1),
        (timedelta(seconds=-1), 1),
        (timedelta(0), 1),  # 08:00:00 is what the memento of 08:00:00.25 says of itself
        (timedelta(minutes=59), 1),
        (timedelta(hours=1), 2),
        (timedelta(hours=2), 2),  # the third commit changed another graph
        (timedelta(hours=3), 4),
        (timedelta(days=4000), 4),
    ],
)
def test_a_time_leads_to_the_state_that_began_last(
    begun: FlaskClient, commit: Callable[..., None], data: EmbeddedStore, after: timedelta, version: int
) -> None:
    for text, graph in (("two", REPORT), ("three", f"{BASE}other"), ("four", REPORT)):
        commit(Patch(added=(Quad(COMMITTEE, LABEL, Literal(text), NamedNode(graph)),)))
    asked = begun.get(GRAPH, headers={"Accept-Datetime": http_date(BEGUN + after)})

    assert (asked.status_code, asked.data) == (302, b"")
    assert asked.headers["Location"] == f"http://localhost/versions/{version}{GRAPH}"
    assert "Accept-Datetime" in asked.headers["Vary"]
    assert "Memento-Datetime" not in asked.headers
    assert data.number == 4


def test_what_a_memento_says_of_its_time_leads_back_to_it(begun: FlaskClient, rename: Callable[[str], None]) -> None:
    rename("two")
    rename("three")
    for version in (1, 2, 3):
        at = begun.get(f"/versions/{version}/doc/organisation/cppcc-mingchuan").headers["Memento-Datetime"]
        led = begun.get("/doc/organisation/cppcc-mingchuan", headers={"Accept-Datetime": at})

        assert led.headers["Location"] == f"http://localhost/versions/{version}/doc/organisation/cppcc-mingchuan"


@pytest.mark.parametrize("address", [GRAPH, BY_IRI, "/doc/organisation/cppcc-mingchuan", "/doc/ontology.ttl"])
def test_the_present_tells_where_its_past_is(begun: FlaskClient, address: str) -> None:
    answer = begun.get(address)

    assert answer.status_code == 200
    assert "Accept-Datetime" in answer.headers["Vary"]
    assert f'<http://localhost{address}>; rel="original timegate"' in answer.headers["Link"]
    assert f'<http://localhost/timemap{address}>; rel="timemap"' in answer.headers["Link"]
    assert "Memento-Datetime" not in answer.headers


@pytest.mark.parametrize(
    "asked",
    [
        "yesterday",
        "",
        "2033-05-01T08:00:00Z",
        "Sun, 01 May 2033 08:00:00",
        "Sun, 01 May 2033 08:00:00 +0800",
        "Sun, 31 Feb 2033 08:00:00 GMT",
        "Sun, 01 May 2033 25:00:00 GMT",
        "Sun, 01 May 20330 08:00:00 GMT",
    ],
)
@pytest.mark.parametrize("address", [GRAPH, "/doc/organisation/cppcc-mingchuan"])
def test_what_is_no_time_is_a_mistake(begun: FlaskClient, address: str, asked: str) -> None:
    assert begun.get(address, headers={"Accept-Datetime": asked}).status_code == 400


def test_without_a_history_no_time_is_asked_for(client: FlaskClient) -> None:
    answer = client.get("/doc/organisation/cppcc-mingchuan", headers={"Accept-Datetime": "yesterday"})

    assert answer.status_code == 200
    assert "Accept-Datetime" not in answer.headers["Vary"]
    assert "timegate" not in answer.headers["Link"]


def test_a_memento_leads_to_its_neighbours(begun: FlaskClient, rename: Callable[[str], None]) -> None:
    for number in range(4):
        rename(f"name {number}")
    links = begun.get("/versions/3/doc/organisation/cppcc-mingchuan").headers["Link"]
    page = "doc/organisation/cppcc-mingchuan"

    assert f'<http://localhost/{page}>; rel="original timegate"' in links
    assert f'<http://localhost/versions/1/{page}>; rel="first memento"; datetime="' in links
    assert f'<http://localhost/versions/2/{page}>; rel="prev memento"; datetime="' in links
    assert f'<http://localhost/versions/4/{page}>; rel="next memento"; datetime="' in links
    assert f'<http://localhost/versions/5/{page}>; rel="last memento"; datetime="' in links


def test_hostile_addresses_stay_inside_their_brackets(begun: FlaskClient) -> None:
    answer = begun.get(f'{BY_IRI}&x=%3E;rel=%22next%22,<y>;"z"')

    assert answer.headers["Link"].count("<") == 2
    assert answer.headers["Link"].count('"') == 6


# --- lists of states ------------------------------------------------------------------------------


def test_a_timemap_lists_the_states_of_a_graph(begun: FlaskClient, commit: Callable[..., None]) -> None:
    for text, graph in (("two", f"{BASE}other"), ("three", REPORT)):
        commit(Patch(added=(Quad(COMMITTEE, LABEL, Literal(text), NamedNode(graph)),)))
    answer = begun.get(f"/timemap{GRAPH}")

    assert answer.headers["Content-Type"] == "application/link-format"
    own = f'<http://localhost/timemap{GRAPH}>; rel="self"; type="application/link-format"'

    assert answer.text.splitlines() == [
        f'<http://localhost{GRAPH}>; rel="original timegate",',
        f'{own}; from="Sun, 01 May 2033 08:00:00 GMT"; until="Sun, 01 May 2033 10:00:00 GMT",',
        f'<http://localhost/versions/1{GRAPH}>; rel="first memento"; datetime="Sun, 01 May 2033 08:00:00 GMT",',
        f'<http://localhost/versions/3{GRAPH}>; rel="last memento"; datetime="Sun, 01 May 2033 10:00:00 GMT"',
    ]


def test_each_state_that_a_timemap_lists_is_there(begun: FlaskClient, commit: Callable[..., None]) -> None:
    commit(Patch(removed=BEGINNING.added[:5]))
    commit(Patch(added=BEGINNING.added[:5]))
    n_changed = sum(1 for quad in BEGINNING.added[:5] if quad.graph_name.value == REPORT)
    listed = re.findall(r'<http://localhost([^>]+)>; rel="[a-z ]*memento"', begun.get(f"/timemap{BY_IRI}").text)

    assert listed == [f"/versions/{version}{BY_IRI}" for version in ((1, 2, 3) if n_changed else (1,))]
    assert {begun.get(address).status_code for address in listed} == {200}


@pytest.mark.slow
def test_a_long_timemap_leads_to_the_next(begun: FlaskClient, folder: Path) -> None:
    journal = Journal.open(folder)
    for _ in range(1_004):
        noted(journal, Patch())
    first = begun.get("/timemap/doc/ontology").text
    [following] = re.findall(r'<http://localhost([^>]+)>; rel="timemap"', first)
    second = begun.get(following).text

    assert following == "/timemap/1001/doc/ontology"
    assert [text.count("memento") for text in (first, second)] == [1_000, 5]
    assert 'rel="timemap"' not in second
    assert 'rel="last memento"' in second
    assert begun.get("/timemap/1006/doc/ontology").status_code == 404


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld"])
def test_a_document_is_what_it_was_to_the_byte(
    begun: FlaskClient, commit: Callable[..., None], name: str, suffix: str
) -> None:
    before = begun.get(f"/doc/{name}.{suffix}").data
    about = [q for q in BEGINNING.added if name in q.subject.value or name in str(q.object)]
    commit(Patch(removed=tuple(about[::2]), added=tuple(_moved(quad) for quad in about[::3])))
    commit(Patch(removed=tuple(about[1::2])))
    after = begun.get(f"/doc/{name}.{suffix}").data

    assert before != after
    assert begun.get(f"/versions/1/doc/{name}.{suffix}").data == before
    assert begun.get(f"/versions/3/doc/{name}.{suffix}").data == after


def _moved(quad: Quad) -> Quad:
    """The same triple in another graph, where it does not change the union."""
    return Quad(quad.subject, quad.predicate, quad.object, NamedNode(f"{BASE}entities/moved"))


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_shows_what_it_showed(begun: FlaskClient, commit: Callable[..., None], name: str, language: str) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    before = begun.get(f"/doc/{name}", headers=headers).text
    commit(Patch(removed=BEGINNING.added[::2]))
    commit(Patch(removed=BEGINNING.added[1::2]))
    then = begun.get(f"/versions/1/doc/{name}", headers=headers).text
    read = Read(then)

    assert begun.get(f"/doc/{name}", headers=headers).status_code == 404
    assert _without_note(main_of(then)) == main_of(before)
    assert (read.open, read.wrongly_closed) == ([], [])


def main_of(text: str) -> str:
    """Without the uses of terms, which are told of the present alone."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'<div class="uses small">.*?</div>\n', "", main, flags=re.DOTALL)


def _without_note(text: str) -> str:
    return re.sub(r'\n<p class="past".*?</p>\n', "", text, flags=re.DOTALL)


def test_a_page_of_the_past_says_so_and_leads_to_the_present(begun: FlaskClient) -> None:
    text = begun.get("/versions/1/doc/organisation/cppcc-mingchuan.html").text

    assert "This is an earlier state: Version 1 , 2033-05-01 08:00:00 UTC. See it as it is now ." in words(text)
    assert 'href="http://localhost/doc/organisation/cppcc-mingchuan.html"' in text


def test_what_was_not_yet_there_is_not_found(begun: FlaskClient, commit: Callable[..., None]) -> None:
    commit(Patch(added=(Quad(NamedNode(f"{BASE}id/place/new"), LABEL, Literal("new"), NamedNode(REPORT)),)))

    assert begun.get("/doc/place/new").status_code == 200
    assert begun.get("/versions/2/doc/place/new").status_code == 200
    assert begun.get("/versions/1/doc/place/new").status_code == 404


def test_who_has_a_document_of_the_past_is_not_sent_it_again(begun: FlaskClient, rename: Callable[[str], None]) -> None:
    first = begun.get("/versions/1/doc/organisation/cppcc-mingchuan.ttl")
    rename("two")
    again = begun.get(
        "/versions/1/doc/organisation/cppcc-mingchuan.ttl", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 5))])
def test_going_back_gives_what_was_seen_whatever_was_changed(
    begun: FlaskClient, commit: Callable[..., None], data: EmbeddedStore, seed: int
) -> None:
    """The answers of eight versions that differ at random, asked for again at the end."""
    chance = random.Random(seed)
    addresses = [f"/doc/{name}.nt" for name in DOCUMENTS]
    seen = {1: [begun.get(address).data for address in addresses]}
    graphs = [REPORT, f"{BASE}ontology", f"{BASE}entities/moved"]
    for version in range(2, 10):
        known = list(data.quads())
        gone = tuple(chance.sample(known, min(len(known), chance.randrange(1, 60))))
        pool = {Quad(q.subject, q.predicate, q.object, NamedNode(chance.choice(graphs))) for q in BEGINNING.added}
        come = tuple(chance.sample(sorted(pool - set(known), key=str), chance.randrange(1, 60)))
        commit(Patch(removed=gone, added=come))
        seen[version] = [begun.get(address).data for address in addresses]

    for version, answers in seen.items():
        assert [_body_or_404(begun, f"/versions/{version}{address}") for address in addresses] == [
            _without_problem(body) for body in answers
        ]


def _body_or_404(client: FlaskClient, address: str) -> bytes:
    return _without_problem(client.get(address).data)


def _without_problem(body: bytes) -> bytes:
    return b"" if body.startswith(b"{") else body


def test_too_much_to_go_back_through_is_refused_in_words(begun: FlaskClient, commit: Callable[..., None]) -> None:
    many = tuple(Quad(COMMITTEE, LABEL, Literal(str(n)), NamedNode(f"{BASE}other")) for n in range(6_000))
    commit(Patch(added=many))
    refused = begun.get("/versions/2/doc/organisation/cppcc-mingchuan.ttl")

    assert (refused.status_code, refused.get_json()["type"]) == (503, f"{BASE}problems#too-many-changes")
    assert begun.get(f"/versions/1{GRAPH}").status_code == 200


def test_a_state_of_a_store_that_reads_only_is_found_from_where_it_stands(
    begun: FlaskClient, commit: Callable[..., None], data: EmbeddedStore, kept_app: Flask
) -> None:
    """Others commit to the folder, and the server still shows the version at which it was started."""
    graph = next(iter(pyoxigraph.parse(begun.get(GRAPH, headers=LINES).data, format=RdfFormat.N_TRIPLES)))
    standing = EmbeddedStore()
    standing.replace_graphs({summary.iri: [q.triple for q in data.quads(summary.iri)] for summary in data.graphs()})
    standing.number = data.number
    commit(Patch(added=(Quad(COMMITTEE, LABEL, Literal("later"), NamedNode(REPORT)),)))
    reading = create_app(kept_app.extensions["served"][0], standing).test_client()

    assert graph is not None
    assert "later" not in reading.get(GRAPH, headers=LINES).text
    assert sorted_lines(reading, f"/versions/2{GRAPH}") == sorted_lines(begun, GRAPH)
    assert sorted_lines(reading, f"/versions/1{GRAPH}") == sorted_lines(reading, GRAPH)
