"""
Real SPARQL engines as processes on loopback, each in a temporary folder, for tests and for comparisons.

    with started("Virtuoso", data=[path_of_nquads]) as engine:
        engine.query_url, engine.update_url, engine.version, engine.load(more), engine.memory_mib()

Every engine answers queries over the union of its named graphs (``Engine.default_graph`` says how). Its pids are
those that were started here and their descendants; it is ended by them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType

from tests.engines import cppcc, fuseki, oxigraph, rdflib_endpoint, virtuoso
from tests.engines.engine import Engine, EngineFailed, EngineMissing, child_pids, free_port, memory_mib

__all__ = [
    "ENGINES",
    "Engine",
    "EngineFailed",
    "EngineMissing",
    "child_pids",
    "free_port",
    "memory_mib",
    "started",
    "why_missing",
]

ENGINES: Mapping[str, Callable[[Sequence[Path]], AbstractContextManager[Engine]]] = MappingProxyType(
    {
        "cppcc": cppcc.served,
        "oxigraph serve": oxigraph.served,
        "Virtuoso": virtuoso.served,
        "Fuseki": fuseki.served,
        "rdflib-endpoint": rdflib_endpoint.served,
    }
)
"""Context managers by name; each takes files of N-Quads that are loaded before it is handed over."""

_FINDERS: Mapping[str, Callable[[], object]] = MappingProxyType(
    {
        "oxigraph serve": oxigraph.program,
        "Virtuoso": virtuoso.programs,
        "Fuseki": fuseki.java_and_jar,
        "rdflib-endpoint": rdflib_endpoint.program,
    }
)


def started(name: str, data: Sequence[Path] = ()) -> AbstractContextManager[Engine]:
    """
    The engine of this name, answering, with these files of N-Quads loaded; gone when the block ends.

    Raises:
        EngineMissing: it is not installed; the message says what to install.
        EngineFailed: it ended or did not answer in time; the message carries the end of what it wrote.
    """
    return ENGINES[name](data)


def why_missing(name: str) -> str | None:
    """What has to be installed for this engine to run, or None when it can run."""
    try:
        _FINDERS.get(name, lambda: None)()
    except EngineMissing as missing:
        return str(missing)
    return None
