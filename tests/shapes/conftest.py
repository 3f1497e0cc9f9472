"""The shapes, and the means to judge a small case by them in a tenth of a second."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import SH, SKOS, Graph, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

HERE = Path(__file__).parent
ONTOLOGY = HERE.parents[1] / "ontology"
VOCABULARY = "https://w3id.org/cppcc-graph/vocabulary/"
REMOVE = re.compile(r"^# remove: (?P<triples>.*?)(?P<condition> FILTER .*)?$", re.MULTILINE)

Judge = Callable[[Path], Graph]


class QuickGraph(Graph):
    """A graph that parses each query once: the same two dozen queries are asked of every case."""

    prepared: dict[str, Any] = {}  # noqa: RUF012  # shared by all cases on purpose

    def query(self, query_object: Any, *args: Any, **options: Any) -> Result:
        if query_object not in self.prepared:
            self.prepared[query_object] = prepareQuery(query_object)
        return super().query(self.prepared[query_object], *args, **options)


def read(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in sorted(paths):
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """All shapes in one graph; tests only read it."""
    return read((ONTOLOGY / "shapes").glob("*.ttl"))


@pytest.fixture(scope="session")
def terms() -> Graph:
    """The classes and properties of the ontology, borrowed ones included."""
    return read(ONTOLOGY.glob("*.ttl"))


@pytest.fixture(scope="session")
def vocabularies() -> Graph:
    return read((ONTOLOGY / "vocabularies").glob("*.ttl"))


def patched(path: Path) -> Graph:
    """The base and the class's valid case, changed as *path* says; a valid case is taken as it is."""
    case = read([HERE / "base.ttl", path.parent / "valid.ttl"])
    if path.name == "valid.ttl":
        return case
    text = path.read_text(encoding="utf-8")
    prologue = "\n".join(re.findall(r"^@((?:base|prefix) .*) \.$", text, re.MULTILINE))
    for pattern in REMOVE.finditer(text):
        before = len(case)
        condition = pattern["condition"] or ""
        case.update(f"{prologue}\nDELETE {{ {pattern['triples']} }} WHERE {{ {pattern['triples']} {condition} }}")
        assert len(case) < before, f"{path.name}: nothing matches {pattern['triples']}"
    return case.parse(data=text, format="turtle")


def led_to(case: Graph, vocabularies: Graph) -> Graph:
    """What *vocabularies* say of the concepts and schemes that *case* leads to, other members of a scheme left out."""
    found = Graph()
    nodes = set(case.objects())
    seen: set[object] = set()
    while nodes:
        node = nodes.pop()
        if node in seen or not (isinstance(node, URIRef) and node.startswith(VOCABULARY)):
            continue
        seen.add(node)
        for predicate, value in vocabularies.predicate_objects(node):
            if predicate != SKOS.hasTopConcept:
                found.add((node, predicate, value))
                nodes.add(value)
    return found


@pytest.fixture(scope="session")
def whole(terms: Graph, vocabularies: Graph) -> Callable[[Path], Graph]:
    """The graph of a case with all that its judgement needs."""

    def build(path: Path) -> Graph:
        graph = QuickGraph()
        case = patched(path)
        for part in (case, terms, led_to(case, vocabularies)):
            graph += part
        return graph

    return build


@pytest.fixture(scope="session")
def judged(shapes: Graph, whole: Callable[[Path], Graph]) -> Judge:
    """The W3C validation report on a case."""

    def judge(path: Path) -> Graph:
        _, report, _ = validate(whole(path), shacl_graph=shapes, inplace=True)
        assert (None, SH.conforms, None) in report
        return report

    return judge
