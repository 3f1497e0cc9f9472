"""What a remote engine may do wrong, and what a reader learns of it: an engine of canned answers on loopback."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from cppcc_graph.errors import AnswerTooLarge, BadSetting, BadSyntax, QueryTimeout, StoreBusy, StoreUnavailable
from cppcc_graph.formats import CSV, JSON, N_TRIPLES
from cppcc_graph.store.address import Remote, remote_of
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.remote import RemoteStore

TABLE = '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
GRAPH = "<x:a> <x:p> <x:b> .\n"
SELECT, CONSTRUCT = "SELECT ?x { ?x ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"
JSON_TYPE, GRAPH_TYPE = "application/sparql-results+json", "application/n-triples"
NO_LEDGER = '{"head":{"vars":["revision"]},"results":{"bindings":[]}}'


def response(body: str, *headers: str, status: str = "200 OK", media_type: str = JSON_TYPE) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body.encode())}", *headers]
    return "\r\n".join([*lines, "", body]).encode()


def chunked(*pieces: str, end: str = "0\r\n\r\n", media_type: str = JSON_TYPE) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    return (head + "".join(f"{len(piece):x}\r\n{piece}\r\n" for piece in pieces) + end).encode()


class CannedEngine:
    """Answers the question after the ledger with one response, and remembers the requests."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.iri = f"http://127.0.0.1:{self.socket.getsockname()[1]}/sparql"
        self.requests: list[str] = []
        self.answer: bytes | Callable[[socket.socket], None] = b""
        self.kind = "engine"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            # The store hangs up as soon as it has seen enough.
            with closing(connection), suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = self._read(connection)
        if not request:
            return
        self.requests.append(request)
        is_ledger = "%3Fgraph" in request or "%3Frevision" in request
        answer = response(NO_LEDGER, f"Server: {self.kind}") if is_ledger else self.answer
        if isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection)

    def _read(self, connection: socket.socket) -> str:
        head, length = b"", 0
        while b"\r\n\r\n" not in head or len(head.partition(b"\r\n\r\n")[2]) < length:
            piece = connection.recv(65536)
            if not piece:
                return ""
            head += piece
            declared = re.search(rb"(?i)content-length: (\d+)", head)
            length = int(declared[1]) if declared else 0
        return head.decode()


@pytest.fixture
def engine() -> Iterator[CannedEngine]:
    canned = CannedEngine()
    yield canned
    canned.socket.close()


def asked(engine: CannedEngine, query: str, **more) -> Answer:
    with closing(RemoteStore(Remote(query_iri=engine.iri), **more)) as store:
        return store.answer(QueryRequest(query=query, formats=(CSV, N_TRIPLES, JSON)))


def test_a_whole_table_and_a_whole_graph_are_written_again(engine):
    engine.answer = chunked(TABLE[:20], TABLE[20:])
    assert asked(engine, SELECT).body == b"x\r\n1\r\n"

    engine.answer = response(GRAPH, media_type=GRAPH_TYPE)
    assert asked(engine, CONSTRUCT).body == GRAPH.encode()


