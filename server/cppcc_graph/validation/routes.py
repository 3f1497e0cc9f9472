"""
Which way leads from a triple back to the nodes whose judgement reads it.

What shapes read is a finite automaton: a state is a place in the shapes, a step reads triples of one predicate from a
node to the next. A changed triple is looked up among the steps, and from there all steps are walked back.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise

from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from cppcc_graph.terms import NamedNode, Term, Triple
from cppcc_graph.validation.states import BothStates


def is_walkable(path: Node | Path) -> bool:
    """Whether it is known what *path* reads: it excludes no predicates."""
    if isinstance(path, InvPath):
        return is_walkable(path.arg)
    if isinstance(path, SequencePath | AlternativePath):
        return all(map(is_walkable, path.args))
    return is_walkable(path.path) if isinstance(path, MulPath) else isinstance(path, URIRef)


@dataclass(frozen=True, slots=True)
class _Step:
    """From *source*, along *predicate* or against it; along nothing when it is None."""

    source: Hashable
    predicate: NamedNode | None
    is_forward: bool


@dataclass(slots=True, eq=False)
class _Bundle:
    """
    States that are reached together on the way back.

    Attributes:
        states: All of them.
        named: Those that are no mere places within a path.
        before: The bundles before, by the predicate and direction that lead from them; None as long as nobody asked.
    """

    states: frozenset[Hashable]
    named: frozenset[Hashable]
    before: "list[tuple[NamedNode, bool, _Bundle]] | None" = None


@dataclass(slots=True)
class Routes:
    """The automaton; built, then only read. Sets of states are put together when they are first needed."""

    _into: dict[Hashable, list[_Step]] = field(default_factory=dict)
    _readers: dict[NamedNode, tuple[set[Hashable], set[Hashable]]] = field(default_factory=dict)
    _readers_of_any: set[Hashable] = field(default_factory=set)
    _fresh: "count[int]" = field(default_factory=count)
    _bundles: dict[frozenset[Hashable], _Bundle] = field(default_factory=dict)
    _starts: dict[NamedNode, list[tuple[bool, _Bundle]]] = field(default_factory=dict)

    def add_empty(self, source: Hashable, target: Hashable) -> None:
        """What *target* reads of a node, *source* reads of the same node."""
        if target is not None:
            self._into.setdefault(target, []).append(_Step(source, None, is_forward=True))

    def add_any(self, source: Hashable) -> None:
        """*source* reads all triples of which its node is the subject."""
        self._readers_of_any.add(source)

    def add_path(
        self, source: Hashable, path: URIRef | Path, target: Hashable = None, *, is_forward: bool = True
    ) -> None:
        """*source* reads the triples along *path*, a walkable one, and what *target* reads of the nodes at its end."""
        if isinstance(path, URIRef):
            predicate = NamedNode(str(path))
            self._readers.setdefault(predicate, (set(), set()))[is_forward].add(source)
            if target is not None:
                self._into.setdefault(target, []).append(_Step(source, predicate, is_forward))
        elif isinstance(path, InvPath):
            self.add_path(source, path.arg, target, is_forward=not is_forward)
        elif isinstance(path, SequencePath):
            self._add_sequence(source, path, target, is_forward)
        elif isinstance(path, AlternativePath):
            for choice in path.args:
                self.add_path(source, choice, target, is_forward=is_forward)
        elif isinstance(path, MulPath):
            self._add_repeated(source, path, target, is_forward)
        else:
            raise TypeError(f"not walkable: {path}")

    def _add_sequence(self, source: Hashable, path: SequencePath, target: Hashable, is_forward: bool) -> None:
        places = [source, *(next(self._fresh) for _ in path.args[1:]), target]
        steps = path.args if is_forward else path.args[::-1]
        for (start, end), step in zip(pairwise(places), steps, strict=True):
            self.add_path(start, step, end, is_forward=is_forward)

    def _add_repeated(self, source: Hashable, path: MulPath, target: Hashable, is_forward: bool) -> None:
        if path.mod == "?":
            self.add_empty(source, target)
            self.add_path(source, path.path, target, is_forward=is_forward)
            return
        again = next(self._fresh)
        if path.mod == "*":
            self.add_empty(source, again)
        else:
            self.add_path(source, path.path, again, is_forward=is_forward)
        self.add_path(again, path.path, again, is_forward=is_forward)
        self.add_empty(again, target)

    def readers(self, triples: Iterable[Triple], states: BothStates) -> dict[Term, set[Hashable]]:
        """Of each node the states at which it reads one of *triples*, itself or through the states behind it."""
        todo = list(dict.fromkeys(place for triple in triples for place in self._places(triple)))
        seen = set(todo)
        found: dict[Term, set[Hashable]] = {}
        while todo:
            bundle, node = todo.pop()
            if bundle.named:
                found.setdefault(node, set()).update(bundle.named)
            for predicate, is_forward, before in self._before(bundle):
                nodes = states.subjects(predicate, node) if is_forward else states.values(node, predicate)
                places = [(before, other) for other in nodes if (before, other) not in seen]
                seen.update(places)
                todo.extend(places)
        return found

    def _places(self, triple: Triple) -> Iterator[tuple[_Bundle, Term]]:
        predicate = triple.predicate
        if predicate not in self._starts:
            against, along_it = self._readers.get(predicate, (set(), set()))
            starts = ((True, along_it | self._readers_of_any), (False, against))
            self._starts[predicate] = [(is_forward, self._bundle(some)) for is_forward, some in starts if some]
        for is_forward, bundle in self._starts[predicate]:
            yield bundle, triple.subject if is_forward else triple.object

    def _bundle(self, states: set[Hashable]) -> _Bundle:
        """The bundle of *states* and of all that read the same of a node."""
        closed, todo = set(states), list(states)
        while todo:
            sources = {step.source for step in self._into.get(todo.pop(), ()) if step.predicate is None}
            todo.extend(sources - closed)
            closed |= sources
        key = frozenset(closed)
        named = frozenset(state for state in key if not isinstance(state, int))
        return self._bundles.setdefault(key, _Bundle(key, named))

    def _before(self, bundle: _Bundle) -> "list[tuple[NamedNode, bool, _Bundle]]":
        if bundle.before is None:
            ways: dict[tuple[NamedNode, bool], set[Hashable]] = {}
            for step in (step for state in bundle.states for step in self._into.get(state, ())):
                if step.predicate is not None:
                    ways.setdefault((step.predicate, step.is_forward), set()).add(step.source)
            bundle.before = [(*way, self._bundle(sources)) for way, sources in ways.items()]
        return bundle.before


def along(path: URIRef | Path, node: Term, states: BothStates, *, is_forward: bool = True) -> set[Term]:
    """Nodes at the end of *path* from *node* in either state; not forward: nodes from which it leads to *node*."""
    if isinstance(path, URIRef):
        predicate = NamedNode(str(path))
        return set(states.values(node, predicate) if is_forward else states.subjects(predicate, node))
    if isinstance(path, InvPath):
        return along(path.arg, node, states, is_forward=not is_forward)
    if isinstance(path, AlternativePath):
        return {end for choice in path.args for end in along(choice, node, states, is_forward=is_forward)}
    nodes = {node}
    if isinstance(path, SequencePath):
        for step in path.args if is_forward else path.args[::-1]:
            nodes = {end for start in nodes for end in along(step, start, states, is_forward=is_forward)}
        return nodes
    if not isinstance(path, MulPath):
        raise TypeError(f"not walkable: {path}")
    return _repeated(path, node, states, is_forward=is_forward)


def _repeated(path: MulPath, node: Term, states: BothStates, *, is_forward: bool) -> set[Term]:
    found: set[Term] = set() if path.mod == "+" else {node}
    ring = along(path.path, node, states, is_forward=is_forward)
    while path.mod != "?" and ring - found:
        found |= ring
        ring = {end for start in ring for end in along(path.path, start, states, is_forward=is_forward)}
    return found | ring
