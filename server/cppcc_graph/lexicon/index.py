"""
The index: a table of full text in memory, whose rows stand in the order of their importance.

A row's number begins with its importance, so the table gives the most important matches first and need not look at the
others: a suggestion among a million things takes as long as among a thousand. Forked processes inherit it as they do
the data; it opens no file.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import RLock

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.lexicon.asked import START, starts
from cppcc_graph.lexicon.normal import Normal, normal
from cppcc_graph.lexicon.pinyin import initials, pairs, sounds
from cppcc_graph.lexicon.wanted import Role, Text, Thing

MAX_IMPORTANCE = 1023
ID_BITS = 53
"""How many bits of a row's number stand behind its importance: the set of its classes, then the thing itself."""
KIND_BITS, THING_BITS = 20, 33
_COLUMNS = ("label", "alias", "figure", "description", "pinyin", "initials", "start", "kind")
_NAMES = (Role.LABEL, Role.ALIAS)
SPOKEN, ABBREVIATED = 8, 9
"""In the place of a role: how a whole name sounds, in syllables and in initials."""
_MANY = 20_000
_TABLES = (
    "CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kinds INTEGER NOT NULL, texts TEXT)",
    "CREATE TABLE kinds (id INTEGER PRIMARY KEY, types TEXT NOT NULL UNIQUE)",
    "CREATE TABLE names (key TEXT, role INTEGER, thing INTEGER, PRIMARY KEY (key, role, thing)) WITHOUT ROWID",
    # `ascii` takes every other character as part of a token, so the tokens are those that stand between spaces.
    f"CREATE VIRTUAL TABLE words USING fts5({', '.join(_COLUMNS)}, content='', tokenize='ascii', prefix='1 2 3 4')",
)


@cache
def check_engine() -> None:
    """
    Raises:
        StoreUnavailable: this Python's SQLite has no full text.
    """
    with sqlite3.connect(":memory:") as tried:
        try:
            tried.execute("CREATE VIRTUAL TABLE tried USING fts5(text)")
        except sqlite3.OperationalError as error:
            reason = "SQLite is built without FTS5, which search needs; use a Python whose sqlite3 has it"
            raise StoreUnavailable(reason) from error


class Index:
    """What can be found in one state of the data; threads may share it."""

    def __init__(self, file: Path | None = None) -> None:
        """
        Args:
            file: Written by :meth:`save`, only read; None begins an empty index in memory.

        Raises:
            StoreUnavailable: SQLite cannot do this, or the file cannot be read.
        """
        check_engine()
        self._lock = RLock()
        self._known_kinds: dict[tuple[str, ...], int] = {}
        if file is not None:
            address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
            self._base = sqlite3.connect(address, uri=True, check_same_thread=False)
            return
        self._base = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA temp_store = MEMORY")
        for table in _TABLES:
            self._base.execute(table)

    def rows(self, query: str, *values: str | int) -> list[tuple[object, ...]]:
        """What a query of ours gives."""
        with self._lock:
            return self._base.execute(query, values).fetchall()

    def fill(self, things: Iterable[Thing]) -> None:
        """An empty index gets *things*: the fast way."""
        with self._lock:
            self._base.execute("BEGIN")
            numbered = sorted(((self._number(thing), thing) for thing in things), key=lambda pair: pair[0])
            last = -1
            for wanted, thing in numbered:
                last = max(wanted, last + 1)
                self._insert(last, thing)
            self._base.execute("COMMIT")
            if len(numbered) > _MANY:
                self._base.execute("INSERT INTO words (words) VALUES ('optimize')")

    def replace(self, iris: Iterable[str], things: Iterable[Thing]) -> None:
        """What is known of *iris* goes, and *things* come."""
        with self._lock:
            self._base.execute("BEGIN")
            for iri in iris:
                self._delete(iri)
            for thing in things:
                number = self._number(thing)
                while self._base.execute("SELECT 1 FROM things WHERE id = ?", (number,)).fetchone():
                    number += 1
                self._insert(number, thing)
            self._base.execute("COMMIT")

    def save(self, file: Path) -> None:
        """
        All of it in a new *file*.

        Raises:
            StoreUnavailable: it cannot be written.
        """
        try:
            with self._lock:
                self._base.execute("VACUUM INTO ?", (str(file),))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the index cannot be written to {file}: {error}") from error

    def kind_numbers(self, types: Sequence[str]) -> list[int]:
        """The numbers of the sets of classes that have one of *types*."""
        wanted = set(types)
        rows = self.rows("SELECT id, types FROM kinds ORDER BY id")
        return [int(str(number)) for number, known in rows if wanted.intersection(json.loads(str(known)))]

    def _insert(self, number: int, thing: Thing) -> None:
        kinds = self._kinds(thing.types)
        texts = json.dumps([list(text_of) for text_of in _plain(thing.texts)], ensure_ascii=False)
        self._base.execute("INSERT INTO things VALUES (?, ?, ?, ?)", (number, thing.iri, kinds, texts))
        read = _read(thing.texts)
        self._base.execute(_INSERT, (number, *_columns(read, kinds)))
        keys = [(*known, number) for known in _keys(read)]
        self._base.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", keys)

    def _delete(self, iri: str) -> None:
        found = self._base.execute("SELECT id, kinds, texts FROM things WHERE iri = ?", (iri,)).fetchone()
        if found is None:
            return
        number, kinds, written = found
        read = _read(texts_of(str(written)))
        self._base.execute(_DELETE, (number, *_columns(read, kinds)))
        keys = [(*known, number) for known in _keys(read)]
        self._base.executemany("DELETE FROM names WHERE key = ? AND role = ? AND thing = ?", keys)
        self._base.execute("DELETE FROM things WHERE id = ?", (number,))

    def _kinds(self, types: tuple[str, ...]) -> int:
        """The number of a set of classes, which depends on their names alone unless two sets have the same."""
        known = self._known_kinds.get(types)
        if known is not None:
            return known
        written = json.dumps(list(types))
        number = _digest(written, KIND_BITS)
        while number in self._known_kinds.values():
            number = (number + 1) % (1 << KIND_BITS)
        self._base.execute("INSERT INTO kinds VALUES (?, ?)", (number, written))
        self._known_kinds[types] = number
        return number

    def _number(self, thing: Thing) -> int:
        """The more important, the smaller; equal ones in an order that depends on names alone."""
        behind = (self._kinds(thing.types) << THING_BITS) | _digest(thing.iri, THING_BITS)
        return ((MAX_IMPORTANCE - thing.importance) << ID_BITS) | behind