@pytest.mark.parametrize(
    ("query", "answer", "error", "message"),
    [
        (SELECT, chunked(TABLE[:60]), StoreUnavailable, "sent an answer that is not whole"),
        (SELECT, response(TABLE[:60]), StoreUnavailable, "sent an answer that is not whole"),
        (SELECT, response(TABLE + "{}"), StoreUnavailable, "sent an answer that is not whole"),
        (SELECT, chunked(TABLE, end=""), StoreUnavailable, "broke its answer off"),
        (SELECT, response(TABLE)[:-10], StoreUnavailable, "broke its answer off"),
        (CONSTRUCT, chunked(GRAPH, end="", media_type=GRAPH_TYPE), StoreUnavailable, "broke its answer off"),
        (CONSTRUCT, response(GRAPH + "<x:a> <x", media_type=GRAPH_TYPE), StoreUnavailable, "is not whole"),
        (
            SELECT,
            chunked(TABLE[:60], "The SPARQL operation has been cancelled"),
            QueryTimeout,
            "was stopped after 30 s",
        ),
        (SELECT, chunked(TABLE[:60], "\n## Query cancelled due to timeout"), QueryTimeout, "was stopped after 30 s"),
        (
            CONSTRUCT,
            chunked(GRAPH, "## Query cancelled due to timeout\n## Incomplete results\n", media_type=GRAPH_TYPE),
            QueryTimeout,
            "was stopped after 30 s",
        ),
        (SELECT, response(TABLE, "X-SQL-State: S1TAT"), QueryTimeout, "was stopped after 30 s"),
        (SELECT, response(TABLE, "X-SPARQL-MaxRows: 1"), StoreUnavailable, "cuts tables at 1 rows"),
        (SELECT, response("secret page", status="500 Oops"), StoreUnavailable, r"failed \(status 500\)"),
        (SELECT, response("Query timed out", status="503 Busy"), QueryTimeout, "was stopped after 30 s"),
        (SELECT, response("secret page", "Retry-After: 7", status="503 Busy"), StoreBusy, "try again in 7 s"),
        (SELECT, response("secret page", status="400 Bad"), StoreUnavailable, "refuses this request"),
        (SELECT, response("secret page", status="401 Who"), StoreUnavailable, "set CPPCC_STORE_USER"),
        (
            SELECT,
            response("secret page", media_type="text/html"),
            StoreUnavailable,
            "answers with text/html instead of",
        ),
        (SELECT, response(TABLE, "Content-Encoding: gzip"), StoreUnavailable, "compresses its answer"),
        (SELECT, b"nonsense", StoreUnavailable, "dropped the connection"),
        (SELECT, b"", StoreUnavailable, "dropped the connection"),
    ],
)
def test_an_answer_that_is_not_whole_or_no_answer_is_refused_in_our_words(engine, query, answer, error, message):
    engine.answer = answer

    with pytest.raises(error, match=message) as refused:
        asked(engine, query)
    assert "secret" not in str(refused.value)


def test_an_answer_that_broke_off_once_is_asked_for_once_more(engine):
    answers = iter((chunked(TABLE[:60]), response(TABLE)))
    engine.answer = lambda connection: connection.sendall(next(answers))

    assert asked(engine, SELECT).body == b"x\r\n1\r\n"


def test_a_hash_sign_within_an_iri_is_no_comment_wherever_the_last_lines_begin(engine):
    for n_bytes in range(350, 400):
        lines = "<x:a#b> <x:p> <x:o> .\n" * 20 + f'<x:a> <x:p> "{"1" * n_bytes}" .\n'
        engine.answer = response(lines, media_type=GRAPH_TYPE)
        assert asked(engine, CONSTRUCT).n_rows == 2


@pytest.mark.parametrize(("n_given", "is_cut"), [(1501, True), (1502, False)])
def test_a_graph_that_virtuoso_may_have_cut_is_passed_on_only_if_it_gives_more_elsewhere(engine, n_given, is_cut):
    """Virtuoso ends a graph one triple above MaxConstructTriples and says nothing; so it is asked for a larger one."""
    engine.kind = "Virtuoso/07.20.3229"
    graphs = {
        n: response("".join(f"<x:{i}> <x:p> <x:o> .\n" for i in range(n)), media_type=GRAPH_TYPE) for n in (1501, 1502)
    }
    engine.answer = lambda c: c.sendall(graphs[n_given if "LIMIT+1502" in engine.requests[-1] else 1501])

    if is_cut:
        with pytest.raises(StoreUnavailable, match="may have left out triples after 1,501"):
            asked(engine, CONSTRUCT)
    else:
        assert asked(engine, CONSTRUCT).n_rows == 1501


def test_a_redirect_is_not_followed(engine):
    engine.answer = response("", "Location: http://127.0.0.1:9/", status="307 Elsewhere")

    with pytest.raises(StoreUnavailable, match="no redirect is followed"):
        asked(engine, SELECT)


def test_an_engine_that_is_silent_or_slow_is_left_at_the_deadline(engine):
    ended = threading.Event()
    engine.answer = lambda _connection: ended.wait(10) and None
    with pytest.raises(QueryTimeout, match=r"was stopped after 0\.3 s"):
        asked(engine, SELECT, deadline_s=0.3)

    def drip(connection: socket.socket) -> None:
        connection.sendall(chunked(TABLE[:30], end=""))
        while not ended.wait(0.05):
            connection.sendall(b"1\r\n \r\n")

    ended.set()
    ended = threading.Event()
    engine.answer = drip
    with pytest.raises(QueryTimeout, match=r"was stopped after 0\.3 s"):
        asked(engine, SELECT, deadline_s=0.3)
    ended.set()


