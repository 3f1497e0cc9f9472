"""
The commonest things as tables: CSV files with the metadata that say what stands in them, in one ZIP file.

A column is said to hold numbers, dates or IRIs only where all its values are such; where a thing has several values,
they stand in one cell, between signs that occur in none of them. So nothing is lost or misread, whatever the data say.

Spec: W3C Metadata Vocabulary for Tabular Data, section 5 (annotating tables); RFC 4180 (CSV).
"""

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import IO, TypeAlias, cast

from cppcc_graph.queries import query
from cppcc_graph.sinks import Sink
from cppcc_graph.store.base import Store
from cppcc_graph.store.columns import TABLES as KNOWN_TABLES
from cppcc_graph.store.columns import Column, Table
from cppcc_graph.terms import XSD, Literal, NamedNode, Term

TABLES = "tables"
METADATA = "csv-metadata.json"

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json]"
Rows: TypeAlias = Mapping[str, Mapping[Column, Sequence[Term]]]

_ID = "id"
_SEPARATORS = ("|", "¦", "‖", "\u241e", "\u241f")
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16
_DATATYPES = {
    f"{XSD.iri}{name}": name
    for name in ("integer", "nonNegativeInteger", "decimal", "double", "boolean", "date", "dateTime", "gYear")
}


def write_tables(store: Store, into: Sink) -> int:
    """
    How many rows all tables have, which are written as a ZIP file; equal data give equal bytes.

    Args:
        store: Nobody changes it meanwhile.
        into: Takes the file as it comes.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    n_rows, told = 0, []
    with zipfile.ZipFile(cast("IO[bytes]", _Unseekable(into)), "w", zipfile.ZIP_DEFLATED) as package:
        for table in KNOWN_TABLES:
            rows = _rows(store, table)
            shapes = _shapes(table, rows)
            n_rows += len(rows)
            _put(package, f"{table.name}.csv", _csv(table, rows, shapes))
            told.append(_described(table, shapes))
        _put(package, METADATA, json.dumps(_group(told), ensure_ascii=False, indent=1))
    return n_rows


class _Unseekable:
    """What the ZIP writer sees of a sink, which it can only write to."""

    def __init__(self, into: Sink) -> None:
        self._into = into

    def write(self, piece: bytes) -> int:
        return self._into.write(bytes(piece))

    def flush(self) -> None:
        """Nothing is held back."""


class _Shape:
    """How the values of a column are written, which depends on all of them."""

    def __init__(self, column: Column, cells: Sequence[Sequence[Term]]) -> None:
        values = [value for cell in cells for value in cell]
        self.datatype = _datatype(values)
        is_list = column.is_list or any(len(cell) > 1 for cell in cells)
        self.separator = _separator(values) if is_list else ""

    def written(self, cell: Iterable[Term]) -> str:
        return self.separator.join(sorted(_text(value) for value in cell))


def _rows(store: Store, table: Table) -> Rows:
    """By the IRI of each thing, in order, its values in each column."""
    wanted: dict[str, list[Column]] = {}
    for column in table.columns:
        wanted.setdefault(column.prop, []).append(column)
    found: dict[str, dict[Column, dict[Term, None]]] = {}
    for known in _classes_below(store, table.of):
        for row in store.select(query("table-cells"), **{"class": known}):
            it, prop, value = row["it"], row["property"], row["value"]
            if not isinstance(it, NamedNode) or not isinstance(prop, NamedNode) or value is None:
                continue
            cells = found.setdefault(it.value, {})
            for column in wanted.get(prop.value, ()):
                if not column.language or (isinstance(value, Literal) and value.language == column.language):
                    cells.setdefault(column, {})[value] = None  # once, though a thing may have several classes
    return {iri: {column: list(values) for column, values in cells.items()} for iri, cells in sorted(found.items())}


def _classes_below(store: Store, of: str) -> list[NamedNode]:
    """The class itself, and those below it."""
    rows = store.select(query("classes-below"), **{"class": NamedNode(of)})
    below = {row["below"] for row in rows} | {NamedNode(of)}
    return sorted((known for known in below if isinstance(known, NamedNode)), key=lambda known: known.value)


def _shapes(table: Table, rows: Rows) -> dict[Column, _Shape]:
    return {column: _Shape(column, [cells.get(column, ()) for cells in rows.values()]) for column in table.columns}


def _csv(table: Table, rows: Rows, shapes: Mapping[Column, _Shape]) -> str:
    document = StringIO()
    writer = csv.writer(document)
    writer.writerow((_ID, *(column.name for column in table.columns)))
    for iri, cells in rows.items():
        writer.writerow((iri, *(shapes[column].written(cells.get(column, ())) for column in table.columns)))
    return document.getvalue()


def _described(table: Table, shapes: Mapping[Column, _Shape]) -> Json:
    columns: list[Json] = [{"name": _ID, "titles": _ID, "datatype": "anyURI", "required": True}]
    for column in table.columns:
        shape = shapes[column]
        told: dict[str, Json] = {
            "name": column.name,
            "titles": column.name,
            "propertyUrl": column.prop,
            "datatype": shape.datatype,
        }
        if column.language:
            told["lang"] = column.language
        if shape.separator:
            told["separator"] = shape.separator
        columns.append(told)
    schema: dict[str, Json] = {"aboutUrl": "{+id}", "primaryKey": _ID, "columns": columns}
    return {"url": f"{table.name}.csv", "tableSchema": schema}


def _group(tables: list[Json]) -> Json:
    """Spec: Metadata Vocabulary for Tabular Data, section 5.3 (table groups)."""
    return {"@context": "http://www.w3.org/ns/csvw", "dialect": {"doubleQuote": True, "header": True}, "tables": tables}


def _put(package: zipfile.ZipFile, name: str, document: str) -> None:
    entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _MODE, 3
    package.writestr(entry, document.encode())


def _datatype(values: Sequence[Term]) -> str:
    kinds = {_kind(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else "string"


def _kind(value: Term) -> str:
    if isinstance(value, NamedNode):
        return "anyURI"
    return _DATATYPES.get(value.datatype.value, "string") if isinstance(value, Literal) else "string"


def _separator(values: Sequence[Term]) -> str:
    """A blank between IRIs, which never have one; else the first sign that stands in no value."""
    if all(isinstance(value, NamedNode) for value in values):
        return " "
    texts = [_text(value) for value in values]
    return next((sign for sign in _SEPARATORS if not any(sign in text for text in texts)), _SEPARATORS[-1])


def _text(value: Term) -> str:
    if isinstance(value, NamedNode | Literal):
        return value.value
    return str(value)
