"""
The commits of a store as RDF: who changed what, when, how and why.

They are a dataset of their own, apart from the data. Its default graph says what each commit was, in terms of PROV-O;
the triples that came and went stand in named graphs, two for each data graph that a commit changed. A commit of more
than `MOST_LISTED` quads is only counted.

Spec: PROV-O, sections 3.1 and 3.2; the few terms of our own stand in ``ontology/history.ttl``.
"""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from cppcc_graph.store.commits import Entry
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, DCTERMS, HISTORY, PROV, RDF, RDFS, VOID, XSD, Literal, NamedNode, Quad, Triple

MOST_LISTED = 10_000
"""Quads of a commit that are told one by one."""


def version_iri(version: int) -> str:
    """The IRI of the state of the data after a commit; 0 is the state before the first."""
    return f"{BASE}history/version/{version}"


def commit_iri(version: int) -> str:
    """The IRI of the commit that made this version."""
    return f"{BASE}history/commit/{version}"


def agent_iri(name: str) -> str:
    """The IRI of who commits."""
    return f"{BASE}history/agent/{quote(name, safe='')}"


def history_of(journal: Journal) -> EmbeddedStore:
    """
    The history that a journal tells, in memory; :func:`add_commit` continues it.

    Raises:
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    store = EmbeddedStore(is_merged=False)
    store.fill(history_quads(journal.entries, journal.patch))
    return store


def add_commit(store: EmbeddedStore, entry: Entry, patch: Patch) -> None:
    """*store*, from :func:`history_of`, tells one commit more, in a time that depends on this commit alone."""
    store.fill(history_quads([entry], lambda _: patch))


def history_quads(entries: Iterable[Entry], patch_of: Callable[[int], Patch]) -> Iterator[Quad]:
    """
    What history says of *entries*.

    Args:
        entries: Of a journal.
        patch_of: What the commit of a version changed; not asked where nothing is listed.
    """
    for entry in entries:
        yield from _of_version(entry)
        yield from _of_commit(entry)
        yield from _of_agent(entry.commit.agent)
        is_listed = entry.n_added + entry.n_removed <= MOST_LISTED
        came, went = _by_graph(patch_of(entry.version)) if is_listed else ({}, {})
        for number, graph_iri in enumerate(sorted(entry.commit.graphs), start=1):
            yield from _of_change(entry, graph_iri, number)
            if is_listed:
                name = NamedNode(f"{version_iri(entry.version)}/added/{number}")
                yield from _listed(_change(entry, number), HISTORY.added, name, came.get(graph_iri, []))
                name = NamedNode(f"{version_iri(entry.version)}/removed/{number}")
                yield from _listed(_change(entry, number), HISTORY.removed, name, went.get(graph_iri, []))


def outline(entries: Iterable[Entry]) -> Iterator[Quad]:
    """What history says of *entries* besides the triples that came and went, and how many of each graph they were."""
    for entry in entries:
        yield from _of_version(entry)
        yield from _of_commit(entry)
        yield from _of_agent(entry.commit.agent)
        for number, graph_iri in enumerate(sorted(entry.commit.graphs), start=1):
            yield from _of_change(entry, graph_iri, number)


def _by_graph(patch: Patch) -> tuple[dict[str, list[Triple]], dict[str, list[Triple]]]:
    """The triples that came and those that went, by the IRI of their graph."""
    came: dict[str, list[Triple]] = {}
    went: dict[str, list[Triple]] = {}
    for quads, by_graph in ((patch.added, came), (patch.removed, went)):
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                by_graph.setdefault(quad.graph_name.value, []).append(quad.triple)
    return came, went


def _of_version(entry: Entry) -> Iterator[Quad]:
    version, before = NamedNode(version_iri(entry.version)), NamedNode(version_iri(entry.version - 1))
    if entry.version == 1:
        yield Quad(before, RDF.type, PROV.Entity)
        yield Quad(before, DCTERMS.identifier, _number(0))
    yield Quad(version, RDF.type, PROV.Entity)
    yield Quad(version, DCTERMS.identifier, _number(entry.version))
    yield Quad(version, HISTORY.contentHash, Literal(entry.commit.data_version))
    yield Quad(version, PROV.wasRevisionOf, before)
    yield Quad(version, PROV.wasGeneratedBy, NamedNode(commit_iri(entry.version)))
    yield Quad(version, PROV.generatedAtTime, _time(entry))


def _of_commit(entry: Entry) -> Iterator[Quad]:
    commit = NamedNode(commit_iri(entry.version))
    yield Quad(commit, RDF.type, PROV.Activity)
    yield Quad(commit, DCTERMS.identifier, Literal(entry.hash))
    yield Quad(commit, PROV.startedAtTime, _time(entry))
    yield Quad(commit, PROV.endedAtTime, _time(entry))
    yield Quad(commit, PROV.wasAssociatedWith, NamedNode(agent_iri(entry.commit.agent)))
    yield Quad(commit, PROV.used, NamedNode(version_iri(entry.version - 1)))
    yield Quad(commit, HISTORY.operation, Literal(entry.commit.operation))
    yield Quad(commit, HISTORY.added, _number(entry.n_added))
    yield Quad(commit, HISTORY.removed, _number(entry.n_removed))
    yield Quad(commit, HISTORY.isListed, _boolean(entry.n_added + entry.n_removed <= MOST_LISTED))
    if entry.commit.message:
        yield Quad(commit, RDFS.comment, Literal(entry.commit.message))


def _of_agent(name: str) -> Iterator[Quad]:
    agent = NamedNode(agent_iri(name))
    yield Quad(agent, RDF.type, PROV.Agent)
    yield Quad(agent, RDFS.label, Literal(name))


def _of_change(entry: Entry, graph_iri: str, number: int) -> Iterator[Quad]:
    """How one data graph was changed, and what it was afterwards; one that is gone has no triples and no hash."""
    change, state = _change(entry, number), entry.commit.graphs[graph_iri]
    yield Quad(NamedNode(commit_iri(entry.version)), HISTORY.change, change)
    yield Quad(change, RDF.type, HISTORY.Change)
    yield Quad(change, HISTORY.graph, NamedNode(graph_iri))
    yield Quad(change, VOID.triples, _number(state.n_triples if state else 0))
    if state:
        yield Quad(change, HISTORY.contentHash, Literal(state.content_hash))


def _listed(change: NamedNode, term: NamedNode, name: NamedNode, triples: list[Triple]) -> Iterator[Quad]:
    """How many triples came or went, and they themselves in the graph *name*."""
    yield Quad(change, term, _number(len(triples)))
    if triples:
        yield Quad(change, HISTORY.addedTriples if term == HISTORY.added else HISTORY.removedTriples, name)
    yield from (Quad(t.subject, t.predicate, t.object, name) for t in triples)


def _change(entry: Entry, number: int) -> NamedNode:
    return NamedNode(f"{commit_iri(entry.version)}/change/{number}")


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=XSD.boolean)


def _time(entry: Entry) -> Literal:
    return Literal(entry.at.isoformat(timespec="microseconds"), datatype=XSD.dateTime)
