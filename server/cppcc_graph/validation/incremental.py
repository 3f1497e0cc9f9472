"""
A change judged by looking only at what it can affect.

For the core constraints the change is followed back to the focus nodes that read it (`reading`, `routes`); for SPARQL
constraints the queries are narrowed down to what the change can add to their solutions (`selects`, `delta`). pySHACL
judges these focus nodes, and whoever judged all of them would find the same, provided that the data conformed before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from rdflib import RDF, SH, BNode, Graph, Literal
from rdflib.term import Node

from cppcc_graph.converter import graph_of, to_rdflib
from cppcc_graph.errors import BadShapes
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, BlankNode, NamedNode, Term, Triple
from cppcc_graph.validation.delta import rows_of, solutions, solutions_for
from cppcc_graph.validation.integer_types import integer_types
from cppcc_graph.validation.judge import ask, told
from cppcc_graph.validation.lazy_graph import Row, lazy_graph
from cppcc_graph.validation.reading import Aimed, Focus, routes_of, unknown_in
from cppcc_graph.validation.report import ValidationReport
from cppcc_graph.validation.roots import Root, Targets, roots_of
from cppcc_graph.validation.routes import Routes
from cppcc_graph.validation.selects import THIS, Select, selects_of
from cppcc_graph.validation.shapes import check_form, check_shapes
from cppcc_graph.validation.states import BothStates

SHAPES = f"{BASE}shapes/"
"""How the IRIs of the graphs that hold shapes begin."""

_GIVES_INTEGER_TYPES = frozenset(
    {NamedNode("http://www.w3.org/2000/01/rdf-schema#range"), NamedNode("https://schema.org/rangeIncludes")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """
    What a change can affect.

    Attributes:
        focus: By shape (rdflib's node) its focus nodes to be judged.
        solutions: By the text of a SPARQL constraint's query its solutions that the change can have added.
        why_full: Why everything must be judged; empty when it need not.
    """

    focus: Mapping[Node, frozenset[Term]] = field(default_factory=dict)
    solutions: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    why_full: str = ""

    @property
    def n_focus_nodes(self) -> int:
        """Different nodes that some shape looks at."""
        return len(frozenset().union(*self.focus.values()))


class Judge:
    """The shapes of a store, analysed once; a process that is forked from this one may use it."""

    def __init__(self, store: EmbeddedStore) -> None:
        """
        Args:
            store: Of which the shapes and the types of integers are read, and nothing is kept.

        Raises:
            BadShapes: the shapes cannot judge.
        """
        held = [graph.iri for graph in store.graphs() if graph.iri.startswith(SHAPES)]
        self.shapes: Graph = graph_of(quad.triple for iri in held for quad in store.quads(iri))
        self._types = integer_types(store)
        self._unknown = unknown_in(self.shapes) if held else "there are no shapes yet"
        if held:
            check_shapes(self.shapes)
        selects = selects_of(self.shapes)
        self._roots = roots_of(self.shapes, selects)
        self._selects = list(selects.values())
        self._routes = Routes() if self._unknown else routes_of(self.shapes)
        self._hidden = frozenset(self.shapes.subjects())

    def is_outdated_by(self, patch: Patch) -> bool:
        """Whether *patch* changes what the judge has read: then a new one is needed for the changes after it."""
        quads = (*patch.added, *patch.removed)
        return any(
            str(quad.graph_name.value).startswith(SHAPES) or quad.predicate in _GIVES_INTEGER_TYPES
            for quad in quads
            if isinstance(quad.graph_name, NamedNode)
        )

    def affected(self, store: EmbeddedStore, patch: Patch) -> Affected:
        """
        What *patch* can affect.

        Args:
            store: The state after *patch* was applied.
            patch: What changed.
        """
        why = self._why_full(store, patch)
        if why:
            return Affected(why_full=why)
        states, targets = BothStates(store, patch), Targets(self._roots, store)
        focus, aimed = self._reached(states, targets)
        added: dict[str, tuple[Row, ...]] = {}
        by_predicate = _by_predicate(states.changed)
        for root in self._roots:
            for select in root.selects:
                rows = _added(select, store, _rows(select, states, by_predicate, aimed[root.shape]))
                if rows is not None:
                    added[select.text] = (*added.get(select.text, ()), *rows)
                focus[root.shape] |= _focus_of(select, root, rows, targets)
        named = {shape: frozenset(nodes) for shape, nodes in focus.items() if nodes}
        return Affected(focus=named, solutions=added)

    def judged(self, store: EmbeddedStore, patch: Patch, affected: Affected | None = None) -> ValidationReport:
        """
        What the shapes say about the data after a change, if they conformed before it.

        Args:
            store: The state after *patch* was applied.
            patch: What changed.
            affected: What :meth:`affected` said, if it was asked.

        Raises:
            BadShapes: the shapes cannot judge.
        """
        if affected is None:
            affected = self.affected(store, patch)
        if affected.why_full:
            judge = _of_changed_shapes(store) if self.is_outdated_by(patch) else self
            return judge.full(store, why=affected.why_full)
        return self._told(store, affected)

    def n_focus_nodes(self, store: EmbeddedStore) -> int:
        """How many nodes of *store* some shape looks at."""
        targets = Targets(self._roots, store)
        return len(set[Term]().union(*(targets.all_of(root) for root in self._roots)))

    def full(self, store: EmbeddedStore, *, why: str = "it was asked for") -> ValidationReport:
        """
        What the shapes say about all data of *store*.

        Args:
            store: What is judged.
            why: To be told in the report.

        Raises:
            BadShapes: the shapes cannot judge.
        """
        check_shapes(self.shapes)
        targets = Targets(self._roots, store)
        focus = {root.shape: frozenset(targets.all_of(root)) for root in self._roots}
        return self._told(store, Affected(focus=focus, why_full=why))

    def _reached(self, states: BothStates, targets: Targets) -> tuple[dict[Node, set[Term]], dict[Node, set[Term]]]:
        """By shape: focus nodes that read what has changed; and those of them that may have become so."""
        focus: dict[Node, set[Term]] = {root.shape: set() for root in self._roots}
        aimed: dict[Node, set[Term]] = {root.shape: set() for root in self._roots}
        for node, places in self._routes.readers(states.changed, states).items():
            for root in targets.of(node):
                if Focus(root.shape) in places:
                    focus[root.shape].add(node)
                if Aimed(root.shape) in places:
                    aimed[root.shape].add(node)
        return focus, aimed

    def _why_full(self, store: EmbeddedStore, patch: Patch) -> str:
        if self.is_outdated_by(patch):
            return "the shapes change, or the ontology's types of integers"
        if self._unknown:
            return self._unknown
        enough = 2 * len(patch.added)
        if len(patch.added) > 1 and sum(1 for _ in islice(store.matching(None, None, None), enough + 1)) <= enough:
            return "most of the data are new"
        return ""

    def _told(self, store: EmbeddedStore, affected: Affected) -> ValidationReport:
        answers = _Answers(self._selects, store, None if affected.why_full else affected.solutions)
        graph = lazy_graph(store, self._types, self._hidden, answers.select)
        looked_at = {shape: [to_rdflib(node) for node in nodes] for shape, nodes in affected.focus.items()}
        results = ask(graph, self._aimed_at(looked_at)) if any(looked_at.values()) else _conforming()
        why, n_focus_nodes = affected.why_full, affected.n_focus_nodes
        return told(results, graph, self.shapes, n_focus_nodes=n_focus_nodes, why_full=why)

    def _aimed_at(self, looked_at: Mapping[Node, list[Node]]) -> Graph:
        """The shapes that are needed, with these focus nodes for targets."""
        shapes = Graph(bind_namespaces="none")
        for root in self._roots:
            nodes = looked_at.get(root.shape)
            for triple in root.triples if nodes else ():
                shapes.add(triple)
            for node in nodes or ():
                shapes.add((root.shape, SH.targetNode, node))
        return shapes


def _of_changed_shapes(store: EmbeddedStore) -> Judge:
    """
    A judge by shapes that nobody has used yet.

    Raises:
        BadShapes: they are ill-formed, so that some later change could not be judged.
    """
    try:
        judge = Judge(store)
        check_shapes(judge.shapes)
        check_form(judge.shapes)
    except KeyError as error:
        raise BadShapes(f"the shapes are ill-formed: they lack what they refer to: {error}") from error
    except RecursionError as error:
        raise BadShapes("the shapes are ill-formed: a list or a path in them leads back to itself") from error
    except (TypeError, ValueError) as error:  # what is no list, no number where there must be one
        raise BadShapes(f"the shapes are ill-formed: {error}") from error
    return judge


class _Answers:
    """The solutions of SPARQL constraints, from what is known of them or from the store."""

    def __init__(
        self, selects: Iterable[Select], store: EmbeddedStore, known: Mapping[str, tuple[Row, ...]] | None
    ) -> None:
        self._selects, self._store, self._known = list(selects), store, known
        self._whole: dict[str, dict[Term | None, list[Row]]] = {}

    def select(self, query: str, focus: Term) -> list[Row]:
        select = next(select for select in self._selects if query.endswith(select.text))
        if _needs_focus(select):
            return solutions_for(select, self._store, focus)
        if select.text not in self._whole:
            known = solutions(select, self._store, None) if self._known is None else self._known.get(select.text, ())
            grouped: dict[Term | None, list[Row]] = {}
            self._whole[select.text] = grouped
            for row in known:
                grouped.setdefault(row.get(THIS), []).append(row)
        return self._whole[select.text].get(focus if select.uses_this else None, [])


def _needs_focus(select: Select) -> bool:
    return select.uses_this and THIS not in select.narrowable


def _rows(
    select: Select, states: BothStates, by_predicate: Mapping[NamedNode, list[Triple]], aimed: set[Term]
) -> list[Row] | None:
    """With what new solutions agree; None: with nothing in particular."""
    is_unnamed = any(isinstance(node, BlankNode) for node in aimed)
    if select.is_whole_only or (aimed and not select.uses_this) or is_unnamed:
        return None
    rows = rows_of(select, states, by_predicate)
    return None if rows is None else [*rows, *({THIS: node} for node in aimed)]


def _added(select: Select, store: EmbeddedStore, rows: list[Row] | None) -> list[Row] | None:
    """The new solutions; None when they can only be told for one focus node after the other."""
    if _needs_focus(select):
        return None if rows is None or rows else []
    return solutions(select, store, rows)


def _focus_of(select: Select, root: Root, rows: list[Row] | None, targets: Targets) -> set[Term]:
    if rows is None or (rows and not select.uses_this):
        return targets.all_of(root)
    return {row[THIS] for row in rows if root in targets.of(row[THIS])}


def _by_predicate(triples: Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    found: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        found.setdefault(triple.predicate, []).append(triple)
    return found


def _conforming() -> Graph:
    report = Graph(bind_namespaces="none")
    name = BNode()
    report.add((name, RDF.type, SH.ValidationReport))
    report.add((name, SH.conforms, Literal(True)))
    return report
