"""The published data, as a plain store to be changed by the tests and behind the web application."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from cppcc_graph.publish import load_published, put
from cppcc_graph.questions import Question
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

EXPECTED = Path(__file__).parent / "expected"
APPROVE = "--approve"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SUBJECT, PREDICATE, OBJECT = (pyoxigraph.NamedNode(RDF + part) for part in ("subject", "predicate", "object"))

Rows = list[list[str]]


@pytest.fixture(scope="session")
def published() -> list[pyoxigraph.Quad]:
    """Ontology and data, merged: each triple once, in the default graph."""
    merged = {triple for graph in load_published() for triple in graph.triples}
    return [pyoxigraph.Quad(*triple) for triple in merged]


@pytest.fixture(scope="session")
def plain(published: list[pyoxigraph.Quad]) -> pyoxigraph.Store:
    """A bare store over the published data; who changes it puts it back, as `without` does."""
    store = pyoxigraph.Store()
    store.bulk_extend(published)
    return store


@pytest.fixture(scope="session")
def client() -> Iterator[FlaskClient]:
    """A client of the web application over the published data."""
    store = EmbeddedStore()
    put(store, load_published())
    yield create_app(Settings(), store).test_client()
    store.close()


@pytest.fixture(scope="session")
def ask() -> Callable[[pyoxigraph.Store, str], Rows]:
    """The rows of a SELECT query, its column names first, as CSV writes them."""

    def rows(store: pyoxigraph.Store, query: str) -> Rows:
        answer = store.query(query)
        assert isinstance(answer, pyoxigraph.QuerySolutions), "a question is a SELECT query"
        return read_csv(answer.serialize(format=pyoxigraph.QueryResultsFormat.CSV).decode())

    return rows


@pytest.fixture(scope="session")
def expected(request: pytest.FixtureRequest) -> Callable[[Question, Rows], Rows]:
    """The approved answer of a question; with ``pytest --approve`` the given answer becomes it."""

    def approved(question: Question, answer: Rows) -> Rows:
        path = EXPECTED / f"{question.slug}.csv"
        if request.config.getoption(APPROVE):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(answer)
            path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
        return read_csv(path.read_text(encoding="utf-8"))

    return approved


@pytest.fixture(scope="session")
def supporting() -> Callable[[pyoxigraph.Store, Question], list[pyoxigraph.NamedNode]]:
    """The nodes on which a question's answer rests: the values of the variables that its header calls support."""

    def nodes(store: pyoxigraph.Store, question: Question) -> list[pyoxigraph.NamedNode]:
        names = question.header["support"].replace("?", "").split()
        everything = f"SELECT DISTINCT {question.header['support']}"
        query, n_changes = re.subn(
            r"^SELECT .*?^(WHERE \{$.*?^\}$).*", rf"{everything} \1", question.query, flags=re.DOTALL | re.MULTILINE
        )
        assert n_changes == 1, "write SELECT …, WHERE { and } each at the beginning of a line"
        found = {solution[name] for solution in store.query(query) for name in names}
        return sorted((node for node in found if isinstance(node, pyoxigraph.NamedNode)), key=str)

    return nodes


@pytest.fixture(scope="session")
def without() -> Callable[[pyoxigraph.Store, pyoxigraph.NamedNode], AbstractContextManager[None]]:
    """The store without what a node says, and without the direct link that stands beside a statement."""

    @contextmanager
    def deleted(store: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> Iterator[None]:
        quads = list(store.quads_for_pattern(node, None, None, None))
        said = {quad.predicate: quad.object for quad in quads if quad.predicate in (SUBJECT, PREDICATE, OBJECT)}
        if said:
            quads += store.quads_for_pattern(said[SUBJECT], said[PREDICATE], said[OBJECT], None)
        for quad in quads:
            store.remove(quad)
        yield
        store.extend(quads)

    return deleted


def read_csv(text: str) -> Rows:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
