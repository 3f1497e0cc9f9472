"""The tools as the protocol offers them: what each is for, which arguments it takes, how a failure is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from cppcc_graph import __version__
from cppcc_graph.errors import BadSyntax, CppccError, UnknownEntity
from cppcc_graph.mcp import asking, looking
from cppcc_graph.mcp.answers import Answered, Described, Evidence, Examples, FoundThings, Kinds, Validated
from cppcc_graph.search import MAX_CHARACTERS, MAX_LIMIT
from cppcc_graph.store.base import Store

MAX_ROWS = 1_000
"""Of an answer, at once."""
MAX_QUERY_CHARACTERS = 100_000

_INSTRUCTIONS = """\
What yearly work reports of CPPCC (政协) committees state, as an RDF graph. Every figure, event, recognition and
relation rests on places in the report: cite them with get_evidence. A bound is not a number: 1500余万元 is more than
15,000,000. Planned things are not done. What the data do not say, the reports do not say.
Begin with search_entities or list_classes; take a query from example_queries, check it with validate_query, ask it with
run_query. Prefixes such as cppcc:, qb: and rdfs: need not be declared. Names are in Chinese (zh) and English (en)."""
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Language = Annotated[Literal["zh", "en"], Field(description="Language of the names: zh or en.")]
Iri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_000,
        description="IRI of a thing, as the other tools answer with it, or shortened as cppcc:Report.",
    ),
]
Query = Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARACTERS, description="A SPARQL 1.1 query.")]


def create_server(store: Store) -> MCPServer[object]:
    """
    A server of the protocol over *store*; its tools run in threads, and none of them writes.

    Args:
        store: Used from several threads at once.
    """
    server: MCPServer[object] = MCPServer(
        "cppcc-graph", title="CPPCC work reports", instructions=_INSTRUCTIONS, version=__version__, log_level="ERROR"
    )
    _offer_looking(server, store)
    _offer_asking(server, store)
    return server


def _offer_looking(server: MCPServer[object], store: Store) -> None:
    @server.tool(annotations=_READS)
    def search_entities(
        words: Annotated[
            str,
            Field(
                min_length=1,
                max_length=MAX_CHARACTERS,
                description="Names or words in Chinese (either script), pinyin, its initials, English, or a figure.",
            ),
        ],
        language: Language = "zh",
        types: Annotated[list[str], Field(max_length=50, description="Classes; the things have one of them.")] = [],  # noqa: B006  # the schema's default; never changed
        limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 10,
    ) -> FoundThings:
        """Find committees, parties, people, programmes, events, figures or indicators by words. The best first."""
        with _told():
            return looking.find(store, words, language=language, types=types, limit=limit)

    @server.tool(annotations=_READS)
    def describe_entity(iri: Iri, language: Language = "zh") -> Described:
        """All that is said of one thing: names, figures with units and bounds, statements, and what each rests on."""
        with _told():
            return looking.look_at(store, iri, language=language)

    @server.tool(annotations=_READS)
    def get_evidence(iri: Iri, language: Language = "zh") -> Evidence:
        """The places in the report's text on which a figure, event, recognition, statement or other thing rests."""
        with _told():
            return looking.rests_on(store, iri, language=language)

    @server.tool(annotations=_READS)
    def list_classes(language: Language = "zh") -> Kinds:
        """Every class of things in the data: how many there are, and one of them as an example."""
        with _told():
            return looking.classes(store, language=language)

    @server.tool(annotations=_READS)
    def list_indicators(language: Language = "zh") -> Kinds:
        """Every indicator: what it counts, how many figures it has, and one of them as an example."""
        with _told():
            return looking.indicators(store, language=language)


def _offer_asking(server: MCPServer[object], store: Store) -> None:
    @server.tool(annotations=_READS)
    def example_queries(
        words: Annotated[str, Field(max_length=200, description="Words of the question; empty for any.")] = "",
        language: Language = "zh",
        limit: Annotated[int, Field(ge=1, le=20)] = 5,
    ) -> Examples:
        """Questions that the data answer, each with its query."""
        return asking.examples(words, language=language, limit=limit)

    @server.tool(annotations=_READS)
    def validate_query(query: Query) -> Validated:
        """Whether a query parses, and which of its terms the data do not have, with the nearest that they have."""
        with _told():
            return asking.validate(store, query)

    @server.tool(annotations=_READS)
    def run_query(
        query: Query,
        limit: Annotated[int, Field(ge=1, le=MAX_ROWS, description="Rows or triples that are shown.")] = 100,
        timeout_s: Annotated[float, Field(gt=0, le=60, description="Seconds after which the query is stopped.")] = 20.0,
    ) -> Answered:
        """Ask a query of the graph. It only reads, within limits of time and memory."""
        with _told():
            return asking.ask(store, query, limit=limit, timeout_s=timeout_s)


@contextmanager
def _told() -> Iterator[None]:
    """A failure of ours as the model reads it, with what to do."""
    try:
        yield
    except CppccError as error:
        raise ToolError(f"{error}{_advice(error)}") from error


def _advice(error: CppccError) -> str:
    match error:
        case BadSyntax():
            found = f" Instead: {error.suggestion}" if error.suggestion else ""
            return f".{found} validate_query tells more; example_queries has queries that work."
        case UnknownEntity():
            return ". Find its IRI with search_entities."
    return ""
