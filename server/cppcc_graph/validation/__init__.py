"""Whether data keep the shapes: pySHACL's judgement, told in W3C terms and in a curator's words (zh, en)."""

from cppcc_graph.errors import BadShapes
from cppcc_graph.validation.blank_nodes import blank_node_findings, skolemised
from cppcc_graph.validation.incremental import Affected, Judge
from cppcc_graph.validation.judge import validate
from cppcc_graph.validation.report import Finding, ValidationReport
from cppcc_graph.validation.report_graph import report_as_ntriples
from cppcc_graph.validation.shapes import check_shapes

__all__ = [
    "Affected",
    "BadShapes",
    "Finding",
    "Judge",
    "ValidationReport",
    "blank_node_findings",
    "check_shapes",
    "report_as_ntriples",
    "skolemised",
    "validate",
]
