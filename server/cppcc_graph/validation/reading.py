"""
What each shape reads of the data, as routes from a focus node.

Two places for each shape: its focus nodes, and its value nodes (the same for a node shape, the ends of the path for a
property shape). A target is read too, as whoever becomes a target has all of its shape to keep.

Spec: SHACL, sections 2.1.3 (targets), 2.3 (paths), 4 (core constraint components).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.extras.shacl import SHACLPathError, parse_shacl_path
from rdflib.paths import MulPath, Path, SequencePath
from rdflib.term import Node

from cppcc_graph.errors import BadShapes
from cppcc_graph.validation.routes import Routes
from cppcc_graph.validation.shapes import focus_shapes, shown

_OF_VALUES = (SH.node, SH.property, SH.qualifiedValueShape, SH["not"])
_LISTS = (SH["and"], SH["or"], SH.xone)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
"""Predicates that give a shape focus nodes."""
_IN_A_PATH = (SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
_OF_THE_VALUE_ALONE = (
    *(SH.nodeKind, SH.datatype, SH["in"], SH.hasValue, SH.pattern, SH.flags, SH.languageIn, SH.uniqueLang),
    *(SH.minCount, SH.maxCount, SH.minLength, SH.maxLength, SH.qualifiedMinCount, SH.qualifiedMaxCount),
    *(SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive, SH.ignoredProperties, SH.deactivated),
)
_FOR_READERS = (SH.name, SH.description, SH.message, SH.severity, SH.order, SH.group, SH.defaultValue)
_SPARQL = (SH.sparql, SH.select, SH.prefixes, SH.declare, SH.prefix, SH.namespace)
_KNOWN = frozenset(
    (
        *(SH["class"], SH.closed, SH.path),
        *_OF_VALUES,
        *_LISTS,
        *_PAIRS,
        *TARGETS,
        *_IN_A_PATH,
        *_OF_THE_VALUE_ALONE,
        *_FOR_READERS,
        *_SPARQL,
    )
)
CLASSES: Path = SequencePath(RDF.type, MulPath(RDFS.subClassOf, "*"))
"""From a node to its classes and those above them."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The place of the focus nodes of *shape*."""

    shape: Node


@dataclass(frozen=True, slots=True)
class Values:
    """The place of the value nodes of *shape*."""

    shape: Node


@dataclass(frozen=True, slots=True)
class Aimed:
    """The place of the nodes at which the target of *shape* looks."""

    shape: Node


def unknown_in(shapes: Graph) -> str:
    """What it is in *shapes* that may read more than is known here; empty if there is nothing."""
    predicates = {predicate for predicate in shapes.predicates() if str(predicate).startswith(str(SH))}
    for predicate in sorted(predicates - _KNOWN, key=str):
        return f"sh:{str(predicate).removeprefix(str(SH))}"
    nested = {inner for predicate in _OF_VALUES for inner in shapes.objects(None, predicate)}
    nested |= {
        inner
        for predicate in _LISTS
        for members in shapes.objects(None, predicate)
        for inner in _items(shapes, members)
    }
    for shape in sorted(set(shapes.subjects(SH.sparql, None)), key=str):
        if shape in nested or (shape, SH.path, None) in shapes:
            return f"sh:sparql in a shape inside others, <{shape}>"
    for path in shapes.objects(None, SH.inversePath):
        if isinstance(path, BNode):
            return "sh:inversePath of a path of several steps"
    return ""


def routes_of(shapes: Graph) -> Routes:
    """
    What *shapes*, in which nothing is unknown, read; its states are `Focus`, `Values` and `Aimed`.

    Raises:
        BadShapes: a path in them is none.
    """
    routes = Routes()
    todo, seen = list(focus_shapes(shapes)), set()
    for shape in set(todo):
        for path in _target_paths(shapes, shape):
            routes.add_path(Aimed(shape), path)
    while todo:
        shape = todo.pop()
        if shape not in seen:
            seen.add(shape)
            todo.extend(_add_shape(routes, shapes, shape))
    return routes


def _target_paths(shapes: Graph, shape: Node) -> Iterator[URIRef | Path]:
    if any(True for _ in target_classes(shapes, shape)):
        yield CLASSES
    yield from (p for p in shapes.objects(shape, SH.targetSubjectsOf) if isinstance(p, URIRef))
    yield from (~p for p in shapes.objects(shape, SH.targetObjectsOf) if isinstance(p, URIRef))


def target_classes(shapes: Graph, shape: Node) -> Iterator[Node]:
    """Classes whose instances *shape* looks at, itself included if it is one."""
    yield from shapes.objects(shape, SH.targetClass)
    if {RDFS.Class, OWL.Class} & set(shapes.objects(shape, RDF.type)):
        yield shape


def _add_shape(routes: Routes, shapes: Graph, shape: Node) -> Iterator[Node]:
    """Adds what *shape* reads; the shapes inside it."""
    focus, values = Focus(shape), Values(shape)
    routes.add_empty(focus, Aimed(shape))
    path = shapes.value(shape, SH.path)
    if path is None:
        routes.add_empty(focus, values)
    else:
        routes.add_path(focus, _read_path(shapes, shape, path), values)
    if any(True for _ in shapes.objects(shape, SH["class"])):
        routes.add_path(values, CLASSES)
    if any(True for _ in shapes.objects(shape, SH.closed)):
        routes.add_any(values)
    for pair in _PAIRS:
        for other in shapes.objects(shape, pair):
            if isinstance(other, URIRef):
                routes.add_path(focus, other)
    for inner in _inner(shapes, shape):
        routes.add_empty(values, Focus(inner))
        yield inner


def _read_path(shapes: Graph, shape: Node, path: Node) -> URIRef | Path:
    try:
        return parse_shacl_path(shapes, path)
    except (SHACLPathError, RecursionError, TypeError, ValueError) as error:
        reason = f"the path of {shown(shape)} is none: a part of it is missing, or it leads back to itself"
        raise BadShapes(f"the shapes are ill-formed: {reason}") from error


def _inner(shapes: Graph, shape: Node) -> Iterator[Node]:
    for predicate in _OF_VALUES:
        yield from shapes.objects(shape, predicate)
    for predicate in _LISTS:
        for members in shapes.objects(shape, predicate):
            yield from _items(shapes, members)


def _items(shapes: Graph, members: Node) -> Iterator[Node]:
    return iter(Collection(shapes, members))
