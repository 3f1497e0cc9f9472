"""What a client sends to be written, as the protocols hand it over."""

from dataclasses import dataclass

from cppcc_graph.formats import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """
    What must be so when a write is carried out, or nothing is changed; compared where writes stand in line.

    Attributes:
        version: What `Store.version` must give; empty when it may be anything.
        only_if_new: A named graph that must not be there yet; empty when none need.
        only_if_there: A named graph that must be there; empty when none need.
    """

    version: str = ""
    only_if_new: str = ""
    only_if_there: str = ""


NOTHING_EXPECTED = Expectation()


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
        expected: Heeded by `Store.update`; a gate has a proposal's own.
    """

    update: str
    using_graph_iris: tuple[str, ...] = ()
    using_named_graph_iris: tuple[str, ...] = ()
    base_iri: str | None = None
    expected: Expectation = NOTHING_EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A graph, or several, as a client sends it, unparsed.

    Attributes:
        content: The bytes of the document.
        format: One of `formats.GRAPH_FORMATS`.
        base_iri: Against which relative IRIs are resolved, or None to refuse relative IRIs.
        source: What it is called in messages: the path of a file, ``body``.
    """

    content: bytes
    format: Format
    base_iri: str | None = None
    source: str = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWrite:
    """
    What a graph shall hold.

    Attributes:
        graph_iri: A named graph, or None for the default graph.
        documents: Their triples go in; blank nodes of one document differ from those of all others.
        is_replacing: Whether what stands in the graph goes away, instead of staying beside it.
        expected: Heeded by `Store.write_graph`; a gate has a proposal's own.
    """

    graph_iri: str | None
    documents: tuple[Document, ...]
    is_replacing: bool
    expected: Expectation = NOTHING_EXPECTED