def test_an_answer_above_the_limit_is_not_read_to_its_end(engine):
    engine.answer = response(TABLE.replace('"1"', f'"{"x" * 100_000}"'))

    with pytest.raises(AnswerTooLarge, match="more than 50,000 bytes"):
        asked(engine, SELECT, answer_bytes=50_000)


def test_a_long_answer_lies_in_a_file_and_is_complete(engine):
    text = "1" * 1000
    row = f'{{"x":{{"type":"literal","value":"{text}"}}}}'
    engine.answer = response(f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{",".join([row] * 5000)}]}}}}')

    answer = asked(engine, SELECT)

    assert (answer.body, answer.n_bytes) == (b"", 3 + 5000 * 1002)
    with answer.file as file:
        assert file.read() == b"x\r\n" + f"{text}\r\n".encode() * 5000


def test_nobody_listening_is_told_with_the_address(engine):
    engine.socket.close()

    with pytest.raises(StoreUnavailable, match=r"the engine at http://127\.0\.0\.1:\d+/sparql cannot be reached"):
        asked(engine, SELECT)


def test_a_bad_query_is_told_in_our_words_and_never_sent(engine):
    with pytest.raises(BadSyntax, match="line 1, column 10"):
        asked(engine, "SELECT * { ?s ?p ")
    assert engine.requests == []


def test_every_query_says_its_graphs_and_a_graph_that_is_not_ours_is_nowhere(engine):
    engine.answer = response(TABLE)
    asked(engine, "SELECT ?x FROM <x:secret> { GRAPH <x:other> { ?x ?p ?o } }")

    [sent] = [request for request in engine.requests if "store%2Fledger" not in request]
    assert "x%3Asecret" not in sent
    assert "x%3Aother" not in sent
    assert sent.count("store%2Fnowhere") == 3


def test_a_password_goes_only_to_who_asks_for_it(engine):
    engine.answer = response("", 'WWW-Authenticate: Basic realm="r"', status="401 Who")
    remote = Remote(query_iri=engine.iri, user="u", password="p")
    with closing(RemoteStore(remote)) as store, pytest.raises(StoreUnavailable, match="does not let us in"):
        store.answer(QueryRequest(query=SELECT))

    assert "Authorization" not in engine.requests[-2]
    assert "Authorization: Basic dTpw" in engine.requests[-1]
    assert "p'" not in repr(remote)


def test_digest_authentication_never_sends_the_password(engine):
    challenge = (
        'WWW-Authenticate: Digest realm="SPARQL", domain="/", nonce="abc", opaque="xyz", qop="auth", algorithm="MD5"'
    )
    engine.answer = response("", challenge, status="401 Who")
    with (
        closing(RemoteStore(Remote(query_iri=engine.iri, user="u", password="secret"))) as store,
        pytest.raises(StoreUnavailable, match="does not let us in"),
    ):
        store.answer(QueryRequest(query=SELECT))

    assert (
        'Authorization: Digest username="u", realm="SPARQL", nonce="abc", uri="/sparql", cnonce="'
        in engine.requests[-1]
    )
    assert "secret" not in "".join(engine.requests)


@pytest.mark.parametrize(
    ("iri", "environ", "message"),
    [
        ("https://user:secret@example.org/sparql", {}, "an address with a password in it can be read by others"),
        ("https:///sparql", {}, "this is no address of an engine"),
        ("https://example.org/a b", {}, "this is no address of an engine"),
        ("https://example.org/", {"CPPCC_STORE_TOKEN": "t", "CPPCC_STORE_USER": "u"}, "either a token, or a user"),
        ("https://example.org/", {"CPPCC_STORE_PASSWORD": "secret"}, "a password is given and no user"),
        ("https://example.org/", {"CPPCC_STORE_UPDATE": "ftp://x/"}, "CPPCC_STORE_UPDATE: this is no address"),
    ],
)
def test_a_wrong_address_or_credential_is_told_without_repeating_it(iri, environ, message):
    with pytest.raises(BadSetting, match=message) as refused:
        remote_of(iri, environ)
    assert "secret" not in str(refused.value)
