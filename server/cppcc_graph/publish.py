"""The only way in which data change: files are read, judged, and put into the store in one step."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from cppcc_graph.errors import CppccError, NotConforming, StoreUnavailable
from cppcc_graph.sources import Loaded, data_sources, load, ontology_sources, quads
from cppcc_graph.store.address import Remote
from cppcc_graph.store.base import Store
from cppcc_graph.store.dumping import integer_types
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import is_store
from cppcc_graph.store.lock import lock_files, lock_for_writing
from cppcc_graph.store.versioned import open_to_read
from cppcc_graph.terms import BASE, XSD, Literal, NamedNode, Term, Triple, shorten

if TYPE_CHECKING:
    from cppcc_graph.validation import ValidationReport

OnFile = Callable[[Path], None]
_SHAPES = f"{BASE}shapes/"


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

    In a folder it is the state at the end of the folder's journal, to be read only.

    Raises:
        StoreUnavailable: the folder cannot be used.
        BadSyntax: a file does not parse; the store stays empty.
        BadSource: a path cannot be used; the store stays empty.
    """
    if folder is None:
        store = EmbeddedStore()
        put(store, load_published(data, on_file=on_file))
        return store
    if not is_store(folder):
        _fill(folder, data, on_file)
    store = open_to_read(folder)
    if not store.is_empty() or store.number > 0:
        return store
    store.close()
    _fill(folder, data, on_file)
    return open_to_read(folder)


def _fill(folder: Path, data: Sequence[Path], on_file: OnFile | None) -> None:
    """What an empty store without a history begins with."""
    with lock_for_writing(folder), lock_files(folder, is_writing=True), closing(EmbeddedStore(folder)) as store:
        put(store, load_published(data, on_file=on_file))


def open_for_reading(place: Path | Remote | None, data: Sequence[Path] = (), *, on_file: OnFile | None = None) -> Store:
    """
    A store that holds something, to be read only: files in memory, a folder as it is, or a remote engine.

    Raises:
        StoreUnavailable: there is no store at *place*, it cannot be read, or nothing has been loaded into it.
        BadSyntax: a file does not parse.
        BadSource: a path cannot be used.
    """
    if isinstance(place, Remote):
        return _filled(open_remote_store(place), place)
    if place is None:
        return open_store(None, data, on_file=on_file)
    store = open_to_read(place)
    if store.is_empty() and not store.number:
        store.close()
        raise StoreUnavailable(f"the store at {place} is empty; fill it with: cppcc load --store {quote(str(place))}")
    return store


def open_remote_store(remote: Remote, *, deadline_s: float = 30.0, answer_bytes: int = 1024**3) -> Store:
    """
    The store in the engine at *remote*, which is not asked yet.

    Args:
        remote: The engine.
        deadline_s: The longest that a stranger's query may take.
        answer_bytes: The longest answer.
    """
    # urllib3 is slow to import, and the embedded engine does not need it.
    from cppcc_graph.store.remote import RemoteStore

    return RemoteStore(remote, deadline_s=deadline_s, answer_bytes=answer_bytes)


def open_for_loading(place: Path | Remote) -> Store:
    """
    The store at *place*, made when it is a folder that does not exist, empty or not.

    Raises:
        StoreUnavailable: the folder cannot be used.
    """
    from cppcc_graph.store.remote import RemoteStore

    return RemoteStore(place, is_mending=True) if isinstance(place, Remote) else EmbeddedStore(place)


def nothing_there(store: Store, remote: Remote) -> str:
    """What to say and to do where the engine at *remote* holds nothing of ours; empty when it does."""
    if not store.is_empty():
        return ""
    return f"nothing has been loaded into {remote.query_iri}; do it with: cppcc load --store {quote(remote.query_iri)}"


def _filled(store: Store, remote: Remote) -> Store:
    try:
        said = nothing_there(store, remote)
        if said:
            raise StoreUnavailable(said)
    except CppccError:
        store.close()
        raise
    return store


