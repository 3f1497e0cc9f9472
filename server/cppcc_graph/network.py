"""
RDF as programs for networks see it: nodes and edges with labels, types, weights and values.

A node is whatever is a subject, or an object that is no literal; an edge is a triple whose object is no literal, but
for ``rdf:type``, which becomes the node's type. Literals become values of their node. So a query counts both:
`tests/unit/test_network.py` says with which.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cppcc_graph.terms import NUMERIC, RDF, RDFS, Literal, NamedNode, Quad, Triple, shorten

NUMBER, TEXT = "double", "string"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WEIGHT = 1.0
_OWN = ("iri", "type", "label_zh", "label_en")


@dataclass(slots=True, kw_only=True)
class Node:
    """
    Attributes:
        iri: Or the label of a blank node, behind ``_:``.
        labels: Names by language tag; without one, under the empty tag.
        types: Classes, shortened.
        values: Literals by the name of their property.
    """

    iri: str
    labels: dict[str, str] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name in Chinese, else in another language, else the end of its IRI."""
        names = (self.labels.get(tag) for tag in ("zh", "en", ""))
        return next((name for name in names if name), None) or next(iter(self.labels.values()), short(self.iri))

    def told(self) -> dict[str, str]:
        """All that is known of it as text, by the name of the column."""
        own = (self.iri, " ".join(self.types), self.labels.get("zh", ""), self.labels.get("en", ""))
        values = {name: " | ".join(values) for name, values in self.values.items()}
        return {**{name: text for name, text in zip(_OWN, own, strict=True) if text}, **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """
    Attributes:
        source: IRI of the node that it leads from.
        target: Of the one that it leads to.
        predicate: IRI.
        label: Name of the predicate, else the predicate shortened.
        weight: 1 for each triple; programs add up those of parallel edges.
    """

    source: str
    target: str
    predicate: str
    label: str
    weight: float = _WEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """
    Attributes:
        nodes: By IRI, in the order in which they come up.
        edges: In the order of their triples.
        columns: What nodes have values of, and whether all are numbers (`NUMBER`) or not (`TEXT`).
    """

    nodes: Mapping[str, Node]
    edges: list[Edge]
    columns: Mapping[str, str]


def network(statements: Iterable[Triple | Quad]) -> Network:
    """What *statements* make, each triple counted once."""
    nodes: dict[str, Node] = {}
    columns = dict.fromkeys(_OWN, TEXT)
    links: list[tuple[str, str, str]] = []
    for said, predicate, value in dict.fromkeys((one.subject, one.predicate, one.object) for one in statements):
        subject = _node(nodes, _name(said))
        if isinstance(value, Literal):
            _tell(subject, predicate, value, columns)
        elif predicate == RDF.type:
            subject.types.append(_in_full(_name(value)))
            _node(nodes, _name(value))
        else:
            target = _node(nodes, _name(value))
            links.append((subject.iri, predicate.value, target.iri))
    edges = [
        Edge(source=source, target=target, predicate=predicate, label=_label_of(nodes, predicate))
        for source, predicate, target in links
    ]
    return Network(nodes=nodes, edges=edges, columns=columns)


def short(iri: str) -> str:
    """An IRI as people read it: ``cppcc:Report``, else the part behind the last slash or hash."""
    shortened = shorten(iri)
    return shortened if not shortened.startswith("<") else re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri


def readable(text: str) -> str:
    """*text* with a visible mark for each character that no XML document can hold. Spec: XML 1.0, section 2.2."""
    return _NO_XML.sub("\ufffd", text)


def _node(nodes: dict[str, Node], name: str) -> Node:
    found = nodes.get(name)
    if found is None:
        found = nodes[name] = Node(iri=name)
    return found


def _tell(node: Node, predicate: NamedNode, literal: Literal, columns: dict[str, str]) -> None:
    """The value stands in its column, which holds numbers as long as no node has a text or two values in it."""
    text = readable(literal.value)
    if predicate == RDFS.label and (literal.language or "") not in node.labels:
        node.labels[literal.language or ""] = text
        return
    name = _in_full(predicate.value) + (f"@{literal.language}" if literal.language else "")
    values = node.values.setdefault(name, [])
    values.append(text)
    is_number = len(values) == 1 and literal.datatype.value in NUMERIC and _NUMBER.fullmatch(text) is not None
    columns[name] = columns.get(name, NUMBER) if is_number else TEXT


def _in_full(iri: str) -> str:
    """Shortened where the prefix is known, else whole, so that no two are the same."""
    shortened = shorten(iri)
    return iri if shortened.startswith("<") else shortened


def _label_of(nodes: Mapping[str, Node], predicate: str) -> str:
    known = nodes.get(predicate)
    return known.label if known is not None and known.labels else short(predicate)


def _name(term: object) -> str:
    return readable(term.value) if isinstance(term, NamedNode) else readable(str(term))
