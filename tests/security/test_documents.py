"""Documents that would cost more than they are: long ones, compressed ones, ones that grow or look elsewhere."""

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from tests.security.asking import GRAPH, STATEMENT, TURTLE, bearer, is_admitted, kind

from cppcc_graph.grants import Grant
from cppcc_graph.web.bodies import MAX_BODY_BYTES, MIB, unzipped

XML = {"Content-Type": "application/rdf+xml"}
ZIPPED = {**TURTLE, "Content-Encoding": "gzip"}
LIMIT = 8 * MIB


def padded(n_bytes: int) -> bytes:
    return STATEMENT.encode().ljust(n_bytes)


# --- long ones ------------------------------------------------------------------------------------


def test_a_graph_may_be_longer_than_a_query_and_has_a_limit_of_its_own(bare):
    assert bare.put(GRAPH, data=padded(MAX_BODY_BYTES + 1), headers=TURTLE).status_code == 201
    assert bare.put(GRAPH, data=padded(LIMIT), headers=TURTLE).status_code == 204
    answer = bare.put(GRAPH, data=padded(LIMIT + 1), headers=TURTLE)

    assert (answer.status_code, answer.json["detail"]) == (413, f"The body may have {LIMIT} bytes at most.")


def test_an_update_may_be_long_and_a_query_may_not(bare):
    text = b"INSERT DATA { <http://ex/s> <http://ex/p> 1 }"
    answers = {
        "update": bare.post("/sparql", data=text.ljust(MAX_BODY_BYTES + 1), content_type="application/sparql-update"),
        "query": bare.post("/sparql", data=b" " * (MAX_BODY_BYTES + 1), content_type="application/sparql-query"),
    }

    assert answers["query"].status_code == 413
    assert answers["update"].status_code != 413  # though an update of nothing but spaces is refused by its guard


def test_a_body_of_which_only_a_part_was_received_is_never_taken_for_the_whole(bare):
    """The front announces what it gave up as longer than anything; see `asgi.plain`."""
    announced = {"CONTENT_LENGTH": str(2**62)}
    answer = bare.put(GRAPH, data=STATEMENT, headers=TURTLE, environ_overrides=announced)

    assert answer.status_code == 413


def test_who_may_not_write_is_told_so_whatever_the_body(client, tokens):
    for headers in ({}, bearer("wrong"), bearer(tokens.create(Grant(name="anna", operations=("delete",))))):
        answer = client.put(GRAPH, data=padded(LIMIT + 1), headers={**TURTLE, **headers})
        assert kind(answer) in ("unauthorised", "not-granted")


# --- compressed ones ------------------------------------------------------------------------------


def test_a_graph_may_come_compressed(bare):
    zipped = gzip.compress(STATEMENT.encode())

    assert bare.put(GRAPH, data=zipped, headers=ZIPPED).status_code == 201
    assert bare.get(GRAPH, headers={"Accept": "application/n-triples"}).text.count("http://ex/s") == 1


def test_an_update_may_come_compressed(bare):
    zipped = gzip.compress(b"INSERT DATA { <http://ex/s> <http://ex/p> 1 }")
    headers = {"Content-Type": "application/sparql-update", "Content-Encoding": "gzip"}

    assert bare.post("/sparql", data=zipped, headers=headers).status_code == 204


def test_members_of_a_compressed_file_follow_each_other():
    assert unzipped(gzip.compress(b"ab") + gzip.compress(b"") + gzip.compress(b"cd"), 4) == b"abcd"


def test_what_is_as_long_as_it_may_be_is_taken_and_one_byte_more_is_not():
    text = bytes(range(256)) * 4096

    assert unzipped(gzip.compress(text), len(text)) == text
    assert unzipped(gzip.compress(text), len(text) - 1) is None


def test_a_gigabyte_of_zeros_costs_no_more_than_the_limit(bare):
    bomb = gzip.compress(bytes(MIB)) * 1024
    tracemalloc.start()
    try:
        is_refused = unzipped(bomb, 2 * MIB) is None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert is_refused
    assert peak < 6 * MIB
    assert bare.put(GRAPH, data=bomb, headers=ZIPPED).status_code == 413


def test_a_bomb_in_a_bomb_is_a_document_that_does_not_parse(bare):
    answer = bare.put(GRAPH, data=gzip.compress(gzip.compress(bytes(50 * MIB))), headers=ZIPPED)

    assert (answer.status_code, kind(answer)) == (400, "bad-syntax")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        gzip.compress(STATEMENT.encode())[:-1],
        gzip.compress(STATEMENT.encode())[:10],
        gzip.compress(STATEMENT.encode()) + b"rest",
        gzip.compress(STATEMENT.encode())[:-8] + bytes(8),
        gzip.compress(b"") * 10_001,
    ],
)
def test_what_is_not_gzip_to_the_end_is_told_and_changes_nothing(bare, content):
    answer = bare.put(GRAPH, data=content, headers=ZIPPED)

    assert (answer.status_code, answer.json["detail"]) == (400, "Content-Encoding says gzip, and the body is not that.")
    assert bare.get(GRAPH).status_code == 404


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_other_codings_are_told(bare, coding):
    assert bare.put(GRAPH, data=STATEMENT, headers={**TURTLE, "Content-Encoding": coding}).status_code == 415


def test_nothing_is_unpacked_for_who_may_not_write(client):
    assert client.put(GRAPH, data=b"no gzip at all", headers=ZIPPED).status_code == 401


# --- ones that grow -------------------------------------------------------------------------------


