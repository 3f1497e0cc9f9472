"""
Media types and their short names: what an answer can be written as.

A query answers with solutions, a boolean or a graph (:class:`ResultForm`), and a :class:`Format` says which of these it
can hold. Two lists cover what the specifications know, the four SPARQL results formats and the six RDF formats; the
others are for programs that read neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from cppcc_graph.errors import UnknownFormat, UnsuitableFormat


class ResultForm(Enum):
    """What a query answers with: SELECT solutions, ASK a boolean, CONSTRUCT and DESCRIBE a graph."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """
    One way to write an answer; there is one object for each.

    Attributes:
        name: Short name, as in ``?format=csv`` and ``--format csv``.
        label: Name for a person.
        media_type: Without parameters.
        aliases: Other media types under which clients ask for it.
        extension: File name extension, without the dot.
        holds: The forms it can hold.
    """

    name: str
    label: str
    media_type: str
    aliases: tuple[str, ...] = ()
    extension: str
    holds: frozenset[ResultForm]

    def __reduce__(self) -> "tuple[Callable[[str], Format], tuple[str]]":
        """By name, so that it is the same object again in another process."""
        return format_named, (self.name,)

    @property
    def content_type(self) -> str:
        """Value of ``Content-Type``: text types say their charset (RFC 2046, section 4.1.2)."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media type, then its aliases."""
        return (self.media_type, *self.aliases)


_TABLE = frozenset({ResultForm.SOLUTIONS})
_TABLE_OR_BOOLEAN = frozenset({ResultForm.SOLUTIONS, ResultForm.BOOLEAN})
_GRAPH = frozenset({ResultForm.GRAPH})

JSON = Format(
    name="json",
    label="SPARQL Results JSON",
    media_type="application/sparql-results+json",
    aliases=("application/json", "text/json"),
    extension="srj",
    holds=_TABLE_OR_BOOLEAN,
)
XML = Format(
    name="xml",
    label="SPARQL Results XML",
    media_type="application/sparql-results+xml",
    aliases=("application/xml", "text/xml"),
    extension="srx",
    holds=_TABLE_OR_BOOLEAN,
)
CSV = Format(name="csv", label="CSV", media_type="text/csv", extension="csv", holds=_TABLE)
TSV = Format(name="tsv", label="TSV", media_type="text/tab-separated-values", extension="tsv", holds=_TABLE)
EXCEL_CSV = Format(name="excel-csv", label="CSV for Excel", media_type="text/csv", extension="excel-csv", holds=_TABLE)
"""For people; whoever asks for text/csv means the other one, which stands before it."""
TURTLE = Format(
    name="turtle",
    label="Turtle",
    media_type="text/turtle",
    aliases=("application/x-turtle", "application/turtle"),
    extension="ttl",
    holds=_GRAPH,
)
N_TRIPLES = Format(
    name="ntriples",
    label="N-Triples",
    media_type="application/n-triples",
    aliases=("text/plain",),
    extension="nt",
    holds=_GRAPH,
)
RDF_XML = Format(
    name="rdfxml",
    label="RDF/XML",
    media_type="application/rdf+xml",
    aliases=("application/xml", "text/xml"),
    extension="rdf",
    holds=_GRAPH,
)
JSON_LD = Format(
    name="jsonld",
    label="JSON-LD",
    media_type="application/ld+json",
    aliases=("application/json",),
    extension="jsonld",
    holds=_GRAPH,
)
TRIG = Format(name="trig", label="TriG", media_type="application/trig", extension="trig", holds=_GRAPH)
N_QUADS = Format(
    name="nquads",
    label="N-Quads",
    media_type="application/n-quads",
    aliases=("text/x-nquads",),
    extension="nq",
    holds=_GRAPH,
)

GRAPHML = Format(
    name="graphml", label="GraphML", media_type="application/graphml+xml", extension="graphml", holds=_GRAPH
)
GEXF = Format(name="gexf", label="GEXF", media_type="application/gexf+xml", extension="gexf", holds=_GRAPH)
LISTS = Format(
    name="lists", label="CSV of nodes and edges", media_type="application/zip", extension="zip", holds=_GRAPH
)

RESULTS_FORMATS: tuple[Format, ...] = (JSON, XML, CSV, TSV)
GRAPH_FORMATS: tuple[Format, ...] = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS)
DATASET_FORMATS: tuple[Format, ...] = (TRIG, N_QUADS, JSON_LD)
NETWORK_FORMATS: tuple[Format, ...] = (GRAPHML, GEXF, LISTS)
FORMATS: tuple[Format, ...] = (*RESULTS_FORMATS, EXCEL_CSV, *GRAPH_FORMATS, *NETWORK_FORMATS)
"""All formats; within a form, the first is what we answer when nothing is asked for."""

_FILE_EXTENSIONS = {
    ".ttl": TURTLE,
    ".nt": N_TRIPLES,
    ".rdf": RDF_XML,
    ".owl": RDF_XML,
    ".jsonld": JSON_LD,
    ".trig": TRIG,
    ".nq": N_QUADS,
}
RDF_EXTENSIONS: tuple[str, ...] = tuple(_FILE_EXTENSIONS)
"""File name extensions that we read as RDF, each with its dot."""


def format_named(name: str) -> Format:
    """
    The format with this short name, whatever its case.

    Raises:
        UnknownFormat: no format is called that.
    """
    for candidate in FORMATS:
        if candidate.name == name.strip().lower():
            return candidate
    raise UnknownFormat(name, known=[candidate.name for candidate in FORMATS])


def format_of_file(suffix: str) -> Format | None:
    """The RDF format of files ending in *suffix* (``.ttl``), or None when it is not an RDF file's."""
    return _FILE_EXTENSIONS.get(suffix.lower())


def suitable(form: ResultForm) -> tuple[Format, ...]:
    """Formats that can hold *form*, our preference first. Never empty."""
    return tuple(candidate for candidate in FORMATS if form in candidate.holds)


def choose(requested: Sequence[Format], form: ResultForm) -> Format:
    """
    The first requested format that can hold *form*; our preference when nothing is requested.

    Raises:
        UnsuitableFormat: formats were requested and none can hold *form*.
    """
    if not requested:
        return suitable(form)[0]
    for candidate in requested:
        if form in candidate.holds:
            return candidate
    names = [candidate.name for candidate in suitable(form)]
    raise UnsuitableFormat([f.name for f in requested], form=form.value, suitable=names)
