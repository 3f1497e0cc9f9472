"""
The queries of SPARQL constraints, taken apart: which triples they look for, and which variables may be narrowed down.

Spec: SHACL, section 5 (SHACL-SPARQL); SPARQL 1.1 Query, section 18 (algebra).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from rdflib import SH, Graph, URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Node, Variable

from cppcc_graph.guard.tokens import Token, is_word, tokens_of
from cppcc_graph.terms import NamedNode, Term
from cppcc_graph.validation.lazy_graph import to_engine
from cppcc_graph.validation.routes import Routes, is_walkable
from cppcc_graph.validation.shapes import prologue

Place: TypeAlias = Term | str
"""A term, or the name of a variable."""

_WHOLE_ONLY = frozenset({"Graph", "ServiceGraphPattern", "AggregateJoin", "Group", "Slice", "SubSelect"})
_LIKE_THEIR_PART = frozenset({"Filter", "Extend", "Project", "Distinct", "Reduced", "OrderBy"})
THIS = "this"
HIDDEN = " "
"""How the names of blank nodes begin, which are variables that cannot be selected; no other name does."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pattern:
    """
    One triple pattern or property path pattern.

    Attributes:
        subject: Its subject.
        predicate: One of these predicates, the name of a variable for one, or a path with repetition.
        value: Its object.
        starts: For a path, the routes from a triple on it back to ``start``.
        ends: For a path, those on to ``end``.
    """

    subject: Place
    predicate: tuple[NamedNode, ...] | str | MulPath
    value: Place
    starts: Routes | None = None
    ends: Routes | None = None

    @property
    def variables(self) -> frozenset[str]:
        """Names of its variables, those of blank nodes left out."""
        places = (self.subject, self.predicate, self.value)
        return frozenset(place for place in places if isinstance(place, str) and not place.startswith(HIDDEN))


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """
    The query of one constraint.

    Attributes:
        text: As the shape has it.
        pieces: With its prologue, cut where values given ahead are to stand.
        openings: Of each cut the variables whose values are to stand there; None stands for all.
        names: Variables of its solutions.
        groups: Its patterns; those of a group must all match for one of them to matter.
        certain: The groups of which every solution holds a match.
        narrowable: Variables whose values may be given ahead without a change of the solutions that have them.
        uses_this: Whether a pattern or an expression has $this.
        is_whole_only: Whether it has something for which no change can be traced.
    """

    text: str
    pieces: tuple[str, ...]
    openings: tuple[frozenset[str] | None, ...]
    names: tuple[str, ...]
    groups: tuple[tuple[Pattern, ...], ...]
    certain: frozenset[tuple[Pattern, ...]]
    narrowable: frozenset[str]
    uses_this: bool
    is_whole_only: bool

    @property
    def query(self) -> str:
        """The query, with its prologue."""
        return "".join(self.pieces)


def selects_of(shapes: Graph) -> dict[Node, Select]:
    """The query of each SPARQL constraint in *shapes*, whose queries parse."""
    found = sorted(shapes.subject_objects(SH.select), key=lambda pair: str(pair[1]))
    return {constraint: _select(prologue(shapes, constraint), str(text)) for constraint, text in found}


def _select(declared: str, text: str) -> Select:
    query = f"{declared}\n{text}"
    algebra = translateQuery(parseQuery(query)).algebra
    parts = list(_parts(algebra))
    written = [group for part in parts for group in _groups(part)]
    is_whole_only = any(part.name in _WHOLE_ONLY for part in parts) or not all(
        isinstance(step, Variable) or is_walkable(step) for group in written for _, step, _ in group
    )
    pieces, openings = _cut(query, is_union=_without_modifiers(algebra["p"]).name == "Union")
    where = text.partition("{")[2]
    narrowable = frozenset() if is_whole_only else frozenset(map(str, _narrowable(algebra["p"])))
    groups = () if is_whole_only else tuple(_expanded(group) for group in written)
    outside = {id(part) for part in _parts(algebra, with_exists=False)}
    is_outside = [id(part) in outside for part in parts for _ in _groups(part)]
    return Select(
        text=text,
        pieces=pieces,
        openings=openings,
        names=tuple(map(str, algebra.PV)),
        groups=groups,
        certain=frozenset(
            group for group, is_so in zip(groups, is_outside, strict=False) if is_so and _names(group) <= narrowable
        ),
        narrowable=narrowable,
        uses_this="$this" in where or "?this" in where,
        is_whole_only=is_whole_only,
    )


def _names(group: Iterable[Pattern]) -> frozenset[str]:
    return frozenset(name for pattern in group for name in pattern.variables)


def _without_modifiers(part: CompValue) -> CompValue:
    while part.name in {"Project", "Distinct", "Reduced", "OrderBy"}:
        part = part.p
    return part


