"""One thing as it was: what stood around it at an earlier version, gathered into a small store that is described."""

from collections.abc import Iterable, Iterator

from cppcc_graph.errors import TooManyChanges
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.past import held
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import (
    CPPCC,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SH,
    SKOS,
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    Solution,
    Term,
)

MAX_NEIGHBOURS = 5_000
"""Triples in which a thing may stand to be looked at as it was."""
_EVIDENCE = (CPPCC.evidence, CPPCC.inferredFrom)
_NAMED = (CPPCC.status, CPPCC.certainty, CPPCC.indicator, CPPCC.unit, CPPCC.bound, CPPCC.period, CPPCC.reportedBody)
"""Whose values are shown by name where something else is told, beside what it rests on."""
_TERM_LINKS = (
    RDF.type,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    SCHEMA.domainIncludes,
    SCHEMA.rangeIncludes,
    OWL.inverseOf,
    OWL.disjointWith,
    OWL.propertyDisjointWith,
    SKOS.broader,
    SH.targetClass,
    SH.path,
    SH.targetSubjectsOf,
    SH.targetObjectsOf,
)
"""The same for terms."""


def surroundings(store: Store, back: Patch, iri: str) -> EmbeddedStore:
    """
    Whatever `describe` and `document` say of one thing, as it was: all that they ask, and little else.

    Args:
        store: With the state now.
        back: What makes the earlier state of it.
        iri: Absolute IRI.

    Raises:
        BadSyntax: *iri* is no absolute IRI.
        TooManyChanges: the thing stands in more than `MAX_NEIGHBOURS` triples.
    """
    past, thing = _Past(store, back), named(iri)
    touching = {*past.said_of(thing), *past.said_to(thing)}
    if len(touching) > MAX_NEIGHBOURS:
        raise TooManyChanges(len(touching), limit=MAX_NEIGHBOURS)
    around = past.said_around(thing, touching)
    known = {*touching, *around}
    ends = _objects(known, set(_nodes(quad.subject for quad in known)), *_NAMED, *_EVIDENCE)
    beyond = [quad for end in ends for quad in past.said_of(end)]
    return held(sorted({*known, *beyond, *_evidence(past, thing, known)}, key=str))


def vocabulary_surroundings(store: Store, back: Patch, iri: str) -> EmbeddedStore:
    """The same for a document and the terms that it defines; arguments and failures as for :func:`surroundings`."""
    past, document = _Past(store, back), named(iri)
    touching = {*past.said_of(document), *past.said_to(document)}
    around = past.said_around(document, touching)
    terms = past.said_below(f"{iri}#")
    ends = {quad.object for quad in terms if quad.predicate in _TERM_LINKS}
    named_ends = [quad for end in _nodes(ends) for quad in past.said_of(end)]
    return held(sorted({*touching, *around, *terms, *named_ends}, key=str))


def _evidence(past: "_Past", thing: NamedNode, known: set[Quad]) -> Iterator[Quad]:
    """From the spans that the thing rests on, or is, to their paragraphs, texts and reports."""
    spans = {thing, *_objects(known, {thing}, *_EVIDENCE)}
    paragraphs = _objects(known, spans, CPPCC.inParagraph)
    said = [quad for paragraph in paragraphs for quad in past.said_of(paragraph)]
    yield from said
    for text in _objects([*known, *said], paragraphs, CPPCC.inText):
        yield from past.said_of(text)
        sources = [quad for quad in past.said_to(text) if quad.predicate == CPPCC.sourceText]
        yield from sources
        for report in _nodes(quad.subject for quad in sources):
            yield from past.said_of(report)


def _objects(quads: Iterable[Quad], subjects: set[NamedNode], *predicates: NamedNode) -> set[NamedNode]:
    return set(_nodes(q.object for q in quads if q.predicate in predicates and q.subject in subjects))


class _Past:
    """Quads of an earlier state, by what they are about."""

    def __init__(self, store: Store, back: Patch) -> None:
        self._store = store
        self._gone = frozenset(back.removed)
        self._of: dict[Term, list[Quad]] = {}
        self._to: dict[Term, list[Quad]] = {}
        for quad in back.added:
            self._of.setdefault(quad.subject, []).append(quad)
            self._to.setdefault(quad.object, []).append(quad)

    def said_of(self, node: NamedNode) -> set[Quad]:
        """With *node* as subject."""
        rows = self._store.select(query("quads-of"), iri=node)
        return self._then((_quad(row, subject=node) for row in rows), self._of.get(node, ()))

    def said_to(self, node: NamedNode) -> set[Quad]:
        """With *node* as object."""
        rows = self._store.select(query("quads-to"), iri=node)
        return self._then((_quad(row, value=node) for row in rows), self._to.get(node, ()))

    def said_around(self, node: NamedNode, touching: Iterable[Quad]) -> set[Quad]:
        """Of each term in *touching*, which are the quads about *node*."""
        wanted = {term for quad in touching for term in (quad.subject, quad.predicate, quad.object)}
        now = [_quad(row) for row in self._store.select(query("quads-around"), iri=node)]
        came = [quad for term in wanted for quad in self._of.get(term, ())]
        stays = self._then((quad for quad in now if quad.subject in wanted), came)
        asked = {quad.subject for quad in now} | {node}
        # A link that is there no more led to something that is not around the thing now.
        then = (*self._of.get(node, ()), *self._to.get(node, ()))
        others = set(_nodes(term for quad in then for term in (quad.subject, quad.predicate, quad.object)))
        return stays.union(*(self.said_of(other) for other in others & wanted - asked))

    def said_below(self, namespace: str) -> set[Quad]:
        """Of each thing whose IRI begins with *namespace*, and of each that has none."""
        now = (_quad(row) for row in self._store.select(query("quads-below"), namespace=Literal(namespace)))
        came = (
            quad
            for subject, quads in self._of.items()
            if isinstance(subject, BlankNode)
            or (isinstance(subject, NamedNode) and subject.value.startswith(namespace))
            for quad in quads
        )
        return self._then(now, came)

    def _then(self, now: Iterable[Quad], came: Iterable[Quad]) -> set[Quad]:
        return {*(quad for quad in now if quad not in self._gone), *came}


def _nodes(terms: Iterable[Term | None]) -> Iterator[NamedNode]:
    return (term for term in terms if isinstance(term, NamedNode))


def _quad(row: Solution, *, subject: NamedNode | None = None, value: Term | None = None) -> Quad:
    graph, predicate = row["graph"], row["predicate"]
    begin, end = subject or row["subject"], value or row["object"]
    if not (isinstance(graph, NamedNode) and isinstance(predicate, NamedNode) and end is not None):
        raise TypeError("a quad has a graph, a predicate and an object")
    if not isinstance(begin, NamedNode | BlankNode):
        raise TypeError("the subject of a quad is a node")
    return Quad(begin, predicate, end, graph)
