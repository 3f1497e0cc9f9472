"""What a client sends to be written, as the protocols hand it over."""

from dataclasses import dataclass

from cppcc_graph.formats import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """
    A stranger's update, as the protocol hands it over.

    Attributes:
        update: SPARQL 1.1 Update text: one or more operations.
        using_graph_iris: ``using-graph-uri`` values; with the next one they are the dataset of every operation that
            has a WHERE.
        using_named_graph_iris: ``using-named-graph-uri`` values.
        base_iri: Against which relative IRIs are resolved, or None to refuse relative IRIs.
    """

    update: str
    using_graph_iris: tuple[str, ...] = ()
    using_named_graph_iris: tuple[str, ...] = ()
    base_iri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A graph as a client sends it, unparsed.

    Attributes:
        content: The bytes of the document.
        format: One of `formats.GRAPH_FORMATS`.
        base_iri: Against which relative IRIs are resolved, or None to refuse relative IRIs.
    """

    content: bytes
    format: Format
    base_iri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWrite:
    """
    What a graph shall hold.

    Attributes:
        graph_iri: A named graph, or None for the default graph.
        documents: Their triples go in; blank nodes of one document differ from those of all others.
        is_replacing: Whether what stands in the graph goes away, instead of staying beside it.
    """

    graph_iri: str | None
    documents: tuple[Document, ...]
    is_replacing: bool
