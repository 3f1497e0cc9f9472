"""The shapes graph before it judges: are its terms SHACL's, what are its rules, whom do they concern."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import pyoxigraph
import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib.term import Node

from cppcc_graph.errors import BadShapes
from cppcc_graph.store.syntax import bad_query


def _name(term: str) -> str:
    return term.removeprefix(str(SH))


# SHACL's own vocabulary as rdflib lists it; the first six are missing there.
_SHACL_TERMS = frozenset({"and", "or", "not", "in", "class", "values", *map(_name, dir(SH))})
_MOST_LINES = 8
_TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)


def check_shapes(shapes: Graph) -> None:
    """
    Nothing, if *shapes* can judge: every ``sh:`` term is SHACL's, every query parses, some shape has a target.

    A misspelt ``sh:dataType`` is silently no rule, even under the meta-shapes; a query is parsed only once it is used.

    Raises:
        BadShapes: otherwise; with the shape, and the likely right term or the place in the query.
    """
    for triple in sorted(shapes, key=lambda triple: tuple(map(str, triple))):
        for term in triple:
            if isinstance(term, URIRef) and term.startswith(str(SH)) and _name(term) not in _SHACL_TERMS:
                raise BadShapes(_misspelt(_name(term), triple[0]))
    for predicate in (SH.select, SH.ask):
        for constraint, query in shapes.subject_objects(predicate):
            _check_query(shapes, constraint, str(query))
    if not set(focus_shapes(shapes)):
        raise BadShapes("the shapes graph holds no shape with a target: it would call anything conforming")


def check_form(shapes: Graph) -> None:
    """
    Nothing, if every shape is well-formed, whether or not there is anything for it to look at now.

    Raises:
        BadShapes: otherwise; with what the standard's own shapes for shapes say.

    Spec: SHACL, appendix C (shapes to validate shapes graphs).
    """
    for pattern in shapes.objects(None, SH.pattern):
        try:
            re.compile(str(pattern))
        except re.error as error:
            raise BadShapes(f"the pattern “{pattern}” is no regular expression: {error}") from error
    try:
        pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True, advanced=True, inplace=True, inference="none")
    except ReportableRuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines()]
        told = [line for line in lines if line.startswith(("Focus Node:", "Result Path:", "Value Node:", "Message:"))]
        raise BadShapes(f"the shapes are ill-formed: {'; '.join(told[:_MOST_LINES]) or lines[0]}") from error


def _misspelt(name: str, subject: Node) -> str:
    likely = get_close_matches(name, sorted(_SHACL_TERMS), n=1, cutoff=0.6)
    hint = f"; did you mean sh:{likely[0]}?" if likely else ""
    return f"sh:{name} in {shown(subject)} is no SHACL term and would silently be no rule{hint}"


def shown(shape: Node) -> str:
    """A shape's name as a message has it."""
    return "a nameless shape" if isinstance(shape, BNode) else f"<{shape}>"


def prologue(shapes: Graph, constraint: Node) -> str:
    """
    The PREFIX lines that *constraint* points at, in one line.

    Spec: SHACL, section 5.2.1 (prefix declarations for SPARQL queries).
    """
    entries = [
        entry for owner in shapes.objects(constraint, SH.prefixes) for entry in shapes.objects(owner, SH.declare)
    ]
    pairs = [(shapes.value(entry, SH.prefix), shapes.value(entry, SH.namespace)) for entry in entries]
    return " ".join(sorted(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in pairs))


def _check_query(shapes: Graph, constraint: Node, query: str) -> None:
    """Nothing, if *query* parses with the prefixes that *constraint* points at."""
    text = f"{prologue(shapes, constraint)} {query.replace('$PATH', '<urn:path>')}"
    try:
        pyoxigraph.Store().query(text)
    except SyntaxError as error:
        raise BadShapes(
            f"the query of {shown(constraint)} does not parse: {bad_query(error, text, base_iri=None)}"
        ) from error


def focus_shapes(shapes: Graph) -> Iterator[Node]:
    """Shapes with a target, implicit class targets included; a shape may come twice."""
    for predicate in _TARGETS:
        yield from shapes.subjects(predicate, None)
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        if {RDFS.Class, OWL.Class} & set(shapes.objects(shape, RDF.type)):
            yield shape


def focus_nodes(shapes: Graph, graph: Graph) -> set[Node]:
    """
    Every node of *graph* that some shape of *shapes* looks at.

    Spec: SHACL, section 2.1.3 (focus nodes: node, class-based, subjects-of and objects-of targets).
    """
    found: set[Node] = set(shapes.objects(None, SH.targetNode))
    classes = set(shapes.objects(None, SH.targetClass))
    classes |= {shape for shape in shapes.subjects(RDF.type, SH.NodeShape) if (shape, RDF.type, OWL.Class) in shapes}
    classes |= {shape for shape in shapes.subjects(RDF.type, SH.NodeShape) if (shape, RDF.type, RDFS.Class) in shapes}
    for target in classes:
        for subclass in graph.transitive_subjects(RDFS.subClassOf, target):
            found |= set(graph.subjects(RDF.type, subclass))
    for predicate in shapes.objects(None, SH.targetSubjectsOf):
        found |= set(graph.subjects(predicate, None))
    for predicate in shapes.objects(None, SH.targetObjectsOf):
        found |= set(graph.objects(None, predicate))
    return found


def rules(shapes: Graph) -> set[str]:
    """Numbers of all rules: each ``dcterms:identifier`` in the shapes graph that is not the graph's own."""
    return {str(number) for shape, number in shapes.subject_objects(DCTERMS.identifier) if _is_shape(shapes, shape)}


def rule_of(shapes: Graph, *nodes: Node | None) -> str:
    """
    The number of the rule that *nodes* (constraint, shape) belong to.

    The first of them that has a ``dcterms:identifier``, or the nearest shape around them that has one; empty if none.
    """
    seen: set[Node] = set()
    ring = [node for node in nodes if node is not None]
    while ring:
        for node in ring:
            number = shapes.value(node, DCTERMS.identifier)
            if number is not None:
                return str(number)
        seen.update(ring)
        around = {holder for node in ring for holder in shapes.subjects(None, node)}
        ring = sorted(around - seen, key=str)
    return ""


def _is_shape(shapes: Graph, node: Node) -> bool:
    return (node, RDF.type, OWL.Ontology) not in shapes
