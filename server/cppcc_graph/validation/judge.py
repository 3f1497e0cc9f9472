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
    findings = findings_of(results, graph, shapes)
    return ValidationReport(
        conforms=not findings,
        findings=findings,
        n_rules=len(rules(shapes)),
        n_focus_nodes=len(focus_nodes(shapes, graph)),
        results=results,
    )


def ask(graph: Graph, shapes: Graph) -> Graph:
    """
    PySHACL's results graph.

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
