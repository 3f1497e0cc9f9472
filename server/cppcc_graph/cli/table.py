"""An answer as a table for a terminal."""

import json
import sys
from io import StringIO

from rich.console import Console
from rich.table import Table

from cppcc_graph.cli.visible import LAYOUT, visible
from cppcc_graph.formats import ResultForm
from cppcc_graph.store.base import Answer
from cppcc_graph.terms import XSD, shorten

_NO_TERMINAL_WIDTH = 1_000
_PLAIN = frozenset(XSD[name].value for name in ("string", "integer", "decimal", "boolean", "date"))


def as_table(answer: Answer) -> str:
    """Solutions as a table with their count, a boolean as yes or no, a graph as Turtle; ends in a line feed."""
    if answer.form is ResultForm.GRAPH:
        return answer.body.decode()
    document = json.loads(answer.body)
    if answer.form is ResultForm.BOOLEAN:
        return "yes\n" if document["boolean"] else "no\n"
    table = Table(*document["head"]["vars"], show_edge=False, pad_edge=False, header_style="bold")
    for row in document["results"]["bindings"]:
        table.add_row(*(visible(_shown(row.get(variable)), kept=LAYOUT) for variable in document["head"]["vars"]))
    n_rows = table.row_count
    return f"{printed(table)}{n_rows:,} row{'s' * (n_rows != 1)}\n"


def printed(table: Table) -> str:
    """The table as plain text, as wide as the terminal, or as wide as it needs when there is none."""
    width = None if sys.stdout.isatty() else _NO_TERMINAL_WIDTH
    console = Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False, color_system=None)
    with console.capture() as captured:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _shown(term: dict[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return shorten(term["value"])
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    if term["type"] == "triple":
        return json.dumps(term["value"], ensure_ascii=False)
    datatype = term.get("datatype", "")
    mark = f"@{term['xml:lang']}" if "xml:lang" in term else ""
    return f"{term['value']}{mark}" if not datatype or datatype in _PLAIN else f"{term['value']}^^{shorten(datatype)}"
