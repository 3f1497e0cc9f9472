"""
pyoxigraph inside the process: in memory, or in a folder on disk.

The engine's own union of named graphs is a bag (a triple in two graphs counts twice). It is used as long as no triple
stands in two graphs; else the merge is held in the engine's real default graph and kept in step by the one transaction
that replaces graphs (`merging`). Several FROM clauses are a bag too; where the graphs overlap, such a query is answered
over a scratch copy that merges them.
"""

import gc
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

import pyoxigraph
from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

from cppcc_graph.errors import ReadOnly, UnknownGraph
from cppcc_graph.formats import JSON, write_results
from cppcc_graph.lexicon.wanted import Found, Wanted
from cppcc_graph.queries import query
from cppcc_graph.sinks import Sink
from cppcc_graph.store.applying import apply_to, effective
from cppcc_graph.store.base import Answer, GraphSummary, GraphWrite, QueryRequest, UpdateRequest, named
from cppcc_graph.store.derived import Derived, count_of, iri_of
from cppcc_graph.store.documents import graph_of
from cppcc_graph.store.dumping import dumped
from cppcc_graph.store.expecting import check_expected
from cppcc_graph.store.federation import alone
from cppcc_graph.store.fingerprint import content_hash, hash_of_all
from cppcc_graph.store.folder import opened, opened_to_read, read, translated, unavailable
from cppcc_graph.store.hints import explained
from cppcc_graph.store.merging import holds_merge, in_named_graphs, share_a_triple
from cppcc_graph.store.patch import Patch
from cppcc_graph.store.refusals import OF_A_QUERY, about_update, refusal_of
from cppcc_graph.store.rewriting import rewritten
from cppcc_graph.store.scope import Scope, evaluated, scope_of, without_duplicates
from cppcc_graph.store.searching import Calls, Searching
from cppcc_graph.store.spelling import spelled_well
from cppcc_graph.store.transactions import put_graph, replacement, separate_replacement, with_merge
from cppcc_graph.store.written import Results, written
from cppcc_graph.terms import BlankNode, DefaultGraph, NamedNode, Quad, Solution, Term, Triple


