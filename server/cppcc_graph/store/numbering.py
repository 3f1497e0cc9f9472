"""The number of the data in the name of their state, and so in every entity tag that is made of it."""

import hashlib
import re

_NUMBERED = re.compile(r"v([1-9][0-9]{0,17})\.")


def numbered(state: str, number: int) -> str:
    """The name of a state of the data after *number* commits; unchanged for 0."""
    return f"v{number}.{state}" if number else state


def prefix_of(state: str) -> str:
    """What :func:`numbered` has put before it, or empty."""
    found = _NUMBERED.match(state)
    return found[0] if found else ""


def mark_of(state: str) -> str:
    """What stands before every entity tag of this state: :func:`prefix_of`, or without a number a name of its own."""
    return prefix_of(state) or f"s{hashlib.sha256(state.encode()).hexdigest()[:16]}."


def number_of(opaque: str) -> int | None:
    """The number in the opaque part of an entity tag; None when there is none."""
    found = _NUMBERED.match(opaque)
    return int(found[1]) if found else None
