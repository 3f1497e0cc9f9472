"""
What the eighteen older Graph Store tests of the W3C's suite describe in their comments, in their order.

Their manifest says that the newer ones replace them, and two of its expected bodies contradict the requests before
them; the requests and statuses stand here all the same. Names and documents are ours.
"""

from urllib.parse import urlsplit

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from tests.conformance.conftest import AUTHORITY, Door

ANNA = "/graphs/person/anna.ttl"
BEN = "/graphs/person/ben.ttl"
TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}
PREFIX = "@prefix ex: <http://example.org/terms#> . "
NOBODY_KNOWS = PREFIX + "[] a ex:Human ; ex:card [ ex:given 'Alice' ] ."


def of(what: str) -> str:
    return f"{PREFIX}<http://{AUTHORITY}/id/anna> {what} ."


def same(body: bytes, turtle: str) -> bool:
    return canonical(body.decode()) == canonical(turtle)


def canonical(turtle: str) -> set[str]:
    dataset = Dataset(Quad(*quad.triple) for quad in parse(turtle, format=RdfFormat.TURTLE))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def test_a_graph_store_behaves_as_the_older_tests_describe(bare: Door) -> None:
    first, second = of("a ex:Human ; ex:card [ ex:name 'A' ]"), of("a ex:Human ; ex:card [ ex:name 'B' ]")

    assert bare("PUT", ANNA, TURTLE, first.encode()).status == 201
    got = bare("GET", f"/graphs?graph=http://{AUTHORITY}{ANNA}", {"Accept": "text/turtle"}, b"")
    assert (got.status, got.headers["content-type"], same(got.body, first)) == (200, "text/turtle; charset=utf-8", True)
    assert bare("PUT", ANNA, TURTLE, second.encode()).status == 204
    assert same(bare("GET", ANNA, {"Accept": "text/turtle"}, b"").body, second)

    assert bare("PUT", "/graphs?default", TURTLE, NOBODY_KNOWS.encode()).status in (200, 201, 204)
    assert same(bare("GET", "/graphs?default", {"Accept": "text/turtle"}, b"").body, NOBODY_KNOWS)

    assert bare("PUT", BEN, TURTLE, first.encode()).status == 201
    assert bare("DELETE", BEN, {}, b"").status in (200, 204)
    assert bare("GET", BEN, {}, b"").status == 404
    assert bare("DELETE", BEN, {}, b"").status == 404

    assert bare("POST", ANNA, TURTLE, of("ex:nick 'annie'").encode()).status in (200, 204)
    grown = second.removesuffix(".") + "; ex:nick 'annie' ."
    assert same(bare("GET", ANNA, {"Accept": "text/turtle"}, b"").body, grown)


def test_documents_come_as_files_of_a_form(bare: Door) -> None:
    bare("PUT", ANNA, TURTLE, of("ex:nick 'annie'").encode())
    parts = [("family", of("ex:family 'A'")), ("given", of("ex:given 'B'"))]
    body = "".join(
        f'--limit\r\nContent-Disposition: form-data; name="{name}.ttl"; filename="{name}.ttl"\r\n'
        f"Content-Type: text/turtle; charset=utf-8\r\n\r\n{turtle}\r\n"
        for name, turtle in parts
    )
    sent = bare("POST", ANNA, {"Content-Type": "multipart/form-data; boundary=limit"}, f"{body}--limit--\r\n".encode())

    assert sent.status in (200, 204)
    assert same(
        bare("GET", ANNA, {"Accept": "text/turtle"}, b"").body, of("ex:nick 'annie' ; ex:family 'A' ; ex:given 'B'")
    )


def test_a_graph_without_a_name_gets_one_and_an_empty_document_changes_nothing(bare: Door) -> None:
    made = bare("POST", "/graphs", TURTLE, NOBODY_KNOWS.encode())
    path = urlsplit(made.headers["location"]).path

    assert made.status == 201
    assert same(bare("GET", path, {"Accept": "text/turtle"}, b"").body, NOBODY_KNOWS)
    assert bare("POST", path, TURTLE, b"").status in (200, 204)
    assert same(bare("GET", path, {"Accept": "text/turtle"}, b"").body, NOBODY_KNOWS)


def test_head_tells_what_get_would(bare: Door) -> None:
    bare("PUT", ANNA, TURTLE, of("ex:nick 'annie'").encode())
    accept = {"Accept": "text/turtle"}
    asked, got = bare("HEAD", ANNA, accept, b""), bare("GET", ANNA, accept, b"")
    told = ("content-type", "content-length")

    assert (asked.status, asked.body) == (200, b"")
    assert [asked.headers[name] for name in told] == [got.headers[name] for name in told]
    assert bare("HEAD", BEN, {}, b"").status == 404


@pytest.mark.slow
def test_named_graphs_behave_so_behind_the_gate_too(gated: Door) -> None:
    """Documents without blank nodes; the default graph is a union and has tests of its own."""
    accept = {"Accept": "text/turtle"}
    first, second = of("ex:nick 'A'"), of("ex:nick 'B'")

    assert gated("PUT", ANNA, TURTLE, first.encode()).status == 201
    assert gated("PUT", ANNA, TURTLE, second.encode()).status == 204
    assert same(gated("GET", ANNA, accept, b"").body, second)
    assert gated("POST", ANNA, TURTLE, of("ex:given 'C'").encode()).status == 204
    assert same(gated("GET", ANNA, accept, b"").body, of("ex:nick 'B' ; ex:given 'C'"))
    made = gated("POST", "/graphs", TURTLE, first.encode())
    assert made.status == 201
    assert same(gated("GET", f"/graphs?graph={made.headers['location']}", accept, b"").body, first)
    assert gated("HEAD", ANNA, accept, b"").status == 200
    assert gated("DELETE", ANNA, {}, b"").status == 204
    assert [gated(method, ANNA, accept, b"").status for method in ("GET", "HEAD", "DELETE")] == [404, 404, 404]
