"""
The promises that every store keeps (``tests/contract/test_store.py`` holds each implementation to them).

Two doors: our own queries (files in ``queries/``, bound values, small answers) go through :meth:`Store.select` and
:meth:`Store.construct`; a stranger's query goes through :meth:`Store.answer`, which is guarded and gives whole bytes.
The default graph is the set union of all named graphs; a store of the bare mode has a separate one and takes updates.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

from cppcc_graph.errors import BadSyntax
from cppcc_graph.formats import Format, ResultForm
from cppcc_graph.lexicon.wanted import Found, Wanted
from cppcc_graph.phrases import mark
from cppcc_graph.sinks import Sink
from cppcc_graph.store.writes import Document as Document
from cppcc_graph.store.writes import GraphWrite as GraphWrite
from cppcc_graph.store.writes import UpdateRequest as UpdateRequest
from cppcc_graph.terms import NamedNode, Quad, Solution, Term, Triple

Fetched: TypeAlias = tuple[tuple[str, bytes | None], ...]
"""What one SERVICE gave: each endpoint with its SPARQL Results JSON document, or None where SILENT hides a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """
    A stranger's query, as the protocol hands it over.

    Attributes:
        query: SPARQL 1.1 query text.
        formats: Acceptable formats, best first; empty means no preference. The first that can hold the answer is used.
        default_graph_iris: ``default-graph-uri`` values; with the next one they replace any FROM in the query.
        named_graph_iris: ``named-graph-uri`` values.
        base_iri: Against which relative IRIs are resolved, or None to refuse relative IRIs.
        deadline_s: The longest that the client will wait, in seconds; None means the store's own limit, which is also
            the most there is. A store without killable workers cannot keep it.
        client: Who asks, for fair shares: an address, or empty when nobody else asks.
        fetched: What each SERVICE of the query gave, in the order of the text; None when no other endpoint is asked.
        is_about_history: Whether the commits are asked (`Store.history`) and not the data.
        dump: No query is asked but the whole dataset: its lines, ``plain`` or as they are packed (`packing`), or one of
            the other forms of `dumping`; empty for a query. The text of the query then only names what is asked.
    """

    query: str
    formats: tuple[Format, ...] = ()
    default_graph_iris: tuple[str, ...] = ()
    named_graph_iris: tuple[str, ...] = ()
    base_iri: str | None = None
    deadline_s: float | None = None
    client: str = ""
    fetched: tuple[Fetched, ...] | None = None
    is_about_history: bool = False
    dump: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """
    Why an answer may be empty: something in the query that the data do not know, and what they know instead.

    Attributes:
        written: An IRI or a literal of the query, in N-Triples.
        suggested: The nearest one in the data, in N-Triples.
        line: 1-based place of the first occurrence in the query.
        column: 1-based, in characters.
    """

    written: str
    suggested: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    A whole answer.

    Attributes:
        form: Solutions, boolean or graph.
        format: The format of `body`; its ``content_type`` goes into the header.
        body: The complete document; empty when it lies in `file`.
        n_rows: Solutions in a table, triples in a graph, 1 for a boolean; None when it was too long to be counted.
        file: A document too large for memory, complete, positioned at its start and to be closed by the reader; else
            None.
        n_bytes: Length of the document, wherever it lies.
        hints: Why it may be empty; nothing for an answer that says something.
        cache: ``miss`` when it was made for this request, ``shared`` when for another one at the same time, ``hit``
            when it was kept.
        number: `Store.number` of the data that it is of, where that is told.
    """

    form: ResultForm
    format: Format
    body: bytes
    n_rows: int | None
    file: BinaryIO | None = None
    n_bytes: int = -1
    hints: tuple[Hint, ...] = ()
    cache: str = "miss"
    number: int = 0

    def __post_init__(self) -> None:
        """The length of a body in memory need not be given."""
        if self.n_bytes < 0:
            object.__setattr__(self, "n_bytes", len(self.body))

    @property
    def media_type(self) -> str:
        """Media type of `body`, without parameters."""
        return self.format.media_type


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSummary:
    """A named graph and how many triples stand in it."""

    iri: str
    n_triples: int


class Store(Protocol):
    """
    Named graphs, and a default graph that is their set union, or (in the bare mode) a graph of its own.

    Every method raises `StoreUnavailable` when the engine cannot read or write.
    """

    def select(self, query: str, **bindings: Term) -> list[Solution]:
        """
        Solutions of one of our own SELECT queries.

        Args:
            query: SPARQL text of ours, never of a stranger.
            bindings: Values for variables of the query, by name without ``?``; a SELECT must project them
                (substitution as in SPARQL SEP-0007).

        Returns:
            In the query's order; empty when nothing matches.
        """

    def select_document(self, query: str, **bindings: Term) -> bytes:
        """The solutions of :meth:`select` as a SPARQL Results JSON document, for who sends them on."""

    def construct(self, query: str, **bindings: Term) -> list[Triple]:
        """Triples of one of our own CONSTRUCT or DESCRIBE queries, each once, in the order in which they arose."""

    def ask(self, query: str, **bindings: Term) -> bool:
        """The answer of one of our own ASK queries."""

    def answer(self, request: QueryRequest, into: Sink | None = None) -> Answer:
        """
        The whole answer to a stranger's query.

        Args:
            request: The query.
            into: Where the document is written in pieces, whatever its length; the answer's body is empty then, and
                its rows may be uncounted. What ``write`` raises ends the query and comes out as it is, or as
                `StoreUnavailable`.

        Raises:
            BadSyntax: the query does not parse (line and column within the query).
            TooComplex: it is too long or nested too deeply, and was not parsed.
            ServiceRefused: it asks another endpoint.
            UpdateRefused: it is an update.
            UnsuitableFormat: none of the requested formats can hold its form.

        An engine elsewhere takes no request for a dump.

        Spec: SPARQL 1.1 Protocol, section 2.1 (query operation).
        """

    def update(self, request: UpdateRequest) -> None:
        """
        A stranger's update, carried out whole or not at all. LOAD SILENT fetches nothing and does nothing.

        Raises:
            ReadOnly: the default graph of this store is the union of the named graphs, which no update may break.
            BadSyntax: it does not parse, or it says USING or WITH and the request names graphs too.
            TooComplex: an operation is too long or nested too deeply, and was not parsed.
            ServiceRefused: it asks another endpoint.
            LoadRefused: it loads a document.
            UpdateFailed: a graph is missing that must be there, or the other way round.
            Outdated: the data are not as *request* expects them.

        Spec: SPARQL 1.1 Protocol, section 2.2 (update operation).
        """

    def write_graph(self, write: GraphWrite) -> bool:
        """
        One graph gets the contents of documents, all of them or none.

        Returns:
            Whether the graph is new; the default graph never is.

        Raises:
            ReadOnly: as for :meth:`update`.
            BadSyntax: a document does not parse, names graphs of its own, or the graph's name is no absolute IRI.
            Outdated: as for :meth:`update`.

        Spec: SPARQL 1.1 Graph Store HTTP Protocol, sections 5.3 (PUT) and 5.5 (POST).
        """

    def graphs(self) -> list[GraphSummary]:
        """All named graphs, ordered by IRI; empty for an empty store. A store of updates may hold empty graphs."""

    def state(self) -> str:
        """
        A name for this state of the data in this server's life: another one after every write and every start.

        Two evaluations of a query in one state have the same bytes. Empty when the data may change without our
        knowledge: then nothing may be kept.
        """

    def version(self) -> str:
        """
        Content hash of the data, 64 hexadecimal digits.

        The same for the same quads: independent of restarts, of load order and of the labels of blank nodes. A store
        that takes updates gives a shorter text that no other write and no other process gives.
        """

    @property
    def history(self) -> "Store | None":
        """The commits that have led to these data, as a dataset of its own; None where none are kept."""

    @property
    def number(self) -> int:
        """How many commits have led to these data, by the journal of a store that keeps one; else 0."""

    def versions(self) -> Mapping[str, str]:
        """Content hash of each named graph by its IRI, as in :meth:`version`."""

    def find(self, wanted: Wanted) -> Found:
        """
        Things found by words: labels, aliases, figures and descriptions of the default graph.

        Raises:
            BadSyntax: the words are too long.
        """

    def quads(self, graph_iri: str | None = None) -> Iterator[Quad]:
        """
        The quads of one named graph, or of all of them.

        A default graph that is the union of the others is not repeated; one of its own is among the quads.

        Raises:
            UnknownGraph: *graph_iri* is given and names no graph.
        """

    def replace_graph(self, graph_iri: str, triples: Iterable[Triple]) -> None:
        """One named graph becomes exactly *triples*; readers see the old or the new one, never a mixture."""

    def replace_graphs(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        """Each named graph becomes exactly its triples, all or none; an empty one ceases to exist."""

    def is_empty(self) -> bool:
        """Whether there is no quad at all."""

    def close(self) -> None:
        """Everything is on disk and the store is released; further calls are errors."""


def named(iri: str) -> NamedNode:
    """
    The node for an absolute IRI.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
    """
    try:
        return NamedNode(iri)
    except ValueError as error:
        template = mark("<%(iri)s> is not an absolute IRI: %(reason)s")
        raise BadSyntax(template, values=(iri, str(error)), token=iri) from error
