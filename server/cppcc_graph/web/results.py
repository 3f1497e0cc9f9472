"""An answer of the store as something to look at: SPARQL Results JSON into cells, a graph as its Turtle text."""

import json
from collections.abc import Mapping, Sequence
from typing import TypedDict

from cppcc_graph.formats import ResultForm
from cppcc_graph.store.base import Answer
from cppcc_graph.terms import PREFIXES, shorten
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import href_of, short_name
from cppcc_graph.web.parts import Cell, Column, Link, ResultView
from cppcc_graph.web.wording import hint

MAX_ROWS = 1_000
"""Rows of a table and lines of a graph on a page; more help no reader, and the other formats hold them all."""

_STRING = PREFIXES["xsd"] + "string"
_NUMBERS = frozenset(
    PREFIXES["xsd"] + name
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "positiveInteger")
)

_BoundValue = TypedDict("_BoundValue", {"type": str, "value": str, "datatype": str, "xml:lang": str}, total=False)


class _Head(TypedDict):
    vars: list[str]


class _Bindings(TypedDict):
    bindings: list[dict[str, _BoundValue]]


class _Document(TypedDict, total=False):
    head: _Head
    results: _Bindings
    boolean: bool


def view(answer: Answer, *, took_ms: int, downloads: Sequence[Link], headings: Mapping[str, str]) -> ResultView:
    """
    *answer* as a page shows it.

    Args:
        answer: In SPARQL Results JSON, or a graph in Turtle.
        took_ms: How long the store needed.
        downloads: The same answer in other formats.
        headings: Column heads by variable; others are headed by the variable's name.
    """
    hints = [hint(found) for found in answer.hints]
    if answer.form is ResultForm.GRAPH:
        lines = answer.body.decode().splitlines()
        return ResultView(
            document="\n".join(lines[:MAX_ROWS]),
            n_cut_lines=max(len(lines) - MAX_ROWS, 0),
            n_rows=answer.n_rows or 0,
            took_ms=took_ms,
            downloads=downloads,
            hints=hints,
        )
    document: _Document = json.loads(answer.body)
    if "boolean" in document:
        return ResultView(boolean=document["boolean"], n_rows=1, took_ms=took_ms, downloads=downloads, hints=hints)
    variables = document["head"]["vars"]
    shown = document["results"]["bindings"][:MAX_ROWS]
    rows = [[_cell(row[name]) if name in row else None for name in variables] for row in shown]
    return ResultView(
        columns=[
            Column(heading=headings.get(name, name), is_number=_is_number([row[index] for row in rows]))
            for index, name in enumerate(variables)
        ],
        rows=rows,
        n_rows=len(document["results"]["bindings"]),
        took_ms=took_ms,
        downloads=downloads,
        hints=hints,
    )


def _is_number(cells: Sequence[Cell | None]) -> bool:
    bound = [cell for cell in cells if cell is not None]
    return bool(bound) and all(cell.is_number for cell in bound)


def _cell(value: _BoundValue) -> Cell:
    match value["type"]:
        case "uri":
            iri = value["value"]
            return Cell(text=short_name(iri), href=href_of(iri), title=iri)
        case "bnode":
            return Cell(text=f"_:{value['value']}")
        case "literal":
            datatype = value.get("datatype", _STRING)
            is_number = datatype in _NUMBERS
            return Cell(
                text=value["value"],
                language=tag if (tag := value.get("xml:lang")) != language() else None,
                datatype=None if is_number or datatype == _STRING else shorten(datatype),
                is_number=is_number,
            )
    return Cell(text=json.dumps(value["value"], ensure_ascii=False))  # a triple term of SPARQL 1.2
