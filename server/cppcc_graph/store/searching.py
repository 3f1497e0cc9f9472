"""
What can be found by words in a store, in step with it: the index of `lexicon`, and the functions that queries call.

The index is made when something is looked for first, or before a process is forked that others are forked from; a
patch changes what it changes and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Protocol

from cppcc_graph.errors import CppccError
from cppcc_graph.lexicon.asked import asked, ranges
from cppcc_graph.lexicon.finding import found, scores
from cppcc_graph.lexicon.index import MAX_IMPORTANCE, Index
from cppcc_graph.lexicon.wanted import Found, Role, Text, Thing, Wanted
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import (
    BASE,
    CPPCC,
    DCTERMS,
    FUNCTION,
    OA,
    RDF,
    RDFS,
    SKOS,
    XSD,
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    Term,
    Triple,
)

_ROLES: Mapping[NamedNode, Role] = {
    RDFS.label: Role.LABEL,
    SKOS.prefLabel: Role.LABEL,
    SKOS.altLabel: Role.ALIAS,
    SKOS.hiddenLabel: Role.ALIAS,
    DCTERMS.description: Role.DESCRIPTION,
    SKOS.definition: Role.DESCRIPTION,
    RDFS.comment: Role.DESCRIPTION,
}
_TYPE, _VALUE, _REPORT = RDF.type, CPPCC.value, CPPCC.Report
_FIGURE = (_VALUE, CPPCC.unit, CPPCC.evidence)
_BORROWED = (CPPCC.unit, CPPCC.evidence)
"""What a figure says of these things is said in its own texts."""
_SUBORDINATE = frozenset({CPPCC.Statement, CPPCC.TextSpan, CPPCC.Paragraph})
_THINGS, _TERMS = f"{BASE}id/", (f"{BASE}ontology", f"{BASE}shapes", f"{BASE}history")
_MOST_LINKS = 200
_STEP = 256
_TEXTS = (XSD.string, RDF.langString)


class Function(Protocol):
    """A function that queries call."""

    def __call__(self, *arguments: Term) -> Term | None:
        """The value for *arguments*; None is an error as SPARQL has it."""


class Searchable(Protocol):
    """A store that gives triples by pattern."""

    def matching(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Term | None
    ) -> Iterator[Triple]:
        """Each triple of the default graph with these terms, once; None stands for any."""


class Searching:
    """The index of one store, which tells of every change."""

    def __init__(self, store: Searchable) -> None:
        """Nothing is read yet."""
        self._store = store
        self._index: Index | None = None
        self._making = RLock()

    def index(self) -> Index:
        """The index, made now if it is not there."""
        with self._making:
            if self._index is None:
                self._index = Index()
                self._index.fill(_all_things(self._store))
            return self._index

    def read(self, file: Path) -> None:
        """The index is the one that was saved in *file*, of the same data."""
        self._index = Index(file)

    def find(self, wanted: Wanted) -> Found:
        """What *wanted* asks for."""
        return found(self.index(), wanted)

    def forget(self) -> None:
        """Anything may have changed."""
        self._index = None

    def follow(self, patch: Patch) -> None:
        """*patch* has been applied."""
        if self._index is None:
            return
        nodes = {node for quad in (*patch.added, *patch.removed) for node in _touched(quad)}
        nodes |= {user for node in nodes for user in _users(self._store, node)}
        things = (_thing(self._store, node) for node in nodes)
        self._index.replace([node.value for node in nodes], [thing for thing in things if thing is not None])

    def calls(self) -> "Calls":
        """The functions for one query."""
        return Calls(self.index)


@dataclass(slots=True)
class Calls:
    """
    The functions that a query may call, by name; the engine takes what they raise for no value, so it is kept here.

    Attributes:
        index: Gives the index.
    """

    index: Callable[[], Index]
    _scores: dict[str, Mapping[str, float]] = field(default_factory=dict)
    _failure: CppccError | None = None

    @property
    def functions(self) -> dict[NamedNode, Function]:
        """By IRI, as the engine wants them."""
        return {FUNCTION.matches: self.matches, FUNCTION.score: self.score}

    def matches(self, *arguments: Term) -> Term | None:
        """Whether a text (the first) holds every word of the second, written or spoken."""
        if len(arguments) != _N_ARGUMENTS or not all(isinstance(argument, Literal) for argument in arguments):
            return None
        text, words = (argument.value for argument in arguments if isinstance(argument, Literal))
        try:
            return Literal(ranges(text, asked(words)) is not None)
        except CppccError as error:
            self._failure = self._failure or error
            return None

    def score(self, *arguments: Term) -> Term | None:
        """How well a thing (the first) is found by the words of the second, from 0 to 100; no value when it is not."""
        if len(arguments) != _N_ARGUMENTS:
            return None
        thing, words = arguments
        if not (isinstance(thing, NamedNode) and isinstance(words, Literal)):
            return None
        try:
            if words.value not in self._scores:
                self._scores[words.value] = scores(self.index(), words.value)
            known = self._scores[words.value].get(thing.value)
        except CppccError as error:
            self._failure = self._failure or error
            return None
        return None if known is None else Literal(f"{known:.2f}", datatype=XSD.decimal)

    def check(self) -> None:
        """
        Raises:
            CppccError: what one of the functions raised.
        """
        if self._failure is not None:
            raise self._failure


_N_ARGUMENTS = 2


def _all_things(store: Searchable) -> Iterator[Thing]:
    seen: set[NamedNode] = set()
    for predicate in (*_ROLES, _VALUE):
        for triple in store.matching(None, predicate, None):
            node = triple.subject
            if isinstance(node, NamedNode) and node not in seen:
                seen.add(node)
                thing = _thing(store, node)
                if thing is not None:
                    yield thing


def _touched(quad: Quad) -> Iterator[NamedNode]:
    """What is found in another way, or weighs more or less, when *quad* comes or goes."""
    return (node for node in (quad.subject, quad.object) if isinstance(node, NamedNode))


def _users(store: Searchable, node: NamedNode) -> Iterator[NamedNode]:
    """The figures whose texts are of *node*, a unit or a span."""
    for predicate in _BORROWED:
        for triple in store.matching(None, predicate, node):
            if isinstance(triple.subject, NamedNode):
                yield triple.subject


def _thing(store: Searchable, node: NamedNode) -> Thing | None:
    """What is indexed of *node*; None when it has no name and no figure."""
    texts: set[Text] = set()
    types: set[NamedNode] = set()
    figure: dict[NamedNode, list[Term]] = {predicate: [] for predicate in _FIGURE}
    for triple in store.matching(node, None, None):
        predicate, value = triple.predicate, triple.object
        if predicate in _ROLES and isinstance(value, Literal) and value.datatype in _TEXTS:
            texts.add(Text(_ROLES[predicate], value.language or "", value.value))
        elif predicate == _TYPE and isinstance(value, NamedNode):
            types.add(value)
        elif predicate in figure:
            figure[predicate].append(value)
    if figure[_VALUE]:
        texts.update(_figures(store, figure))
    if not any(text.role < Role.DESCRIPTION for text in texts):
        return None
    return Thing(
        iri=node.value,
        types=tuple(sorted(kind.value for kind in types)),
        texts=tuple(sorted(texts, key=lambda text: (text.role, text.language, text.text))),
        importance=_importance(store, node, types),
    )


def _figures(store: Searchable, figure: Mapping[NamedNode, Iterable[Term]]) -> Iterator[Text]:
    """A figure with its unit, in each language, and the characters of the text that state it."""
    values = [value.value for value in figure[CPPCC.value] if isinstance(value, Literal)]
    units = [label for unit in figure[CPPCC.unit] for label in _literals(store, unit, RDFS.label)]
    for value in values:
        yield from (Text(Role.FIGURE, unit.language or "", _with_unit(value, unit)) for unit in units)
    for span in figure[CPPCC.evidence]:
        yield from (Text(Role.FIGURE, "", exact.value) for exact in _literals(store, span, OA.exact))


def _with_unit(value: str, unit: Literal) -> str:
    return f"{value} {unit.value}" if unit.value[:1].isascii() and unit.value[:1].isalpha() else f"{value}{unit.value}"


def _literals(store: Searchable, node: Term, predicate: NamedNode) -> Iterator[Literal]:
    if isinstance(node, NamedNode):
        for triple in store.matching(node, predicate, None):
            if isinstance(triple.object, Literal):
                yield triple.object


def _importance(store: Searchable, node: NamedNode, types: set[NamedNode]) -> int:
    """By what kind of thing it is, then by how many statements lead to it."""
    rank = 2
    if types & _SUBORDINATE:
        rank = 0
    elif node.value.startswith(_TERMS):
        rank = 1
    elif node.value.startswith(_THINGS) or _REPORT in types:
        rank = 3
    n_links = sum(1 for _ in islice(store.matching(None, None, node), _MOST_LINKS))
    return min(MAX_IMPORTANCE, rank * _STEP + n_links.bit_length() * 16 + min(n_links, 15))
