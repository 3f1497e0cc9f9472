"""A query text cut into tokens, without recursion, in the order of the text."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<blank>[\x20\t\r\n]+|\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*(?:(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})[^<>"{}|^`\\\x00-\x20]*)*>)
  | (?P<string>'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3} | "{3}(?:"{0,2}(?:[^"\\]|\\.))*"{3}
              |'(?:[^'\\\r\n]|\\.)*' | "(?:[^"\\\r\n]|\\.)*")
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:[^\W\d][\w.\-\u00B7\u203F\u2040\u200C\u200D]*)?:
             (?:[\w:.\-\u00B7\u203F\u2040\u200C\u200D]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<word>[^\W\d]\w*)
  | (?P<number>(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of the query text: `kind` is a group of the token pattern, `start` a 0-based offset."""

    kind: str
    text: str
    start: int


def tokens_of(query: str) -> list[Token]:
    """All tokens but white space and comments; a character that begins no token is a ``sign`` of its own."""
    new = tuple.__new__  # half the time of Token(…), for texts of hundreds of thousands
    return [
        new(Token, (match.lastgroup, match.group(), match.start()))
        for match in _TOKEN.finditer(query)
        if match.lastgroup != "blank"
    ]


def place_of(query: str, offset: int) -> tuple[int, int]:
    """1-based line and column, in characters, of a 0-based *offset*."""
    before = query[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def is_word(token: Token | None, word: str) -> bool:
    """Whether *token* is the keyword *word* (given in capitals)."""
    return token is not None and token.kind == "word" and token.text.upper() == word
