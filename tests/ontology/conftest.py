"""What the tests of the model read: every Turtle file of the ontology and the data, parsed once."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, URIRef

ROOT = Path(__file__).parents[2]
ONTOLOGY = "https://w3id.org/cppcc-graph/ontology#"


def union(graphs: Iterable[Graph]) -> Graph:
    """The set union of *graphs*."""
    merged = Graph()
    for graph in graphs:
        merged += graph
    return merged


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def documents() -> Mapping[Path, Graph]:
    """Every Turtle file under ontology/ and data/, by its path below the repository's root."""
    paths = sorted((*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "data").rglob("*.ttl")))
    return {path.relative_to(ROOT): Graph().parse(path) for path in paths}


@pytest.fixture(scope="session")
def model(documents: Mapping[Path, Graph]) -> Graph:
    """The ontology without its shapes."""
    return union(
        graph for path, graph in documents.items() if path.parts[0] == "ontology" and "shapes" not in path.parts
    )


@pytest.fixture(scope="session")
def published(documents: Mapping[Path, Graph]) -> Graph:
    """Ontology and data, without the shapes: what speaks of the world."""
    return union(graph for path, graph in documents.items() if "shapes" not in path.parts)


def of_kind(model: Graph, *kinds: URIRef) -> frozenset[URIRef]:
    found = {term for kind in kinds for term in model.subjects(RDF.type, kind)}
    return frozenset(term for term in found if isinstance(term, URIRef) and str(term).startswith(ONTOLOGY))


@pytest.fixture(scope="session")
def own_classes(model: Graph) -> frozenset[URIRef]:
    return of_kind(model, OWL.Class)


@pytest.fixture(scope="session")
def own_properties(model: Graph) -> frozenset[URIRef]:
    return of_kind(model, OWL.ObjectProperty, OWL.DatatypeProperty)