_PLACES = ", ".join("?" * len(_COLUMNS))
_INSERT = f"INSERT INTO words (rowid, {', '.join(_COLUMNS)}) VALUES (?, {_PLACES})"
_DELETE = f"INSERT INTO words (words, rowid, {', '.join(_COLUMNS)}) VALUES ('delete', ?, {_PLACES})"


def texts_of(written: str) -> tuple[Text, ...]:
    """The texts of a row."""
    return tuple(Text(Role(role), language, text) for role, language, text in json.loads(written))


def _plain(texts: Iterable[Text]) -> Iterator[tuple[int, str, str]]:
    return ((int(text.role), text.language, text.text) for text in texts)


def _digest(text: str, n_bits: int) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> (64 - n_bits)


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as it is compared, and the syllables of a name that has Chinese characters."""

    role: Role
    text: Normal
    units: Sequence[str]


def _read(texts: Iterable[Text]) -> list[_Read]:
    known = [(text.role, normal(text.text)) for text in texts]
    return [
        _Read(role, text, [unit for unit, _place in sounds(text)] if role in _NAMES and text.is_chinese else ())
        for role, text in known
    ]


def _keys(texts: Iterable[_Read]) -> Iterator[tuple[str, int]]:
    """By what a thing is found when it is asked for as a whole."""
    for known in texts:
        if known.role < Role.DESCRIPTION:
            yield known.text.key, int(known.role)
        if known.units:
            yield "".join(known.units), SPOKEN
            yield "".join(initials(known.units)), ABBREVIATED


def _columns(texts: Sequence[_Read], kinds: int) -> list[str]:
    spoken = [known.units for known in texts if known.units]
    names = [known.text for known in texts if known.role in _NAMES]
    return [
        *(_written([known.text.words for known in texts if known.role is role]) for role in Role),
        _written([pairs(units) for units in spoken]),
        _written([pairs(initials(units)) for units in spoken]),
        " ".join({start: None for name in names for start in starts(name.key)}),
        f"k{kinds}",
    ]


def _written(texts: Sequence[Sequence[str]]) -> str:
    """Tokens with something between the texts, so that no phrase reaches from one into the next."""
    return f" {START} ".join([" ".join(tokens) for tokens in texts])
