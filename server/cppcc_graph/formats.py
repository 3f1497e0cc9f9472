"""Answers written, by the engine's own serialisers where they know the format; which there are says `media`."""

import re
from collections.abc import Iterable
from typing import IO, TypeVar, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, serialize

from cppcc_graph.errors import UnsuitableFormat
from cppcc_graph.media import CSV as CSV
from cppcc_graph.media import DATASET_FORMATS as DATASET_FORMATS
from cppcc_graph.media import EXCEL_CSV as EXCEL_CSV
from cppcc_graph.media import FORMATS as FORMATS
from cppcc_graph.media import GEXF as GEXF
from cppcc_graph.media import GRAPH_FORMATS as GRAPH_FORMATS
from cppcc_graph.media import GRAPHML as GRAPHML
from cppcc_graph.media import JSON as JSON
from cppcc_graph.media import JSON_LD as JSON_LD
from cppcc_graph.media import LISTS as LISTS
from cppcc_graph.media import N_QUADS as N_QUADS
from cppcc_graph.media import N_TRIPLES as N_TRIPLES
from cppcc_graph.media import NETWORK_FORMATS as NETWORK_FORMATS
from cppcc_graph.media import RDF_EXTENSIONS as RDF_EXTENSIONS
from cppcc_graph.media import RDF_XML as RDF_XML
from cppcc_graph.media import RESULTS_FORMATS as RESULTS_FORMATS
from cppcc_graph.media import TRIG as TRIG
from cppcc_graph.media import TSV as TSV
from cppcc_graph.media import TURTLE as TURTLE
from cppcc_graph.media import XML as XML
from cppcc_graph.media import Format as Format
from cppcc_graph.media import ResultForm as ResultForm
from cppcc_graph.media import choose as choose
from cppcc_graph.media import format_named as format_named
from cppcc_graph.media import format_of_file as format_of_file
from cppcc_graph.media import suitable as suitable
from cppcc_graph.network import network as network_of
from cppcc_graph.network_files import gexf, graphml, lists
from cppcc_graph.sinks import Sink, XmlSink
from cppcc_graph.spreadsheet import spreadsheet
from cppcc_graph.terms import PREFIXES, RDF, XSD, Literal, NamedNode, Quad, Triple

Statement = TypeVar("Statement", Triple, Quad)


_RESULTS_WRITERS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_NETWORK_WRITERS = {"graphml": graphml, "gexf": gexf, "lists": lists}
_RDF_SYNTAXES = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
}


def rdf_syntax(rdf_format: Format) -> RdfFormat:
    """The engine's name for one of `GRAPH_FORMATS`."""
    return _RDF_SYNTAXES[rdf_format.name]


def write_results(results: QuerySolutions | QueryBoolean, results_format: Format, into: Sink | None = None) -> bytes:
    """
    Solutions or a boolean, whole, in one of `RESULTS_FORMATS`, or solutions as `EXCEL_CSV`; written *into* a file in
    pieces where one is given.

    Raises:
        UnsuitableFormat: XML cannot hold a character; pieces may have been written.

    Spec: SPARQL 1.1 Query Results JSON Format; XML Format; CSV and TSV Formats.
    """
    if results_format is EXCEL_CSV and isinstance(results, QuerySolutions):
        return _gathered(spreadsheet(results), into)
    if results_format is not XML:
        return results.serialize(_file(into), format=_RESULTS_WRITERS[results_format.name]) or b""
    document = XmlSink(into)
    results.serialize(_file(document), format=QueryResultsFormat.XML)
    if document.is_wrong:
        names = [candidate.name for candidate in suitable(ResultForm.SOLUTIONS) if candidate is not XML]
        raise UnsuitableFormat([XML.name], form=ResultForm.SOLUTIONS.value, suitable=names)
    return document.held()


