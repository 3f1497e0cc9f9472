"""Commits that are made up, in folders of their own."""

import os
import signal
from contextlib import contextmanager

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from cppcc_graph.store.commits import Commit, GraphState
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch

EXAMPLE = "https://example.org/"


def quad(subject, text, graph="g", *, blank=False):
    node = BlankNode(subject) if blank else NamedNode(EXAMPLE + subject)
    return Quad(node, NamedNode(f"{EXAMPLE}says"), Literal(text), NamedNode(EXAMPLE + graph))


def adding(*quads):
    return Patch(added=quads)


def removing(*quads):
    return Patch(removed=quads)


def committed(journal, store, patch, *, agent="local:hui", operation="update", message="", now=None):
    """*patch* carried out on *store* and written to *journal*, as whoever writes does it."""
    store.apply(patch)
    hashes = store.versions()
    counts = {graph.iri: graph.n_triples for graph in store.graphs()}
    states = {
        iri: GraphState(n_triples=counts[iri], content_hash=hashes[iri]) if iri in hashes else None
        for iri in patch.graphs
    }
    commit = Commit(agent=agent, operation=operation, message=message, graphs=states, data_version=store.version())
    return journal.append(commit, patch, now=now)


def noted(journal, patch, *, now=None):
    """*patch* written to *journal*, with nothing true said about what it does."""
    return journal.append(Commit(agent="local:hui", operation="update", graphs={}, data_version=""), patch, now=now)


@contextmanager
def forked():
    """A child process: gives 0 there and its number here; the child ends with the block."""
    pid = os.fork()
    if pid == 0:
        try:
            yield 0
        finally:
            os._exit(0)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


@pytest.fixture
def journal(folder):
    return Journal.open(folder)


@pytest.fixture
def store():
    return EmbeddedStore()


@pytest.fixture
def three(journal, store):
    """A journal of three commits: one with blank nodes, one that is long, one that removes."""
    committed(journal, store, adding(quad("b", "one", blank=True), quad("a", "one")), message="first")
    committed(journal, store, adding(*(quad("a", f"text {n}", "long") for n in range(20))), agent="curator")
    committed(journal, store, Patch(removed=(quad("a", "one"),), added=(quad("a", "two"),)))
    return journal
