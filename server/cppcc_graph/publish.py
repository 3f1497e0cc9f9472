"""The only way in which data change: files are read, judged, and put into the store in one step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cppcc_graph.sources import Loaded, data_sources, load, ontology_sources
from cppcc_graph.store.base import Store
from cppcc_graph.store.embedded import EmbeddedStore

OnFile = Callable[[Path], None]
Judge = Callable[[Sequence[Loaded]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    How one named graph would change.

    Attributes:
        graph_iri: The graph.
        n_added: Triples that the files have and the store has not.
        n_removed: Triples that the store has and the files have not.
        is_new: Whether the store does not have the graph at all.
    """

    graph_iri: str
    n_added: int
    n_removed: int
    is_new: bool


def load_published(data: Sequence[Path] = (), *, on_file: OnFile | None = None) -> list[Loaded]:
    """
    The ontology and the data: what a server serves.

    Args:
        data: Files and folders instead of the bundled data.
        on_file: Called after each file, for a progress bar.

    Raises:
        BadSyntax: a file does not parse.
        BadSource: a path cannot be used, or two files are for one graph.
    """
    return load([*ontology_sources(), *data_sources(data)], on_file=on_file)


def open_store(folder: Path | None, data: Sequence[Path] = (), *, on_file: OnFile | None = None) -> EmbeddedStore:
    """
    The store, filled with the ontology and *data* if it was empty; a filled one is left as it is.

    Raises:
        StoreUnavailable: the folder cannot be used.
        BadSyntax: a file does not parse; the store stays empty.
        BadSource: a path cannot be used; the store stays empty.
    """
    store = EmbeddedStore(folder)
    if store.is_empty():
        put(store, load_published(data, on_file=on_file))
    return store


def changes(store: Store, loaded: Sequence[Loaded]) -> list[Change]:
    """What :func:`put` would change, by graph IRI; empty when the store says the same as the files."""
    files = EmbeddedStore()
    put(files, loaded)
    before, after = store.versions(), files.versions()
    differing = [iri for iri in after if before.get(iri) != after[iri]]
    return [_change(store, files, iri, is_new=iri not in before) for iri in differing]


def publish(store: Store, loaded: Sequence[Loaded], judge: Judge) -> list[Change]:
    """
    *loaded* replaces the graphs of the same names, all or nothing; the other graphs of the store stay.

    Args:
        store: What changes.
        loaded: The new graphs.
        judge: Raises `NotConforming` for what the store would hold afterwards.

    Returns:
        What changed, by graph IRI.

    Raises:
        NotConforming: by *judge*; nothing changed.
    """
    told = changes(store, loaded)
    judge(_afterwards(store, loaded))
    put(store, loaded)
    return told


def put(store: Store, loaded: Sequence[Loaded]) -> None:
    """*loaded* replaces the graphs of the same names in one step, unjudged: for files that come with the project."""
    store.replace_graphs({graph.graph_iri: graph.triples for graph in loaded})


def _afterwards(store: Store, loaded: Sequence[Loaded]) -> list[Loaded]:
    replaced = {graph.graph_iri for graph in loaded}
    kept = [
        Loaded(origin="the store", graph_iri=iri, triples=tuple(quad.triple for quad in store.quads(iri)))
        for iri in (graph.iri for graph in store.graphs())
        if iri not in replaced
    ]
    return [*kept, *loaded]


def _change(store: Store, files: Store, iri: str, *, is_new: bool) -> Change:
    old = set() if is_new else {quad.triple for quad in store.quads(iri)}
    new = {quad.triple for quad in files.quads(iri)}
    return Change(graph_iri=iri, n_added=len(new - old), n_removed=len(old - new), is_new=is_new)
