"""
Blank nodes in a change: what cannot be named cannot be cited, diffed or linked.

Either the change is refused with a finding for each, or each gets an IRI that nobody else has.
"""

from collections.abc import Iterator
from uuid import uuid4

from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, RDFS, BlankNode, Literal, NamedNode, Quad
from cppcc_graph.validation.report import Finding

RULE = "R236"
"""The rule's number in the curator's guide."""
GENID = f"{BASE}.well-known/genid/"
_ZH = "请给它一个 IRI：数据里不用空白节点。"
_EN = "Give it an IRI: the data have no blank nodes."


def blank_node_findings(patch: Patch) -> tuple[Finding, ...]:
    """A violation for each blank node that comes in with *patch*, in the order in which they come."""
    return tuple(_finding(patch, node) for node in _blank_nodes(patch))


def skolemised(patch: Patch) -> Patch:
    """
    *patch* with a new IRI for each blank node that comes in; what goes, goes under its own name.

    Spec: RDF 1.1 Concepts, section 3.5 (replacing blank nodes with IRIs).
    """
    names = {node: NamedNode(GENID + uuid4().hex) for node in _blank_nodes(patch)}
    if not names:
        return patch
    return Patch(added=tuple(_renamed(quad, names) for quad in patch.added), removed=patch.removed)


def _blank_nodes(patch: Patch) -> list[BlankNode]:
    def found() -> Iterator[BlankNode]:
        for quad in patch.added:
            for term in (quad.subject, quad.object):
                if isinstance(term, BlankNode):
                    yield term

    return list(dict.fromkeys(found()))


def _renamed(quad: Quad, names: dict[BlankNode, NamedNode]) -> Quad:
    subject = names[quad.subject] if isinstance(quad.subject, BlankNode) else quad.subject
    value = names[quad.object] if isinstance(quad.object, BlankNode) else quad.object
    return Quad(subject, quad.predicate, value, quad.graph_name)


def _finding(patch: Patch, node: BlankNode) -> Finding:
    return Finding(
        severity="Violation",
        rule=RULE,
        focus=f"_:{node.value}",
        label_zh=_label(patch, node, "zh"),
        label_en=_label(patch, node, "en"),
        path="",
        value="",
        message_zh=_ZH,
        message_en=_EN,
        evidence=(),
        shape="",
        component="NodeKindConstraintComponent",
    )


def _label(patch: Patch, node: BlankNode, language: str) -> str:
    labels = (quad.object for quad in patch.added if quad.subject == node and quad.predicate == RDFS.label)
    texts = (label.value for label in labels if isinstance(label, Literal) and label.language == language)
    return next(texts, "")