def _gathered(pieces: Iterable[bytes], into: Sink | None) -> bytes:
    """All of the pieces, or nothing when they were written elsewhere."""
    if into is None:
        return b"".join(pieces)
    for piece in pieces:
        into.write(piece)
    return b""


def _file(into: Sink | None) -> IO[bytes] | None:
    return cast("IO[bytes] | None", into)  # the engine only ever calls write


def write_graph(statements: Iterable[Statement], rdf_format: Format, into: Sink | None = None) -> bytes:
    """
    Triples or quads, whole, in one of `GRAPH_FORMATS` or `NETWORK_FORMATS`, with the project's prefixes where the
    format has prefixes; written *into* a file in pieces where one is given.

    Quads keep their graph names in TriG and N-Quads (and JSON-LD); for the other formats hand over triples.

    Raises:
        UnsuitableFormat: RDF/XML cannot hold a predicate, because its IRI does not end in an XML name; JSON-LD cannot
            hold a triple term.

    Spec: RDF 1.1 XML Syntax, section 2.2 (node elements and property elements).
    """
    listed = list(statements)
    if rdf_format in NETWORK_FORMATS:
        return _gathered(_NETWORK_WRITERS[rdf_format.name](network_of(listed)), into)
    if rdf_format is RDF_XML and not all(_XML_NAME_END.search(statement.predicate.value) for statement in listed):
        raise unsuitable_for_graph(rdf_format)
    if rdf_format is JSON_LD and any(isinstance(statement.object, Triple) for statement in listed):
        raise unsuitable_for_graph(rdf_format)
    prefixes = _prefixes_of(listed, rdf_format)
    if rdf_format is not RDF_XML:
        return serialize(listed, _file(into), format=rdf_syntax(rdf_format), prefixes=prefixes) or b""
    document = XmlSink(into)
    serialize(listed, _file(document), format=RdfFormat.RDF_XML, prefixes=prefixes)
    if document.is_wrong:
        raise unsuitable_for_graph(RDF_XML)
    return document.held()


def unsuitable_for_graph(rdf_format: Format) -> UnsuitableFormat:
    """What is raised for a graph that one of `GRAPH_FORMATS` cannot hold."""
    others = [candidate.name for candidate in GRAPH_FORMATS if candidate is not rdf_format]
    return UnsuitableFormat([rdf_format.name], form=ResultForm.GRAPH.value, suitable=others)


def write_lines(triples: QueryTriples, into: Sink | None = None) -> tuple[bytes, int]:
    """
    N-Triples of a query's answer, each triple once, and how many there are; written *into* a file where one is given.

    Five times faster than by way of triples in Python, because only lines are compared.

    Spec: RDF 1.1 N-Triples, section 2.
    """
    written = triples.serialize(format=RdfFormat.N_TRIPLES) or b""
    lines = dict.fromkeys(written.splitlines(keepends=True))
    body = b"".join(lines)
    if into is None:
        return body, len(lines)
    into.write(body)
    return b"", len(lines)


# The engine writes a document that is no XML for such a predicate.
_XML_NAME_END = re.compile(r"[^\W\d][\w.-]*\Z")
_UNWRITTEN_DATATYPES = (XSD.string, RDF.langString, XSD.integer, XSD.decimal, XSD.boolean)


def _prefixes_of(statements: Iterable[Statement], rdf_format: Format) -> dict[str, str]:
    """The project's prefixes whose namespaces occur; none for a format that writes IRIs in full."""
    if rdf_format in (N_TRIPLES, N_QUADS):
        return {}
    used: set[str] = set()
    for statement in statements:
        for term in (statement.subject, statement.predicate, statement.object):
            name = term.datatype if isinstance(term, Literal) else term
            if isinstance(name, NamedNode) and name not in _UNWRITTEN_DATATYPES:
                used.add(name.value[: max(name.value.rfind("#"), name.value.rfind("/")) + 1])
    return {prefix: iri for prefix, iri in PREFIXES.items() if iri in used}
