"""Keywords in the letters that the engine reads."""

import re
from collections.abc import Callable
from typing import TypeVar

from cppcc_graph.guard.tokens import tokens_of

Result = TypeVar("Result")
_SMALL = ("true", "false")
_PERHAPS = re.compile("true|false", re.IGNORECASE)


def in_small_letters(text: str) -> str:
    """
    A query or update with every TRUE and FALSE in small letters, of the same length; the engine knows no others.

    Spec: SPARQL 1.1 Query, section 19.8 (keywords are matched whatever their case).
    """
    if not _PERHAPS.search(text):
        return text
    letters = list(text)
    for token in tokens_of(text):
        if token.kind == "word" and token.text.lower() in _SMALL:
            letters[token.start : token.start + len(token.text)] = token.text.lower()
    return "".join(letters)


def spelled_well(ask: Callable[[str], Result], text: str) -> Result:
    """What *ask* gives for *text*, or, where that does not parse, for the text :func:`in_small_letters`."""
    try:
        return ask(text)
    except SyntaxError:
        small = in_small_letters(text)
        if small == text:
            raise
        return ask(small)
