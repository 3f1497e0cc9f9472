"""``cppcc query``."""

import re
import sys
from pathlib import Path

import click

from cppcc_graph.cli.options import data_option, interruptible, settings_of, store_of, store_option, working
from cppcc_graph.errors import BadSource, BadSyntax
from cppcc_graph.formats import FORMATS, Format, format_named
from cppcc_graph.guard.declaring import missing_declarations
from cppcc_graph.questions import question as find_question
from cppcc_graph.questions import questions
from cppcc_graph.store.base import Answer, QueryRequest, Store

_LONGEST_PATH = 255


@click.command("query")
@click.argument("question", metavar="FILE|TEXT|NAME")
@click.option(
    "--format",
    "format_name",
    default="table",
    metavar="FORMAT",
    help=f"table, or one of {', '.join(f.name for f in FORMATS)}.  [default: table]",
)
@store_option
@data_option
def command(question: str, format_name: str, **given: object) -> None:
    """
    Ask a SPARQL query and print its answer.

    The query is a file, a text, a question of the ontology by its name, or - for stdin.

    \b
    cppcc query 'SELECT ?report { ?report a cppcc:Report }'
    cppcc query my-query.rq --format csv > answer.csv
    cppcc query --format turtle 'DESCRIBE <https://w3id.org/cppcc-graph/report/hengyang-2024>'

    The project's prefixes (cppcc:, skos:, qb: …) need not be declared here.
    """
    from cppcc_graph.cli.table import as_table

    text = _text_of(question)
    formats = () if format_name == "table" else (format_named(format_name),)
    with store_of(settings_of(**given)) as store, working("answering"), interruptible():
        answer = _answer(store, text, formats)
    click.echo(as_table(answer) if format_name == "table" else answer.body, nl=False)


def _text_of(question: str) -> str:
    """What *question* stands for: stdin, a file, a question of the ontology, or itself."""
    if question == "-":
        return sys.stdin.read()
    known = find_question(question)
    if known is not None:
        return known.query
    # A query holds a blank or a bracket; a file name with one is still found if it exists.
    is_path = not re.search(r"[\s{]", question) or (len(question) < _LONGEST_PATH and Path(question).is_file())
    if not is_path:
        return question
    try:
        return Path(question).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadSource("the file is not UTF-8 text", path=question) from error
    except OSError as error:
        known_slugs = ", ".join(q.slug for q in questions()) or "none yet"
        reason = f"neither a file ({error.strerror}), nor a query, nor a question; questions are: {known_slugs}"
        raise BadSource(reason, path=question) from error


def _answer(store: Store, text: str, formats: tuple[Format, ...]) -> Answer:
    """The answer, after declaring the project's prefixes that *text* uses; places are told as in *text*."""
    declarations = missing_declarations(text)
    try:
        return store.answer(QueryRequest(query=declarations + text, formats=formats))
    except BadSyntax as error:
        if error.line != 1 or error.column is None:
            raise
        raise error.moved(1, max(1, error.column - len(declarations))) from error
