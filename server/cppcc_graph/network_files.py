"""
Networks as files: GraphML, GEXF, and lists of nodes and edges as CSV in a ZIP file.

Written in pieces, so that a large network is in memory once only.

Spec: GraphML primer, sections 2 and 3 (attributes); GEXF 1.3; both in UTF-8.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from cppcc_graph.network import NUMBER, TEXT, Network, Node

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_GRAPHML = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">\n'
    '<key id="drawn" for="node" yfiles.type="nodegraphics"/>\n'
)
_GEXF = '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n<meta><creator>cppcc-graph</creator></meta>\n'
_PIECE_CHARACTERS = 65_536
_BEGINNING = (1980, 1, 1, 0, 0, 0)


def graphml(network: Network) -> Iterator[bytes]:
    """The pieces of a GraphML file; yEd shows the labels, other programs have them as the attribute ``label``."""
    return _pieces(_graphml(network))


def gexf(network: Network) -> Iterator[bytes]:
    """The pieces of a GEXF file, whose nodes have their IRIs as identifiers."""
    return _pieces(_gexf(network))


def lists(network: Network) -> Iterator[bytes]:
    """A ZIP file with ``nodes.csv`` and ``edges.csv``, with the column names that Gephi and Cytoscape know."""
    columns = list(network.columns)
    nodes = ([node.iri, node.label, *_row(node, columns)] for node in network.nodes.values())
    edges = (
        [edge.source, edge.target, "Directed", edge.label, str(edge.weight), edge.predicate] for edge in network.edges
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        _list(archive, "nodes.csv", ["Id", "Label", *columns], nodes)
        _list(archive, "edges.csv", ["Source", "Target", "Type", "Label", "Weight", "predicate"], edges)
    yield held.getvalue()


def _row(node: Node, columns: Sequence[str]) -> list[str]:
    told = node.told()
    return [told.get(name, "") for name in columns]


def _list(archive: zipfile.ZipFile, name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    entry = zipfile.ZipInfo(name, date_time=_BEGINNING)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(head)
        writer.writerows(rows)


def _graphml(network: Network) -> Iterator[str]:
    yield _DECLARATION + _GRAPHML
    keys = {name: f"n{number}" for number, name in enumerate(network.columns)}
    yield '<key id="label" for="node" attr.name="label" attr.type="string"/>\n'
    for name, kind in network.columns.items():
        yield f'<key id="{keys[name]}" for="node" attr.name={_quoted(name)} attr.type="{kind}"/>\n'
    for name, kind in (("label", TEXT), ("predicate", TEXT), ("weight", NUMBER)):
        yield f'<key id="e-{name}" for="edge" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<graph id="graph" edgedefault="directed">\n'
    numbers = {iri: number for number, iri in enumerate(network.nodes)}
    for iri, node in network.nodes.items():
        yield f'<node id="v{numbers[iri]}">{_data("label", node.label)}'
        yield "".join(_data(keys[name], text) for name, text in node.told().items())
        yield f'<data key="drawn"><y:ShapeNode><y:NodeLabel>{_escaped(node.label)}</y:NodeLabel></y:ShapeNode></data>'
        yield "</node>\n"
    for number, edge in enumerate(network.edges):
        ends = f'source="v{numbers[edge.source]}" target="v{numbers[edge.target]}"'
        told = _data("e-label", edge.label) + _data("e-predicate", edge.predicate) + _data("e-weight", str(edge.weight))
        yield f'<edge id="e{number}" {ends}>{told}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _gexf(network: Network) -> Iterator[str]:
    yield _DECLARATION + _GEXF
    keys = {name: str(number) for number, name in enumerate(network.columns)}
    yield '<graph mode="static" defaultedgetype="directed">\n<attributes class="node">\n'
    for name, kind in network.columns.items():
        yield f'<attribute id="{keys[name]}" title={_quoted(name)} type="{kind}"/>\n'
    yield '</attributes>\n<attributes class="edge">\n<attribute id="predicate" title="predicate" type="string"/>\n'
    yield f'</attributes>\n<nodes count="{len(network.nodes)}">\n'
    for iri, node in network.nodes.items():
        yield f"<node id={_quoted(iri)} label={_quoted(node.label)}>{_values(node, keys.__getitem__)}</node>\n"
    yield f'</nodes>\n<edges count="{len(network.edges)}">\n'
    for number, edge in enumerate(network.edges):
        ends = f"source={_quoted(edge.source)} target={_quoted(edge.target)} label={_quoted(edge.label)}"
        value = f'<attvalues><attvalue for="predicate" value={_quoted(edge.predicate)}/></attvalues>'
        yield f'<edge id="{number}" {ends} weight="{edge.weight}">{value}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _values(node: Node, key: Callable[[str], str]) -> str:
    told = "".join(f'<attvalue for="{key(name)}" value={_quoted(text)}/>' for name, text in node.told().items())
    return f"<attvalues>{told}</attvalues>"


def _data(key: str, text: str) -> str:
    return f'<data key="{key}">{_escaped(text)}</data>'


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _quoted(text: str) -> str:
    return quoteattr(text)


def _pieces(texts: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    n_characters = 0
    for text in texts:
        held.append(text)
        n_characters += len(text)
        if n_characters > _PIECE_CHARACTERS:
            yield "".join(held).encode()
            held, n_characters = [], 0
    yield "".join(held).encode()
