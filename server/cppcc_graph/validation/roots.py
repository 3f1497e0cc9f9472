"""The shapes that have targets: which nodes those are, and all that pySHACL must know to judge by one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import BNode, Node

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BlankNode, NamedNode, Term
from cppcc_graph.validation.lazy_graph import to_engine
from cppcc_graph.validation.reading import TARGETS, target_classes
from cppcc_graph.validation.selects import Select
from cppcc_graph.validation.shapes import focus_shapes

_TYPE = NamedNode(str(RDF.type))
_SUB_CLASS_OF = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
_FOR_READERS = frozenset({SH.name, SH.description, SH.order})
_NODES = (NamedNode, BlankNode)
_Key = TypeVar("_Key", bound=Term)
_Triple = tuple[Node, Node, Node]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Root:
    """
    A shape with a target.

    Attributes:
        shape: Its name.
        nodes: Nodes that it names.
        classes: Classes whose instances it looks at.
        subjects_of: Predicates of whose triples it looks at the subjects.
        objects_of: Predicates of whose triples it looks at the objects.
        selects: The queries of its SPARQL constraints.
        triples: What the shapes graph says of it and of all that it leads to, without targets.
    """

    shape: Node
    nodes: frozenset[Term]
    classes: frozenset[Term]
    subjects_of: frozenset[NamedNode]
    objects_of: frozenset[NamedNode]
    selects: tuple[Select, ...]
    triples: tuple[_Triple, ...]


def roots_of(shapes: Graph, selects: dict[Node, Select]) -> list[Root]:
    """Every shape of *shapes* with a target, by name; *selects* are the queries of all constraints."""
    return [_root(shapes, shape, selects) for shape in sorted(set(focus_shapes(shapes)), key=str)]


def _root(shapes: Graph, shape: Node, selects: dict[Node, Select]) -> Root:
    constraints = sorted(shapes.objects(shape, SH.sparql), key=str)
    return Root(
        shape=shape,
        nodes=_terms(shapes.objects(shape, SH.targetNode)),
        classes=_terms(target_classes(shapes, shape)),
        subjects_of=_names(shapes.objects(shape, SH.targetSubjectsOf)),
        objects_of=_names(shapes.objects(shape, SH.targetObjectsOf)),
        selects=tuple(selects[constraint] for constraint in constraints),
        triples=tuple(_all_about(shapes, shape)),
    )


def _terms(nodes: Iterable[Node]) -> frozenset[Term]:
    return frozenset(term for node in nodes if (term := to_engine(node)) is not None)


def _names(nodes: Iterable[Node]) -> frozenset[NamedNode]:
    return frozenset(term for term in _terms(nodes) if isinstance(term, NamedNode))


def _all_about(shapes: Graph, shape: Node) -> Iterable[_Triple]:
    todo, seen = [shape], {shape}
    while todo:
        node = todo.pop()
        for predicate, value in shapes.predicate_objects(node):
            is_class_target = predicate == RDF.type and node == shape and not str(value).startswith(str(SH))
            if predicate in TARGETS or predicate in _FOR_READERS or is_class_target:
                continue
            yield node, predicate, value
            if isinstance(value, URIRef | BNode) and value not in seen:
                seen.add(value)
                todo.append(value)


class Targets:
    """Who is a target in one state of the data."""

    def __init__(self, roots: Iterable[Root], store: EmbeddedStore) -> None:
        """
        Args:
            roots: The shapes.
            store: The state.
        """
        self._store = store
        self._naming: dict[Term, set[Root]] = {}
        self._by_class: dict[Term, set[Root]] = {}
        self._by_subject: dict[NamedNode, set[Root]] = {}
        self._by_object: dict[NamedNode, set[Root]] = {}
        for root in roots:
            _add(self._naming, root.nodes, root)
            _add(self._by_class, root.classes, root)
            _add(self._by_subject, root.subjects_of, root)
            _add(self._by_object, root.objects_of, root)
        self._known: dict[Term, frozenset[Root]] = {}
        self._looking: dict[Term, frozenset[Root]] = {}

    def of(self, node: Term) -> frozenset[Root]:
        """
        The shapes of which *node* is a focus node.

        Spec: SHACL, section 2.1.3 (targets).
        """
        if node not in self._known:
            found = set(self._naming.get(node, ()))
            for kind in self._classes_of(node):
                found |= self._looking_at(kind)
            found.update(*(some for predicate, some in self._by_subject.items() if self._has(node, predicate, None)))
            found.update(*(some for predicate, some in self._by_object.items() if self._has(None, predicate, node)))
            self._known[node] = frozenset(found)
        return self._known[node]

    def all_of(self, root: Root) -> set[Term]:
        """Every focus node of *root*."""
        match = self._store.matching
        found = set(root.nodes)
        for kind in {below for wanted in root.classes for below in self._below(wanted)}:
            found |= {triple.subject for triple in match(None, _TYPE, kind)}
        for predicate in root.subjects_of:
            found |= {triple.subject for triple in match(None, predicate, None)}
        for predicate in root.objects_of:
            found |= {triple.object for triple in match(None, predicate, None)}
        return found

    def _has(self, subject: Term | None, predicate: NamedNode, value: Term | None) -> bool:
        if isinstance(subject, NamedNode | BlankNode | None):
            return any(True for _ in self._store.matching(subject, predicate, value))
        return False

    def _classes_of(self, node: Term) -> set[Term]:
        if not isinstance(node, NamedNode | BlankNode):
            return set()
        return {triple.object for triple in self._store.matching(node, _TYPE, None)}

    def _looking_at(self, kind: Term) -> frozenset[Root]:
        """Shapes that look at the instances of *kind*: those of the classes above it."""
        if kind not in self._looking:
            above, todo = {kind}, [kind]
            while todo:
                node = todo.pop()
                found = self._store.matching(node, _SUB_CLASS_OF, None) if isinstance(node, _NODES) else ()
                new = {triple.object for triple in found} - above
                above |= new
                todo.extend(new)
            self._looking[kind] = frozenset(root for each in above for root in self._by_class.get(each, ()))
        return self._looking[kind]

    def _below(self, top: Term) -> set[Term]:
        found, todo = {top}, [top]
        while todo:
            new = {triple.subject for triple in self._store.matching(None, _SUB_CLASS_OF, todo.pop())} - found
            found |= new
            todo.extend(new)
        return found


def _add(index: dict[_Key, set[Root]], keys: Iterable[_Key], root: Root) -> None:
    for key in keys:
        index.setdefault(key, set()).add(root)