def open_bare_store(data: Sequence[Path] = (), *, is_merged: bool, on_file: OnFile | None = None) -> EmbeddedStore:
    """
    A store in memory that holds *data* and nothing else.

    Args:
        data: Files and folders; none leaves it empty.
        is_merged: Whether the default graph is the union of the named graphs, as in :func:`open_store`. Else it is one
            of its own, triples without a graph go there, and the store takes updates.
        on_file: Called after each file, for a progress bar.

    Raises:
        BadSyntax: a file does not parse.
        BadSource: a path cannot be used.
    """
    store = EmbeddedStore(is_merged=is_merged)
    sources = data_sources(data) if data else []
    if is_merged:
        put(store, load(sources, on_file=on_file))
        return store
    for source in sources:
        store.fill(quads(source))
        if on_file is not None:
            on_file(source.path)
    return store


def changes(store: Store, loaded: Sequence[Loaded]) -> list[Change]:
    """What :func:`put` would change, by graph IRI; empty when the store says the same as the files."""
    files = EmbeddedStore()
    put(files, loaded)
    before, after = store.versions(), files.versions()
    differing = [iri for iri in after if before.get(iri) != after[iri]]
    return [_change(store, files, iri, is_new=iri not in before) for iri in differing]


def judged(loaded: Sequence[Loaded]) -> "ValidationReport":
    """
    What the shapes among *loaded* say about all the other graphs together.

    Raises:
        BadShapes: the shapes cannot judge.
    """
    # pySHACL and rdflib take half a second to import, which serving does not need.
    from cppcc_graph.converter import graph_of
    from cppcc_graph.validation import validate

    shapes = [triple for graph in loaded if graph.graph_iri.startswith(_SHAPES) for triple in graph.triples]
    facts = [triple for graph in loaded if not graph.graph_iri.startswith(_SHAPES) for triple in graph.triples]
    return validate(graph_of(facts), graph_of(shapes))


def publish(store: Store, loaded: Sequence[Loaded]) -> list[Change]:
    """
    *loaded* replaces the graphs of the same names, all or nothing; the other graphs of the store stay.

    Returns:
        What changed, by graph IRI.

    Raises:
        NotConforming: the store would hold a violation afterwards; nothing changed.
    """
    told = changes(store, loaded)
    report = judged(overlaid(stored(store), loaded))
    violations = [finding for finding in report.findings if finding.severity == "Violation"]
    if violations:
        raise NotConforming([f"{f.rule} {shorten(f.focus)} {f.path}: {f.message_en}" for f in violations])
    put(store, loaded)
    return told


def stored(store: Store) -> list[Loaded]:
    """
    The graphs of *store*, by IRI, as files would write them.

    The engine calls every integer xsd:integer; here a value gets the type back that the ontology gives its property.
    """
    types = integer_types(store)
    return [
        Loaded(
            origin="the store",
            graph_iri=graph.iri,
            triples=tuple(_retyped(quad.triple, types) for quad in store.quads(graph.iri)),
        )
        for graph in store.graphs()
    ]


def _retyped(triple: Triple, types: Mapping[Term, NamedNode]) -> Triple:
    literal, kind = triple.object, types.get(triple.predicate)
    if kind is None or not isinstance(literal, Literal) or literal.datatype != XSD.integer:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(literal.value, datatype=kind))


def overlaid(below: Sequence[Loaded], above: Sequence[Loaded]) -> list[Loaded]:
    """Both, where a graph of *above* hides the one of the same name below."""
    hidden = {graph.graph_iri for graph in above}
    return [*(graph for graph in below if graph.graph_iri not in hidden), *above]


def put(store: Store, loaded: Sequence[Loaded]) -> None:
    """*loaded* replaces the graphs of the same names in one step, unjudged: for files that come with the project."""
    store.replace_graphs({graph.graph_iri: graph.triples for graph in loaded})


def _change(store: Store, files: Store, iri: str, *, is_new: bool) -> Change:
    old = set() if is_new else {quad.triple for quad in store.quads(iri)}
    new = {quad.triple for quad in files.quads(iri)}
    return Change(graph_iri=iri, n_added=len(new - old), n_removed=len(old - new), is_new=is_new)
