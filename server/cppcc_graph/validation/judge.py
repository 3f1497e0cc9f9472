"""pySHACL asked, and its results read into findings."""

from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph

from cppcc_graph import terms
from cppcc_graph.errors import BadShapes
from cppcc_graph.validation.findings import findings_of
from cppcc_graph.validation.report import ValidationReport
from cppcc_graph.validation.shapes import check_shapes, focus_nodes, rules


def validate(graph: Graph, shapes: Graph) -> ValidationReport:
    """
    What *shapes* say about *graph*.

    Args:
        graph: Union of ontology, vocabularies, data cube structure and data, in rdflib's memory store (over another
            store pySHACL has told a false violation). It is not changed.
        shapes: All shapes in one graph. ``owl:imports`` is never followed, and no network is used.

    Raises:
        BadShapes: *shapes* cannot judge: a term that is not SHACL's, no target, or an ill-formed shape.
    """
    check_shapes(shapes)
    results = ask(graph, shapes)
    return told(results, graph, shapes, n_focus_nodes=len(focus_nodes(shapes, graph)))


def told(results: Graph, graph: Graph, shapes: Graph, *, n_focus_nodes: int, why_full: str = "") -> ValidationReport:
    """
    The *results* of pySHACL on *graph* in a curator's words.

    Args:
        results: pySHACL's results graph.
        graph: What was judged.
        shapes: All shapes.
        n_focus_nodes: Nodes that some shape looked at.
        why_full: After a change, why all data were looked at.
    """
    found = findings_of(results, graph, shapes)
    return ValidationReport(
        conforms=not found,
        findings=tuple(finding for finding, _ in found),
        n_rules=len(rules(shapes)),
        n_focus_nodes=n_focus_nodes,
        results=results,
        nodes=tuple(node for _, node in found),
        why_full=why_full,
    )


def ask(graph: Graph, shapes: Graph) -> Graph:
    """
    What pySHACL finds, as its results graph.

    Raises:
        BadShapes: *shapes* cannot judge.
    """
    try:
        # inplace: without rules and inference nothing is added to the data, and the copy costs a quarter of the time.
        _, results, told = pyshacl_validate(
            graph, shacl_graph=shapes, advanced=True, inplace=True, inference="none", do_owl_imports=False
        )
    except ReportableRuntimeError as error:
        raise BadShapes(f"the shapes cannot be used: {_first_line(str(error))}") from error
    if not isinstance(results, Graph):
        raise BadShapes(f"the shapes cannot be used: {_first_line(str(told))}")
    for prefix, iri in terms.PREFIXES.items():
        results.bind(prefix, iri)
    return results


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "pySHACL gave no reason")
