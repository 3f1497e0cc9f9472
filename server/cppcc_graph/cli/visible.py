"""Texts of strangers on a terminal: what it would obey, or hide, is shown by its number."""

import json
from unicodedata import category

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
LAYOUT = "\n\t"
_MOST_SHORT = 0xFFFF


def visible(text: str, *, kept: str = "") -> str:
    """
    The text with the number of each character that has no shape of its own, such as ``\\u202e``.

    Those are control characters, marks that turn the direction of what follows, ends of lines, and whatever Unicode
    has given to nobody.

    Args:
        text: Anything.
        kept: Characters that stay as they are.
    """
    return "".join(_number(letter) if _is_unseen(letter, kept) else letter for letter in text)


def visible_json(text: str) -> str:
    """A JSON text that says the same with such characters escaped; its lines stay."""
    return "".join(json.dumps(letter)[1:-1] if _is_unseen(letter, "\n") else letter for letter in text)


def _is_unseen(letter: str, kept: str) -> bool:
    return category(letter) in _UNSEEN and letter not in kept


def _number(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= _MOST_SHORT else f"\\U{code:08x}"
