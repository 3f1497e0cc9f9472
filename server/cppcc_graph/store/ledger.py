"""
What we know of the graphs that we put into an engine, kept in the engine itself.

Three graphs have names of our own: the *merge*, which is the default graph that queries see and holds each triple once;
the *ledger*, which lists our named graphs with their sizes and content hashes; and *nowhere*, which never exists. Other
graphs of the engine are neither shown nor touched.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat

from cppcc_graph.errors import BadSyntax
from cppcc_graph.phrases import mark
from cppcc_graph.queries import query
from cppcc_graph.store.dialects import Dialect
from cppcc_graph.store.scoped import NOWHERE
from cppcc_graph.terms import BASE, BlankNode, Literal, NamedNode, Solution, Triple

MERGE = f"{BASE}store/merge"
LEDGER = f"{BASE}store/ledger"
UNFINISHED = "unfinished"
"""The revision while a load is going on in an engine without transactions, or after it was interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of our graphs: how many triples stand in it, and its content hash."""

    n_triples: int
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """
    All our graphs at one moment.

    Attributes:
        revision: Content hash of everything, `UNFINISHED`, or empty when nothing was ever loaded.
        entries: By graph IRI, in the order of the IRIs.
    """

    revision: str
    entries: Mapping[str, Entry]

    def after(self, changed: Mapping[str, Entry | None]) -> "Ledger":
        """The ledger with *changed* entries; None takes one away."""
        entries = dict(self.entries)
        for iri, entry in changed.items():
            entries.pop(iri, None)
            if entry is not None:
                entries[iri] = entry
        ordered = dict(sorted(entries.items()))
        return Ledger(revision=revision_of(ordered), entries=ordered)


def revision_of(entries: Mapping[str, Entry]) -> str:
    """The content hash of all the graphs together, as `Store.version` defines it."""
    lines = (f"{iri} {entry.content_hash}\n" for iri, entry in entries.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_ledger(revision: str, rows: Iterable[Solution]) -> Ledger:
    """The ledger from the rows of ``ledger-graphs.rq``."""
    entries = {}
    for row in rows:
        graph, n_triples, content_hash = row["graph"], row["n"], row["hash"]
        if isinstance(graph, NamedNode) and isinstance(n_triples, Literal) and isinstance(content_hash, Literal):
            entries[graph.value] = Entry(n_triples=int(n_triples.value), content_hash=content_hash.value)
    return Ledger(revision=revision, entries=dict(sorted(entries.items())))


def check_name(iri: str) -> None:
    """
    Refuses the names that the ledger needs.

    Raises:
        BadSyntax: *iri* is one of them.
    """
    if iri in (MERGE, LEDGER, NOWHERE):
        template = mark("<%(iri)s> is a graph that the store keeps for itself; choose another name")
        raise BadSyntax(template, values=(iri,))


def unfinished(graphs: Iterable[str]) -> list[str]:
    """Updates that say in the ledger that these graphs are being replaced."""
    named = "".join(f"<{iri}> " for iri in graphs)
    return [
        query("ledger-strike").replace("?listed", named),
        f"DELETE WHERE {{ GRAPH <{LEDGER}> {{ <{LEDGER}> ?said ?revision }} }}",
        f"INSERT DATA {{ GRAPH <{LEDGER}> {{ {_revision_line(UNFINISHED)} }} }}",
    ]


def replacement(before: Ledger, after: Ledger, contents: Mapping[str, list[Triple]], dialect: Dialect) -> Iterator[str]:
    """
    Updates, to be carried out in this order, after which the engine holds *contents*, their merge and the new ledger.

    Args:
        before: As the engine has it.
        after: As it shall be.
        contents: The graphs to replace and what they shall hold.
        dialect: Of the engine.
    """
    if before.revision in ("", UNFINISHED):
        yield f"DROP SILENT GRAPH <{MERGE}>"
    for iri in contents:
        if before.revision not in ("", UNFINISHED):
            yield query("remote-withdraw-from-merge").replace("?graph", f"<{iri}>")
        yield f"DROP SILENT GRAPH <{iri}>"
    for iri, triples in contents.items():
        yield from _insertions(iri, triples, dialect)
    added = after.entries if before.revision in ("", UNFINISHED) else contents
    for iri in added:
        yield query("remote-add-to-merge").replace("?graph", f"<{iri}>")
    yield f"DROP SILENT GRAPH <{LEDGER}>"
    yield from _batches(LEDGER, "".join(_lines(after)).splitlines(keepends=True), dialect)


def _insertions(iri: str, triples: list[Triple], dialect: Dialect) -> Iterator[str]:
    linked = [triple for triple in triples if _has_blank_node(triple)]
    if linked:
        # A template, because Virtuoso refuses blank nodes in data; all in one, because labels end with the operation.
        yield f"INSERT {{ GRAPH <{iri}> {{\n{dialect.write(_written(linked))}}} }} WHERE {{}}"
    named = [triple for triple in triples if not _has_blank_node(triple)]
    yield from _batches(iri, dialect.write(_written(named)).splitlines(keepends=True), dialect)


def _batches(iri: str, lines: list[str], dialect: Dialect) -> Iterator[str]:
    step = dialect.max_triples_per_update or max(1, len(lines))
    for start in range(0, len(lines), step):
        yield f"INSERT DATA {{ GRAPH <{iri}> {{\n{''.join(lines[start : start + step])}}} }}"


def _written(triples: list[Triple]) -> str:
    return (pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _lines(ledger: Ledger) -> Iterator[str]:
    yield _revision_line(ledger.revision) + "\n"
    for iri, entry in ledger.entries.items():
        yield f"<{iri}> <http://rdfs.org/ns/void#triples> {entry.n_triples} .\n"
        yield f'<{iri}> <http://purl.org/dc/terms/identifier> "{entry.content_hash}" .\n'


def _revision_line(revision: str) -> str:
    return f'<{LEDGER}> <http://www.w3.org/2002/07/owl#versionInfo> "{revision}" .'
