"""
Tables for spreadsheet programs, which read CSV in their own way.

They take a file without a byte order mark for one in the encoding of the system, and a cell that begins like a formula
for a formula. So a text that begins like one gets an apostrophe before it, every text stands in quotes (a program that
splits at semicolons finds no cell begun within one), and numbers stay numbers. The exact CSV of the specification is
another format; what a program reads should be that one.
"""

import re
from collections.abc import Iterator

from pyoxigraph import QuerySolutions

from cppcc_graph.terms import NUMERIC, BlankNode, Literal, NamedNode, Term

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PIECE_CHARACTERS = 65_536


def spreadsheet(solutions: QuerySolutions) -> Iterator[bytes]:
    """The pieces of a CSV file: UTF-8 with a byte order mark, lines that end in CR LF, names of variables first."""
    lines = [_BYTE_ORDER_MARK + ",".join(_text(variable.value) for variable in solutions.variables)]
    n_characters = 0
    for solution in solutions:
        line = ",".join([_cell(term) for term in solution])
        lines.append(line)
        n_characters += len(line)
        if n_characters > _PIECE_CHARACTERS:
            yield _joined(lines)
            lines, n_characters = [], 0
    yield _joined(lines)


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def _cell(term: Term | None) -> str:
    match term:
        case None:
            return ""
        case Literal():
            is_number = term.datatype.value in NUMERIC and _NUMBER.fullmatch(term.value)
            return term.value if is_number else _text(term.value)
        case NamedNode():
            return _text(term.value)
        case BlankNode():
            return _text(f"_:{term.value}")
    return _text(str(term))


def _text(text: str) -> str:
    neutral = f"'{text}" if _FORMULA.match(text) else text
    return '"{}"'.format(neutral.replace('"', '""'))
