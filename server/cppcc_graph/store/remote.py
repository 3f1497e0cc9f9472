"""
Any engine that speaks the SPARQL 1.1 Protocol, in the place of the embedded one.

The merge of our graphs is held in a graph of its own beside them, and every query says in its text which graphs it
asks (`scoped`), so that the promise of a default graph without duplicates does not rest on what an engine does by
itself. A stranger's query is guarded and parsed here first; the answer is asked for in one format, read to its end and
parsed, and written again in the format that was wanted.

Where the engine has no transactions, a reader looks into the ledger before and after: what changed in between is
evaluated again, and while a load is going on the store says that it is busy.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from cppcc_graph.errors import ReadOnly, StoreBusy, StoreUnavailable, TooComplex, UnknownGraph
from cppcc_graph.formats import choose
from cppcc_graph.lexicon.wanted import Found, Wanted
from cppcc_graph.phrases import mark
from cppcc_graph.queries import query
from cppcc_graph.sinks import Sink
from cppcc_graph.store.address import Remote
from cppcc_graph.store.asking import Asking, asked_twice
from cppcc_graph.store.base import Answer, GraphSummary, GraphWrite, QueryRequest, UpdateRequest, named
from cppcc_graph.store.binding import bound
from cppcc_graph.store.deadline import Deadline, within
from cppcc_graph.store.derived import count_of
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.endpoint import Endpoint
from cppcc_graph.store.federation import alone
from cppcc_graph.store.ledger import (
    LEDGER,
    MERGE,
    UNFINISHED,
    Entry,
    Ledger,
    check_name,
    read_ledger,
    replacement,
    revision_of,
    unfinished,
)
from cppcc_graph.store.plain import check_functions, form_of, without_escapes
from cppcc_graph.store.scoped import Scope, names_graphs, of_ours, scoped
from cppcc_graph.store.searching_elsewhere import SearchingElsewhere
from cppcc_graph.terms import Literal, NamedNode, Quad, Solution, Term, Triple

T = TypeVar("T")

_ATTEMPTS = 5
_BUSY_S = 5
_OWN_DEADLINE_S = 600.0
_MAX_SCRATCH_TRIPLES = 2_000_000


class RemoteStore:
    """A `Store` in an engine elsewhere; threads may share it."""

    def __init__(
        self, remote: Remote, *, deadline_s: float = 30.0, answer_bytes: int = 1024**3, is_mending: bool = False
    ) -> None:
        """
        Opens no connection yet: an engine that is away is told by the first question.

        Args:
            remote: The engine.
            deadline_s: The longest that a stranger's query may take.
            answer_bytes: The longest answer, received or passed on.
            is_mending: Whether a load that was interrupted counts as a state of the data; for who loads again.
        """
        self._endpoint = Endpoint(remote)
        self._asking = Asking(self._endpoint, answer_bytes=answer_bytes, whole_graph=MERGE)
        self._deadline_s = deadline_s
        self._is_mending = is_mending
        self._writing = threading.Lock()
        self._known: Ledger | None = None
        self._is_introduced = False
        self._searching = SearchingElsewhere(self)

    def select(self, query: str, **bindings: Term) -> list[Solution]:
        return self._over_everything(query, bindings, self._asking.rows)

    def select_document(self, query: str, **bindings: Term) -> bytes:
        return self._over_everything(query, bindings, self._asking.document)

    def construct(self, query: str, **bindings: Term) -> list[Triple]:
        return self._over_everything(query, bindings, self._asking.graph)

    def ask(self, query: str, **bindings: Term) -> bool:
        return self._over_everything(query, bindings, self._asking.yes)

    def _over_everything(self, query: str, bindings: Mapping[str, Term], evaluate: Callable[[str, Deadline], T]) -> T:
        """What *evaluate* gives for a query of ours over all our graphs."""
        self._introduce()
        text = bound(query, bindings, self._endpoint.dialect.write)
        deadline = within(_OWN_DEADLINE_S)

        def once(names: tuple[str, ...]) -> T:
            scope = Scope(default=(MERGE,), named=names)
            return asked_twice(lambda: evaluate(scoped(text, scope), deadline))

        return self._settled(once, needs_names=names_graphs(text))

    def answer(self, request: QueryRequest, into: Sink | None = None) -> Answer:
        deadline = within(min(request.deadline_s or self._deadline_s, self._deadline_s))
        request, outline = alone(request)
        form = form_of(request)
        plain = without_escapes(request.query)
        if plain != request.query:
            return self.answer(replace(request, query=plain), into)
        check_functions(request.query, request.base_iri)
        chosen = choose(request.formats, form)
        given = (request.default_graph_iris, request.named_graph_iris)
        if not any(given) and outline.has_dataset_clause:
            default, named_graphs = outline.dataset(request.base_iri) or ([], [])
            given = (tuple(default), tuple(named_graphs))
        wanted = tuple(tuple(dict.fromkeys(named(iri).value for iri in iris)) for iris in given)

        def once(names: tuple[str, ...]) -> Answer:
            scope = of_ours(wanted, names) if any(wanted) else Scope(default=(MERGE,), named=names)
            if self._would_count_twice(scope, deadline):
                return self._over_copy(request, scope, into)
            text = scoped(request.query, scope, base_iri=request.base_iri)
            ask = partial(self._asking.answer, text, form, chosen, deadline=deadline, into=into)
            return asked_twice(ask) if into is None else ask()

        needs_names = any(wanted) or names_graphs(request.query)
        return self._settled(once, needs_names=needs_names, n_attempts=_ATTEMPTS if into is None else 1)

    def _settled(self, once: Callable[[tuple[str, ...]], T], *, needs_names: bool, n_attempts: int = _ATTEMPTS) -> T:
        """What *once* gives for the names of our graphs, when they were the same before and after."""
        self._introduce()
        if self._endpoint.dialect.is_transactional and not needs_names:
            return once(())
        for _ in range(n_attempts):
            ledger = self._ledger()
            given = once(tuple(ledger.entries))
            if self._revision() == ledger.revision:
                return given
            if isinstance(given, Answer) and given.file is not None:
                given.file.close()
        raise StoreBusy(retry_after_s=_BUSY_S)

    def _would_count_twice(self, scope: Scope, deadline: Deadline) -> bool:
        if len(scope.default) < 2 or self._endpoint.dialect.merges_as_set:
            return False
        text = scoped(query("count-distinct-triples"), replace(scope, named=()))
        n_distinct = count_of(self._asking.rows(text, deadline)[0]["n"])
        return n_distinct < sum(self._ledger().entries[iri].n_triples for iri in scope.default)

    def _over_copy(self, request: QueryRequest, scope: Scope, into: Sink | None) -> Answer:
        """The answer over a copy of the graphs in this process, which merges those that share triples."""
        graphs = dict.fromkeys((*scope.default, *scope.named))
        n_triples = sum(self._ledger().entries[iri].n_triples for iri in graphs)
        if n_triples > _MAX_SCRATCH_TRIPLES:
            template = mark("these graphs overlap and have %(count)s triples; at most %(limit)s are merged: name fewer")
            raise TooComplex(template, values=(f"{n_triples:,}", f"{_MAX_SCRATCH_TRIPLES:,}"))
        copy = EmbeddedStore()
        copy.replace_graphs({iri: [quad.triple for quad in self._quads_of(iri)] for iri in graphs})
        asked = replace(request, default_graph_iris=scope.default, named_graph_iris=scope.named)
        return copy.answer(asked, into)

    def _introduce(self) -> None:
        """Learns what kind of engine this is, and whether it asks the graphs that a query names."""
        if self._is_introduced or not self._revision():
            return
        nowhere = scoped("ASK { ?s ?p ?o }", Scope(default=(), named=()))
        if self._asking.yes(nowhere, within(self._deadline_s)):
            raise StoreUnavailable(
                f"{self._endpoint.name} asks all its graphs, whatever FROM says; start it without that option "
                "(oxigraph serve: without --union-default-graph)"
            )
        self._is_introduced = True

    def _revision(self) -> str:
        """What the ledger says now; empty when there is none."""
        found = self._asking.rows(_of_ledger("ledger-revision"), within(self._deadline_s))
        revision = found[0]["revision"] if found else None
        return revision.value if isinstance(revision, Literal) else ""

    def _ledger(self) -> Ledger:
        """
        Our graphs now.

        Raises:
            StoreBusy: they are being replaced.
        """
        self._introduce()
        for _ in range(_ATTEMPTS):
            revision = self._revision()
            if self._known is not None and self._known.revision == revision != UNFINISHED:
                return self._known
            rows = self._asking.rows(_of_ledger("ledger-graphs"), within(self._deadline_s))
            read = read_ledger(revision, rows)
            if revision == UNFINISHED and self._is_mending:
                return read
            if revision in ("", revision_of(read.entries)):
                self._known = read if revision else Ledger(revision="", entries={})
                return self._known
        raise StoreBusy(retry_after_s=_BUSY_S)

    def graphs(self) -> list[GraphSummary]:
        entries = self._ledger().entries
        return [GraphSummary(iri=iri, n_triples=entry.n_triples) for iri, entry in entries.items()]

    def state(self) -> str:
        """Empty: others may write into the engine, and it gives rows in any order."""
        return ""

    @property
    def history(self) -> None:
        return None

    @property
    def number(self) -> int:
        return 0

    def version(self) -> str:
        return revision_of(self._ledger().entries)

    def versions(self) -> Mapping[str, str]:
        return {iri: entry.content_hash for iri, entry in self._ledger().entries.items()}

    def find(self, wanted: Wanted) -> Found:
        return self._searching.find(wanted)

    def quads(self, graph_iri: str | None = None) -> Iterator[Quad]:
        entries = self._ledger().entries
        if graph_iri is None:
            return (quad for iri in entries for quad in self._quads_of(iri))
        if named(graph_iri).value not in entries:
            raise UnknownGraph(graph_iri)
        return iter(self._quads_of(graph_iri))

    def _quads_of(self, iri: str) -> list[Quad]:
        """All quads of a graph, as many as the ledger says."""
        n_triples = self._ledger().entries[iri].n_triples
        triples = self._asking.triples_of(iri, within(_OWN_DEADLINE_S))
        if len(triples) != n_triples:
            raise StoreUnavailable(
                f"{self._endpoint.name} gives {len(triples):,} of the {n_triples:,} triples of <{iri}>; "
                "load the graph again"
            )
        graph = NamedNode(iri)
        return [Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]

    def replace_graph(self, graph_iri: str, triples: Iterable[Triple]) -> None:
        self.replace_graphs({graph_iri: triples})

    def replace_graphs(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        for iri in graphs:
            check_name(iri)
        files = EmbeddedStore()
        files.replace_graphs(graphs)
        hashes = files.versions()
        sizes = {graph.iri: graph.n_triples for graph in files.graphs()}
        contents = {iri: [quad.triple for quad in files.quads(iri)] if iri in sizes else [] for iri in graphs}
        changed = {
            iri: Entry(n_triples=sizes[iri], content_hash=hashes[iri]) if iri in sizes else None for iri in graphs
        }
        with self._writing:
            before = self._ledger()
            after = before.after(changed)
            self._carry_out(before, after, contents)
            if self._revision() != after.revision:
                raise StoreUnavailable(
                    f"{self._endpoint.name} took the update and does not show it; is it the same store?"
                )

    def _carry_out(self, before: Ledger, after: Ledger, contents: Mapping[str, list[Triple]]) -> None:
        """One update request where that is one transaction; else one after the other, with the ledger saying so."""
        dialect = self._endpoint.dialect
        steps = replacement(before, after, contents, dialect)
        if dialect.is_transactional:
            self._endpoint.update(" ;\n".join(steps))
            return
        for step in [*unfinished(contents), *steps]:
            self._endpoint.update(step)

    def update(self, request: UpdateRequest) -> None:  # noqa: ARG002  # the contract's arguments
        raise ReadOnly

    def write_graph(self, write: GraphWrite) -> bool:  # noqa: ARG002
        raise ReadOnly

    def is_empty(self) -> bool:
        return not self._ledger().entries

    def close(self) -> None:
        self._endpoint.close()


def _of_ledger(name: str) -> str:
    return scoped(query(name), Scope(default=(LEDGER,), named=()))
