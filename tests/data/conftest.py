"""The published data, and the folder of the reports' texts, which are not in the repository."""

import os
from pathlib import Path

import pytest
from rdflib import Graph

from cppcc_graph.converter import graph_of
from cppcc_graph.publish import load_published
from cppcc_graph.sources import Loaded

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def texts() -> Path:
    """The folder CPPCC_TEXTS, or ../shared/reports beside the checkout; without it tests skip."""
    folder = Path(os.environ.get("CPPCC_TEXTS") or CHECKOUT.parent / "shared" / "reports")
    if not folder.is_dir():
        pytest.skip(f"no folder of texts at {folder}; set CPPCC_TEXTS to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def loaded() -> list[Loaded]:
    """Ontology, vocabularies, shapes and data, graph by graph, as the server loads them."""
    return load_published()


@pytest.fixture(scope="session")
def merged(loaded: list[Loaded]) -> Graph:
    """All of it in one graph; nobody changes it."""
    return graph_of(triple for graph in loaded for triple in graph.triples)