class EmbeddedStore:
    """A `Store` inside this process; threads may share it, processes may not share its folder."""

    def __init__(self, folder: Path | None = None, *, is_merged: bool = True) -> None:
        """
        Args:
            folder: Where the data lie on disk, made when missing; None holds them in memory.
            is_merged: Whether the default graph is the set union of the named graphs; else it is a graph of its own,
                and the store takes updates.

        Raises:
            StoreUnavailable: the folder is in use, unreadable, or holds something else.
        """
        self._folder = folder
        self._is_merged = is_merged
        self._engine = pyoxigraph.Store() if folder is None else opened(folder)
        self._writing = threading.Lock()
        self.number = 0
        self.history: EmbeddedStore | None = None
        self._derived = Derived({})
        self._held = ExitStack()
        self.searching = Searching(self)

    @classmethod
    def over(cls, engine: pyoxigraph.Store, folder: Path | None = None, *, held: ExitStack | None = None) -> Self:
        """A store over *engine*, merged where it must be, in *folder* or in memory; closing it releases *held*."""
        store = cls()
        store._folder, store._engine, store._held = folder, engine, held or store._held
        return store

    def know(self, hashes: Mapping[str, str]) -> None:
        """These are the content hashes of graphs, by IRI."""
        self._derived.hashes.update(hashes)

    @classmethod
    def of_snapshot(cls, folder: Path) -> Self:
        """The store of :meth:`take_snapshot`, to be read only; several processes may read one."""
        return cls.over(opened_to_read(folder), folder)

    def take_snapshot(self, folder: Path) -> None:
        """
        A copy of this state in *folder*, which must not exist: of hard links, in milliseconds, for a store on disk.

        Raises:
            StoreUnavailable: the copy cannot be made.
        """
        with translated(self._folder):
            self._engine.backup(str(folder))

    def select(self, query: str, **bindings: Term) -> list[Solution]:
        return list(read(self._table(query, bindings), self._folder))

    def select_document(self, query: str, **bindings: Term) -> bytes:
        return write_results(self._table(query, bindings), JSON)

    def _table(self, query: str, bindings: Mapping[str, Term]) -> QuerySolutions:
        results = self._ours(query, bindings)
        if not isinstance(results, QuerySolutions):
            raise TypeError("select takes a SELECT query")
        return results

    def construct(self, query: str, **bindings: Term) -> list[Triple]:
        results = self._ours(query, bindings)
        if not isinstance(results, QueryTriples):
            raise TypeError("construct takes a CONSTRUCT or DESCRIBE query")
        return list(dict.fromkeys(read(results, self._folder)))

    def ask(self, query: str, **bindings: Term) -> bool:
        results = self._ours(query, bindings)
        if not isinstance(results, QueryBoolean):
            raise TypeError("ask takes an ASK query")
        return bool(results)

    def _ours(self, query: str, bindings: Mapping[str, Term]) -> Results:
        with translated(self._folder):
            substitutions = {pyoxigraph.Variable(name): term for name, term in bindings.items()}
            return self._engine.query(query, substitutions=substitutions, use_default_graph_as_union=self._is_union())

    def answer(self, request: QueryRequest, into: Sink | None = None) -> Answer:
        if request.dump:
            return dumped(self, request.dump, into)
        request, outline = alone(request)
        scope = scope_of(request, outline)
        try:  # and no context managers, which take as long as the rest of this
            calls = self.searching.calls()
            results = self.results(request, scope, calls)
            is_no = isinstance(results, QueryBoolean) and not results
            answer = written(results, request.formats, into)
            calls.check()
            return explained(answer, request, outline, self._engine) if answer.n_rows == 0 or is_no else answer
        except OF_A_QUERY as error:
            raise refusal_of(error, request) from error
        except OSError as error:
            raise unavailable(error, self._folder) from error

    def results(self, request: QueryRequest, scope: Scope, calls: Calls) -> Results:
        """What the engine gives for a query that was looked at before, over *scope*; raises what the engine raises."""
        engine, scope = without_duplicates(self._engine, scope) if self._shares(scope) else (self._engine, scope)
        return evaluated(engine, request, scope, is_union=self._is_union(), functions=calls.functions)

    def find(self, wanted: Wanted) -> Found:
        return self.searching.find(wanted)

    def _shares(self, scope: Scope) -> bool:
        """Whether the graphs to merge share a triple."""
        merged = scope.merged
        return len(merged) > 1 and any(pair <= merged for pair in self._overlapping())

    def _is_union(self) -> bool:
        """Whether the engine's union of the named graphs is their merge."""
        derived = self._derived
        if derived.is_union is None:
            derived.is_union = self._is_merged and not holds_merge(self._engine)
        return derived.is_union

    def _overlapping(self) -> frozenset[frozenset[str]]:
        """Pairs of named graphs that share a triple; computed once per state, when first asked for."""
        derived = self._derived
        if derived.overlaps is None:
            rows = [] if self._is_union() else self.select(query("overlapping-graphs"))
            derived.overlaps = frozenset(frozenset((iri_of(row["graph"]), iri_of(row["other"]))) for row in rows)
        return derived.overlaps

    def graphs(self) -> list[GraphSummary]:
        derived = self._derived
        if derived.graphs is None:
            counts = {iri_of(row["graph"]): count_of(row["n"]) for row in self.select(query("graphs"))}
            with translated(self._folder):
                empty = [] if self._is_merged else [iri_of(name) for name in self._engine.named_graphs()]
            derived.graphs = [GraphSummary(iri=i, n_triples=counts.get(i, 0)) for i in sorted(counts.keys() | empty)]
        return list(derived.graphs)

    def state(self) -> str:
        return self._derived.state

    def version(self) -> str:
        derived = self._derived
        if not self._is_merged:
            return derived.state
        derived.version = derived.version or hash_of_all(self.versions())
        return derived.version

    def versions(self) -> Mapping[str, str]:
        known = self._derived.hashes
        for graph in self.graphs():
            if graph.iri not in known:
                known[graph.iri] = content_hash(self.quads(graph.iri))
        return {graph.iri: known[graph.iri] for graph in self.graphs()}

    def quads(self, graph_iri: str | None = None) -> Iterator[Quad]:
        with translated(self._folder):
            if graph_iri is None:
                matches = read(self._engine.quads_for_pattern(None, None, None, None), self._folder)
                return (q for q in matches if not self._is_merged or not isinstance(q.graph_name, DefaultGraph))
            graph = named(graph_iri)
            if not self._engine.contains_named_graph(graph):
                raise UnknownGraph(graph_iri)
            return read(self._engine.quads_for_pattern(None, None, None, graph), self._folder)

    def matching(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Term | None
    ) -> Iterator[Triple]:
        """Each triple of the default graph with these terms, once; None stands for any."""
        graph = None if self._is_union() else DefaultGraph()
        return (quad.triple for quad in self._engine.quads_for_pattern(subject, predicate, value, graph))

    def replace_graph(self, graph_iri: str, triples: Iterable[Triple]) -> None:
        self.replace_graphs({graph_iri: triples})

    def replace_graphs(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        contents = {named(iri): list(triples) for iri, triples in graphs.items()}
        with self._writing, translated(self._folder):
            if self._is_merged:
                self._replace_merged(contents)
            else:
                self._engine.update(separate_replacement(contents))
            self._changed(Derived({iri: h for iri, h in self._derived.hashes.items() if iri not in graphs}))

    def _replace_merged(self, contents: Mapping[NamedNode, list[Triple]]) -> None:
        if holds_merge(self._engine):
            self._engine.update(replacement(contents))
            return
        new = in_named_graphs(contents)
        shares = share_a_triple(new, self._engine)
        if not self.is_empty():
            self._engine.update(separate_replacement(contents, then_merged=shares))
        elif self._folder is None and not shares:
            self._engine = new
        else:
            self._engine.extend(with_merge(new) if shares else new)

    def effective(self, patch: Patch) -> Patch:
        """What of *patch* would change the data."""
        with translated(self._folder):
            return effective(self._engine, patch)

    def apply(self, patch: Patch) -> None:
        """
        The quads of *patch*, of named graphs, go and come; what was derived of other graphs is kept.

        Not one transaction: for who alone reads this store, or replays.
        """
        with self._writing, translated(self._folder):
            apply_to(self._engine, patch, is_merged=self._is_merged)
            self._changed(self._derived.after(patch), patch)

    def update(self, request: UpdateRequest) -> None:
        self._check_writable()
        asked = rewritten(request)
        with self._writing, translated(self._folder), about_update(request):
            check_expected(self._engine, self.version(), request.expected)
            spelled_well(partial(self._engine.update, base_iri=request.base_iri), asked)
            self._changed(Derived({}))

    def write_graph(self, write: GraphWrite) -> bool:
        self._check_writable()
        graph = DefaultGraph() if write.graph_iri is None else named(write.graph_iri)
        triples = [triple for document in write.documents for triple in graph_of(document)]
        with self._writing, translated(self._folder):
            check_expected(self._engine, self.version(), write.expected)
            is_new = put_graph(self._engine, graph, triples, is_replacing=write.is_replacing)
            self._changed(Derived({}))
        return is_new

    def fill(self, quads: Iterable[Quad]) -> None:
        """*quads* are added, the fast way: when one of them fails, those before it may stay."""
        self._check_writable()
        with self._writing, translated(self._folder):
            self._engine.bulk_extend(quads)
            self._changed(Derived({}))

    def _check_writable(self) -> None:
        if self._is_merged:
            raise ReadOnly

    def _changed(self, known: Derived, patch: Patch | None = None) -> None:
        """Keeps the data, and of what was derived from them *known*; *patch*, if that is all that has changed."""
        self._derived = known
        self.searching.forget() if patch is None else self.searching.follow(patch)
        if self._folder is not None:
            # The engine's commit survives a killed process but only flush() survives a power cut.
            self._engine.flush()

    def is_empty(self) -> bool:
        with translated(self._folder):
            return len(self._engine) == 0 and (self._is_merged or not any(self._engine.named_graphs()))

    def close(self) -> None:
        self._engine = pyoxigraph.Store()
        if self._folder is not None:
            # The engine gives its lock back when nothing refers to it, and the traceback of an earlier error may.
            gc.collect()
        self._held.close()
