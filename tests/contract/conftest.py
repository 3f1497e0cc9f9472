"""Engines of others, started when the first test asks for them and kept for the session."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing

import pytest
from tests.engines import Engine, oxigraph, started, why_missing

from cppcc_graph.store.address import Remote
from cppcc_graph.store.remote import RemoteStore

ENGINES = ("oxigraph serve", "Virtuoso", "Fuseki")
ON_ENGINES = [pytest.param(name, marks=pytest.mark.slow) for name in ENGINES]


@pytest.fixture(scope="session")
def engine_named() -> Iterator[Callable[[str], Engine]]:
    """Gives a running engine by its name; each is started once."""
    with ExitStack() as stack:
        running: dict[str, Engine] = {}

        def engine(name: str) -> Engine:
            if name not in running:
                missing = why_missing(name)
                if missing:
                    pytest.skip(missing)
                running[name] = stack.enter_context(_started(name))
            return running[name]

        yield engine


def _started(name: str) -> AbstractContextManager[Engine]:
    return oxigraph.served(is_union=False) if name == "oxigraph serve" else started(name)


@pytest.fixture
def remote_store(engine_named: Callable[[str], Engine]) -> Iterator[Callable[[str], RemoteStore]]:
    """Gives an empty store in an engine, by the engine's name; further calls give further stores in the same engine."""
    with ExitStack() as stack:

        def store(name: str) -> RemoteStore:
            remote = Remote(query_iri=engine_named(name).query_url)
            with closing(RemoteStore(remote, is_mending=True)) as clearing:
                clearing.replace_graphs({graph.iri: [] for graph in clearing.graphs()})
            return stack.enter_context(closing(RemoteStore(remote)))

        yield store