def _cut(query: str, *, is_union: bool) -> tuple[tuple[str, ...], tuple[frozenset[str] | None, ...]]:
    """
    *query* cut where values given ahead are to stand, and of each cut the variables that may stand there.

    Behind the bracket of WHERE; behind those of the branches of a union, into which the engine does not take values
    that stand beside it; and in each EXISTS, whose triples the engine else puts in an order as if nothing were known.
    """
    tokens, depth = tokens_of(query), 0
    cuts: list[tuple[int, frozenset[str] | None]] = []
    for index, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if token.text != "{" or depth > 2 + is_union:
            continue
        before = tokens[index - 1]
        is_branch = is_union and depth == 2 and not is_word(before, "EXISTS")
        if depth == 1 or is_branch:
            cuts.append((token.start + 1, None))
        elif is_word(before, "EXISTS"):
            cuts.append((token.start + 1, _variables_inside(tokens[index:])))
    places = [0, *(place for place, _ in cuts), len(query)]
    return tuple(query[start:end] for start, end in pairwise(places)), tuple(names for _, names in cuts)


def _variables_inside(tokens: Sequence[Token]) -> frozenset[str]:
    """Variables between the bracket with which *tokens* begin and its counterpart."""
    depth, names = 0, set()
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            break
        if token.kind == "variable":
            names.add(token.text[1:])
    return frozenset(names)


def _expanded(group: list[tuple[Node, Node | Path, Node]]) -> tuple[Pattern, ...]:
    return tuple(pattern for written in group for pattern in _patterns(written))


def _parts(value: object, *, with_exists: bool = True) -> Iterator[CompValue]:
    """Every part of an algebra expression, and of the groups in EXISTS, which rdflib may leave as they were parsed."""
    if isinstance(value, CompValue):
        if not with_exists and value.name.endswith("EXISTS"):
            return
        yield value
        for name, inner in value.items():
            if name != "_vars":
                yield from _parts(inner, with_exists=with_exists)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _parts(inner, with_exists=with_exists)


def _groups(part: CompValue) -> Iterator[list[tuple[Node, Node | Path, Node]]]:
    if part.name == "BGP":
        yield list(part.triples)
    elif part.name == "TriplesBlock":
        terms = [term for written in part.triples for term in written]
        yield list(zip(terms[::3], terms[1::3], terms[2::3], strict=True))


def _patterns(written: tuple[Node, Node | Path, Node]) -> Iterator[Pattern]:
    """A sequence as one pattern for each step, with hidden variables between them."""
    subject, step, value = written
    if isinstance(step, InvPath):
        yield from _patterns((value, step.arg, subject))
    elif isinstance(step, SequencePath):
        nodes = [subject, *(BNode() for _ in step.args[1:]), value]
        for (start, end), inner in zip(pairwise(nodes), step.args, strict=True):
            yield from _patterns((start, inner, end))
    else:
        yield _pattern(_place(subject), step, _place(value))


def _pattern(subject: Place, step: Node | Path, value: Place) -> Pattern:
    if isinstance(step, Variable):
        return Pattern(subject=subject, predicate=str(step), value=value)
    choices = step.args if isinstance(step, AlternativePath) else [step]
    if all(isinstance(choice, URIRef) for choice in choices):
        return Pattern(subject=subject, predicate=tuple(NamedNode(str(choice)) for choice in choices), value=value)
    if not isinstance(step, URIRef | Path):
        raise TypeError(f"no path: {step}")
    path = step if isinstance(step, MulPath) else MulPath(step, "?")
    starts, ends = Routes(), Routes()
    starts.add_path("start", path, "end")
    ends.add_path("end", path, "start", is_forward=False)
    return Pattern(subject=subject, predicate=path, value=value, starts=starts, ends=ends)


def _place(node: Node) -> Place:
    if isinstance(node, Variable):
        return str(node)
    if isinstance(node, BNode):
        return f"{HIDDEN}{node}"
    term = to_engine(node)
    if term is None:
        raise TypeError(f"no term: {node}")
    return term


def _narrowable(part: CompValue) -> set[Variable]:
    """
    Variables that *part* binds in all of its solutions, where nothing optional mentions them before.

    Joined ahead of the group, their values only choose among the solutions.
    """
    if part.name == "BGP":
        found = {term for triple in part.triples for term in triple if isinstance(term, Variable)}
        return found - {term for triple in part.triples if _may_be_empty(triple[1]) for term in triple[::2]}
    if part.name in _LIKE_THEIR_PART:
        return _narrowable(part.p)
    if part.name == "Join":
        return _narrowable(part.p1) | (_narrowable(part.p2) - _mentioned(part.p1))
    if part.name == "Union":
        return _narrowable(part.p1) & _narrowable(part.p2)
    return _narrowable(part.p1) if part.name in {"LeftJoin", "Minus"} else set()


def _may_be_empty(step: Node | Path) -> bool:
    return isinstance(step, Path) and any(mark in str(step) for mark in ("*", "?"))


def _mentioned(part: CompValue) -> set[Variable]:
    mentioned = part["_vars"]
    return set(mentioned) if isinstance(mentioned, set | frozenset) else set()
