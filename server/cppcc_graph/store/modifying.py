"""
An update on a store whose default graph is the union of its named graphs, told as a patch.

The engine does not say what an update has changed, and comparing everything takes as long as there are data. So each
operation is taken apart: the engine evaluates its WHERE as a query and fills its templates in a scratch store, and only
the difference is carried out. So the union can be read, which no update of the engine sees. It is not written: who
writes names the graph.

Spec: SPARQL 1.1 Update, section 4.3 (abstract update operations).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import QuerySolutions

from cppcc_graph.errors import BadSyntax, UpdateFailed
from cppcc_graph.guard.clauses import Management, Modification, clauses_of, variables_of
from cppcc_graph.guard.outline import resolved
from cppcc_graph.guard.tokens import place_of
from cppcc_graph.guard.updates import Operation, operations_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import QueryRequest, UpdateRequest, named
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.store.refusals import about_update
from cppcc_graph.store.rewriting import rewritten
from cppcc_graph.store.scope import Scope
from cppcc_graph.store.spelling import in_small_letters, spelled_well
from cppcc_graph.store.templates import Row, filled_in
from cppcc_graph.terms import DefaultGraph, NamedNode, Quad

Do = Callable[[Patch], None]
_NO_DEFAULT = mark(
    "the default graph is the union of the named graphs and is only read; name a graph with GRAPH or WITH"
)
_ABSENT, _PRESENT = mark("the graph %(graph)s does not exist"), mark("the graph %(graph)s already exists")


def update(store: EmbeddedStore, request: UpdateRequest, do: Do, *, within: str = "") -> None:
    """
    Carries out the operations of *request*, one after the other.

    Args:
        store: Which *do* changes.
        request: The update.
        do: Takes what each operation removes and adds, and carries it out.
        within: The graph that is the default graph of the update, or empty for the union, which is not written.

    Raises:
        BadSyntax: it does not parse, or writes into the union.
        UpdateFailed: a graph is missing that must be there, or the other way round.
        TooComplex, ServiceRefused, LoadRefused: as `Store.update` tells.
    """
    _check(request)
    text = in_small_letters(request.update)
    prologue = ""
    for operation in operations_of(text):
        prologue += "".join(text[said.start : said.end] + "\n" for said in operation.declarations)
        clauses = clauses_of(text, operation)
        step = _Step(store, request, operation, prologue, within)
        if isinstance(clauses, Modification):
            with about_update(request):
                do(step.modified(clauses))
        elif isinstance(clauses, Management):
            do(step.managed(clauses))


def _check(request: UpdateRequest) -> None:
    """The engine parses the whole, in an empty store."""
    with about_update(request):
        try:
            spelled_well(lambda text: pyoxigraph.Store().update(text, base_iri=request.base_iri), rewritten(request))
        except RuntimeError as error:
            if "graph" not in str(error):  # which one that is empty lacks
                raise


@dataclass(frozen=True, slots=True)
class _Step:
    """One operation, and what it needs to be understood."""

    store: EmbeddedStore
    request: UpdateRequest
    operation: Operation
    prologue: str
    within: str

    def modified(self, clauses: Modification) -> Patch:
        """What it deletes and inserts."""
        graph = clauses.graph or (f"<{self.within}>" if self.within else "")
        variables = {text: variables_of(text) for text in (clauses.delete, clauses.insert) if text}
        rows: dict[str, list[Row]] = {text: [()] for text in variables}
        if clauses.where:
            rows = {text: self._solutions(clauses.where, names, graph) for text, names in variables.items()}
        filled = {text: self._filled(text, names, rows[text], graph) for text, names in variables.items()}
        return Patch(
            removed=tuple(filled.get(clauses.delete, ())),
            added=tuple(filled.get(clauses.insert, ())),
        )

    def _solutions(self, where: str, names: Sequence[str], graph: str) -> list[Row]:
        """A row for each way in which the template's variables can be bound."""
        form = f"SELECT DISTINCT {' '.join(f'?{name}' for name in names)} WHERE" if names else "ASK"
        asked = QueryRequest(query=f"{self.prologue}{form} {where}", base_iri=self.request.base_iri)
        calls = self.store.searching.calls()
        found = self.store.results(asked, self._scope(graph), calls)
        if isinstance(found, QuerySolutions):
            rows: list[Row] = [[solution[name] for name in names] for solution in found]
        else:
            rows = [()] if found else []
        calls.check()
        return rows

    def _scope(self, graph: str) -> Scope:
        using, request = self.operation.using, self.request
        default = [clause.written for clause in using if not clause.is_named]
        names = [clause.written for clause in using if clause.is_named]
        if using:
            return Scope(tuple(map(self._graph, default)), tuple(map(self._graph, names)))
        if request.using_graph_iris or request.using_named_graph_iris:
            given = (request.using_graph_iris, request.using_named_graph_iris)
            return Scope(*(tuple(named(iri) for iri in dict.fromkeys(iris)) for iris in given))
        return Scope((self._graph(graph),)) if graph else Scope()

    def _filled(self, template: str, names: Sequence[str], rows: list[Row], graph: str) -> list[Quad]:
        quads = filled_in(template, names, rows, prologue=self.prologue, base_iri=self.request.base_iri)
        if not any(isinstance(quad.graph_name, DefaultGraph) for quad in quads):
            return quads
        if not graph:
            raise self._refusal()
        home = self._graph(graph)
        return [_moved(quad, home) if isinstance(quad.graph_name, DefaultGraph) else quad for quad in quads]

    def _graph(self, written: str) -> NamedNode:
        return named(resolved(self.prologue, written, self.request.base_iri))

    def _refusal(self) -> BadSyntax:
        line, column = place_of(self.request.update, self.operation.start)
        return BadSyntax(_NO_DEFAULT, line=line, column=column, source="update")

    def managed(self, clauses: Management) -> Patch:
        """What it does to whole graphs."""
        match clauses.keyword, clauses.targets:
            case "CLEAR" | "DROP", ("ALL" | "NAMED",):
                return Patch(removed=tuple(self.store.quads()))
            case "CLEAR" | "DROP", (target,):
                return Patch(removed=self._contents(self._target(target), is_silent=clauses.is_silent))
            case "CREATE", (target,):
                return self._created(self._target(target), is_silent=clauses.is_silent)
            case _, (source, target):
                return self._carried(clauses, self._target(source), self._target(target))
        raise self._refusal()

    def _target(self, written: str) -> NamedNode:
        if written == "DEFAULT":
            if not self.within:
                raise self._refusal()
            return named(self.within)
        return self._graph(written)

    def _created(self, graph: NamedNode, *, is_silent: bool) -> Patch:
        """Nothing: a graph exists as long as a triple stands in it."""
        if not is_silent and self._has(graph):
            raise UpdateFailed(_PRESENT, values=(str(graph),))
        return Patch()

    def _carried(self, clauses: Management, source: NamedNode, target: NamedNode) -> Patch:
        """Spec: SPARQL 1.1 Update, sections 3.2.3 (COPY), 3.2.4 (MOVE) and 3.2.5 (ADD)."""
        found = self._contents(source, is_silent=clauses.is_silent)
        if source == target or not found:
            return Patch()
        gone = () if clauses.keyword == "ADD" else self._contents(target, is_silent=True)
        left = found if clauses.keyword == "MOVE" else ()
        return Patch(removed=(*gone, *left), added=tuple(_moved(quad, target) for quad in found))

    def _contents(self, graph: NamedNode, *, is_silent: bool) -> tuple[Quad, ...]:
        if not self._has(graph):
            if is_silent:
                return ()
            raise UpdateFailed(_ABSENT, values=(str(graph),))
        return tuple(self.store.quads(graph.value))

    def _has(self, graph: NamedNode) -> bool:
        return any(known.iri == graph.value for known in self.store.graphs())


def _moved(quad: Quad, graph: NamedNode) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)
