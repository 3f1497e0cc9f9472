"""A folder with versioned data, opened by the one who writes into it."""

import getpass
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from cppcc_graph.errors import NotConforming
from cppcc_graph.formats import N_QUADS, write_graph
from cppcc_graph.gate import Gate
from cppcc_graph.history import add_commit, history_of
from cppcc_graph.judging import Judges
from cppcc_graph.sources import Loaded, data_sources, load, ontology_sources
from cppcc_graph.store.base import Document
from cppcc_graph.store.commits import Operation
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import is_store
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_for_writing
from cppcc_graph.store.proposal import Asked, DatasetWrite, Proposal, Verdict
from cppcc_graph.store.versioned import brought_up, in_memory
from cppcc_graph.terms import NamedNode, Quad, shorten

OnFile = Callable[[Path], None]


def open_gate(folder: Path, data: Sequence[Path] = (), *, is_apart: bool = False) -> Gate:
    """
    The gate to the data in *folder*, which are the ontology and *data* if it held nothing.

    Args:
        folder: Made when it does not exist; locked as long as the gate is held.
        data: Files and folders instead of the bundled data.
        is_apart: As `Gate.is_apart`.

    Raises:
        StoreUnavailable: the folder cannot be used, or another process writes into it.
        BadSyntax: a file does not parse; the store stays empty.
        BadSource: a path cannot be used; the store stays empty.
        NotConforming: the files break the shapes; the store stays empty.
    """
    gate = locked(folder, is_apart=is_apart)
    if gate.store.is_empty():
        loaded = load([*ontology_sources(), *data_sources(data)])
        accepted(gate.propose(local(DatasetWrite(document=as_document(loaded)), "load")))
    return gate


def locked(folder: Path, *, is_apart: bool = False) -> Gate:
    """
    The gate to what is in *folder*, be it nothing.

    Raises:
        StoreUnavailable: the folder cannot be used, or another process writes into it.
    """
    lock = lock_for_writing(folder)
    brought_up(folder)
    store, journal = in_memory(folder), Journal.open(folder)
    store.number, store.history = journal.version, history_of(journal)
    store.know(_hashes(journal))
    return Gate(
        store=store,
        journal=journal,
        judge=Judges(),
        on_commit=partial(add_commit, store.history),
        lock=lock,
        is_apart=is_apart,
    )


def _hashes(journal: Journal) -> dict[str, str]:
    """Content hashes of the graphs that the journal has seen change, as they are at its end."""
    latest = {iri: state for entry in journal.entries for iri, state in entry.commit.graphs.items()}
    return {iri: state.content_hash for iri, state in latest.items() if state is not None}


def only_looked_at(folder: Path) -> Gate:
    """
    The gate to what is in *folder*, for proposals that change nothing; nothing in it is touched, be there nothing.

    Raises:
        StoreUnavailable: the folder cannot be read.
    """
    store = in_memory(folder) if is_store(folder) else EmbeddedStore()
    return Gate(
        store=store,
        journal=Journal.read(folder),
        judge=Judges(),
        on_commit=lambda _entry, _patch: None,
        lock=None,
    )


def as_document(loaded: Iterable[Loaded]) -> Document:
    """Graphs from files as one document that names them."""
    quads = (
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(graph.graph_iri))
        for graph in loaded
        for triple in graph.triples
    )
    return Document(content=write_graph(quads, N_QUADS), format=N_QUADS, source="the files")


def local(
    asked: Asked, operation: Operation, *, message: str = "", is_dry_run: bool = False, expected: int | None = None
) -> Proposal:
    """A proposal of this machine's user, whom nobody asks for a token."""
    return Proposal(
        asked=asked,
        operation=operation,
        agent=_local_agent(),
        message=message,
        expected=() if expected is None else (expected,),
        is_dry_run=is_dry_run,
    )


def _local_agent() -> str:
    try:
        return f"local:{getpass.getuser()}"
    except (KeyError, OSError):
        return "local:unknown"


def accepted(verdict: Verdict) -> Verdict:
    """
    A verdict that lets the change pass.

    Raises:
        NotConforming: it does not.
    """
    if verdict.conforms:
        return verdict
    violations = [found for found in verdict.findings if found["severity"] == "Violation"]
    raise NotConforming([f"{f['rule']} {shorten(str(f['focus']))} {f['path']}: {f['message_en']}" for f in violations])
