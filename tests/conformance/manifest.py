"""The requests and expectations that a W3C manifest of the SPARQL protocols describes in RDF."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat

from cppcc_graph.terms import Term

CHECKOUT = Path(__file__).parents[2]
VARIABLE = "CPPCC_W3C_TESTS"
BASE = "http://manifest.example/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
DAWG = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
STATUSES = {
    "StatusCode2xx": range(200, 300),
    "StatusCode3xx": range(300, 400),
    "StatusCode4xx": range(400, 500),
    "OK": range(200, 201),
    "Created": range(201, 202),
    "NoContent": range(204, 205),
    "NotFound": range(404, 405),
}

Node = NamedNode | pyoxigraph.BlankNode


def suite() -> Path:
    """The folder ``sparql`` of w3c/rdf-tests; without it the tests that read it skip."""
    root = Path(os.environ.get(VARIABLE) or CHECKOUT.parent / "shared" / "conformance" / "rdf-tests")
    if not (root / "sparql" / "sparql11").is_dir():
        pytest.skip(f"no W3C test suite (w3c/rdf-tests) beside the checkout; name its folder with {VARIABLE}")
    return root / "sparql"


@dataclass(frozen=True)
class Expected:
    """What an answer must be; None and empty mean that the manifest says nothing about it."""

    statuses: frozenset[int]
    boolean: bool | None = None
    form: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Step:
    """One request, to be sent after the one before."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    expected: Expected


@dataclass(frozen=True)
class Case:
    """One test: the graphs that must be there (their files by IRI), and its requests in their order."""

    name: str
    is_deprecated: bool
    graphs: Mapping[str, Path]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Manifest:
    """A manifest file."""

    path: Path

    @cached_property
    def _facts(self) -> Mapping[tuple[Node, str], list[Term]]:
        facts: dict[tuple[Node, str], list[Term]] = {}
        for quad in pyoxigraph.parse(path=self.path, format=RdfFormat.TURTLE, base_iri=BASE):
            facts.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
        return facts

    def cases(self) -> list[Case]:
        """All that are described, in their order; one of the W3C's stands in no list of entries."""
        return [self._case(node) for node, predicate in self._facts if predicate == MF + "name"]

    def _case(self, node: Node) -> Case:
        data = self._all(node, UT + "graphData")
        action = self._one(node, MF + "action")
        approval = self._one(node, DAWG + "approval")
        return Case(
            name=node.value.rpartition("#")[2],
            is_deprecated=approval == NamedNode(DAWG + "Deprecated"),
            graphs={self._text(graph, RDFS + "label"): self._file(graph) for graph in data},
            steps=tuple(map(self._step, self._list(self._one(action, HT + "requests")))) if action else (),
        )

    def _file(self, graph: Node) -> Path:
        return self.path.parent / self._one(graph, UT + "graph").value.removeprefix(BASE)

    def _step(self, node: Node) -> Step:
        return Step(
            method=self._text(node, HT + "methodName"),
            path=self._text(node, HT + "absolutePath"),
            headers=self._headers(node),
            body=self._body(node).encode(self._encoding(node)),
            expected=self._expected(self._one(node, HT + "resp")),
        )

    def _expected(self, node: Node) -> Expected:
        names = [status.value.rpartition("#")[2] for status in self._all(node, MF + "expectedStatus")]
        boolean = self._one(node, MF + "expectedBoolean")
        return Expected(
            statuses=frozenset(code for name in names for code in STATUSES[name]),
            boolean=None if boolean is None else boolean.value == "true",
            form=self._text(node, MF + "expectedFormat") or None,
            headers=self._headers(node),
            body=self._body(node) or None,
            location=self._text(node, MF + "expectedLocation") or None,
        )

    def _headers(self, node: Node) -> dict[str, str]:
        fields = self._list(self._one(node, HT + "headers"))
        return {self._text(one, HT + "fieldName"): self._text(one, HT + "fieldValue") for one in fields}

    def _body(self, node: Node) -> str:
        body = self._one(node, HT + "body")
        return self._text(body, CNT + "chars") if body else ""

    def _encoding(self, node: Node) -> str:
        body = self._one(node, HT + "body")
        return (self._text(body, CNT + "characterEncoding") if body else "") or "utf-8"

    def _all(self, node: Node, predicate: str) -> list[Term]:
        return self._facts.get((node, predicate), [])

    def _one(self, node: Node, predicate: str) -> Term | None:
        return next(iter(self._all(node, predicate)), None)

    def _text(self, node: Node, predicate: str) -> str:
        found = self._one(node, predicate)
        return found.value if found else ""

    def _list(self, head: Term | None) -> Iterator[Node]:
        while head is not None and head != NamedNode(RDF + "nil"):
            yield self._one(head, RDF + "first")
            head = self._one(head, RDF + "rest")