def rdf_xml(declarations: str, text: str) -> str:
    return (
        f"<!DOCTYPE rdf:RDF [{declarations}]>"
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://ex/">'
        f'<rdf:Description rdf:about="http://ex/s"><e:p>{text}</e:p></rdf:Description></rdf:RDF>'
    )


def laughs(n_levels: int) -> str:
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(n_levels))
    return rdf_xml(f'<!ENTITY l0 "lol">{levels}', f"&l{n_levels};")


GROWING = {
    "ten times ten": laughs(2),
    "a billion laughs": laughs(9),
    "more than there is memory": laughs(30),
    "a long one, often": rdf_xml(f'<!ENTITY a "{"A" * 100_000}">', "&a;" * 100_000),
    "a quote in a name": rdf_xml('<!ENTITY l" "lol"><!ENTITY m "&l";&l";">', "&m;"),
    "no space": rdf_xml('<!ENTITYl "lol"><!ENTITYm "&l;&l;">', "&m;"),
}


@pytest.mark.parametrize("name", GROWING)
def test_entities_that_grow_are_refused_before_they_do(bare, name):
    begun = time.monotonic()
    answer = bare.put(GRAPH, data=GROWING[name].encode(), headers=XML)

    assert (answer.status_code, kind(answer) in ("bad-syntax", "too-complex")) == (400, True)
    assert time.monotonic() - begun < 5
    assert bare.get(GRAPH).status_code == 404


def test_entities_that_shorten_names_are_put_in(bare):
    document = rdf_xml('<!ENTITY ex "http://ex/"> <!ENTITY n\n"1"\t>', "&ex;&n;&lt;&#65;")

    assert bare.put(GRAPH, data=document.encode(), headers=XML).status_code == 201
    assert '"http://ex/1<A"' in bare.get(GRAPH, headers={"Accept": "application/n-triples"}).text


# --- ones that look elsewhere ---------------------------------------------------------------------


class Listener:
    """Counts who connects."""

    def __init__(self, listener: socket.socket) -> None:
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        self.n_heard = 0
        self._listener = listener
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.n_heard += 1
            connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield Listener(bound)
        bound.shutdown(socket.SHUT_RDWR)


def looking(address: str) -> dict[str, tuple[str, str]]:
    """Documents that name *address* as something to be read, with their media types."""
    xml, json = "application/rdf+xml", "application/ld+json"
    return {
        "an entity": (xml, rdf_xml(f'<!ENTITY a SYSTEM "{address}">', "&a;")),
        "an entity of the document type": (xml, rdf_xml(f'<!ENTITY % a SYSTEM "{address}"> %a;', "1")),
        "a public entity": (xml, rdf_xml(f'<!ENTITY a PUBLIC "-//a//b" "{address}">', "&a;")),
        "a document type": (xml, rdf_xml("", "1").replace("rdf:RDF [", f'rdf:RDF SYSTEM "{address}" [', 1)),
        "a style sheet": (xml, f'<?xml-stylesheet href="{address}"?>{rdf_xml("", "1")}'),
        "an inclusion": (xml, rdf_xml("", f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{address}"/>')),
        "a context": (json, f'{{"@context": "{address}", "@id": "http://ex/s", "p": 1}}'),
        "a context in a list": (json, f'{{"@context": [{{}}, "{address}"], "@id": "http://ex/s", "p": 1}}'),
        "an imported context": (json, f'{{"@context": {{"@import": "{address}"}}, "@id": "http://ex/s", "p": 1}}'),
        "a context of a term": (
            json,
            f'{{"@context": {{"p": {{"@id": "x:p", "@context": "{address}"}}}}, "@id": "http://ex/s", "p": {{}}}}',
        ),
        "a base": ("text/turtle", f"@base <{address}> . <s> <p> 1 ."),
        "an import": ("text/turtle", f"<http://ex/s> <http://www.w3.org/2002/07/owl#imports> <{address}> ."),
    }


@pytest.mark.parametrize("name", looking(""))
def test_a_document_makes_nobody_fetch_anything(bare, listener, name):
    media_type, document = looking(listener.address)[name]
    answer = bare.put(GRAPH, data=document.encode(), headers={"Content-Type": media_type})

    assert answer.status_code in (201, 204, 400)
    assert listener.n_heard == 0


def test_the_listener_would_have_heard_it(listener):
    host, _, port = listener.address.removeprefix("http://").removesuffix("/x").partition(":")
    socket.create_connection((host, int(port))).close()
    until = time.monotonic() + 5
    while not listener.n_heard and time.monotonic() < until:
        time.sleep(0.01)

    assert listener.n_heard == 1


@pytest.mark.parametrize(
    ("media_type", "document"),
    [
        ("application/ld+json", '{"@context": "https://context.example/x", "@id": "http://ex/s", "p": 1}'),
        ("application/rdf+xml", rdf_xml('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;")),
    ],
)
def test_what_would_have_to_be_fetched_is_refused_in_words(bare, media_type, document):
    answer = bare.put(GRAPH, data=document.encode(), headers={"Content-Type": media_type})

    assert (answer.status_code, kind(answer)) == (400, "bad-syntax")
    assert any(words in answer.json["detail"] for words in ("is not fetched", "stands for plain text"))


def test_an_update_loads_nothing(bare, listener):
    for silent in ("", "SILENT "):
        answer = bare.post("/sparql", data={"update": f"LOAD {silent}<{listener.address}>"})
        assert answer.status_code in (204, 403)
    assert listener.n_heard == 0


def test_nothing_is_written_where_nothing_was_admitted(client, tokens):
    assert is_admitted(client.put(GRAPH, data=STATEMENT, headers={**TURTLE, **bearer(tokens.create(Grant(name="a")))}))
    assert client.get(GRAPH).status_code == 404
