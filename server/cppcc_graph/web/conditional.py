"""
Validators: what names the bytes of an answer, and whether the client has them already.

An answer to a query is named before it is made, by all that its bytes depend on: the version of the data and of this
program, the query to the letter, its dataset and base, the formats that the client accepts, and the content coding.
"""

import hashlib
from functools import lru_cache

from cppcc_graph import __version__
from cppcc_graph.formats import Format
from cppcc_graph.guard.volatile import is_volatile
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.numbering import mark_of, number_of, numbered

REVALIDATE = "no-cache"
"""Caches keep an answer and ask whether it is still the one. Spec: RFC 9111, section 5.2.2.4."""
NEVER_KEEP = "no-store"
_MOST_DIGITS = 18


def validator(request: QueryRequest, version: str) -> str | None:
    """
    The opaque part of the entity tag of the uncoded answer; None when the answer may differ next time.

    Spec: RFC 9110, section 8.8.3 (ETag).
    """
    if not version or is_volatile(request.query):
        return None
    parts = (
        __version__,
        version,
        request.query,
        _names(request.formats),
        request.base_iri or "",
        "\n".join(request.default_graph_iris),
        "\n".join(request.named_graph_iris),
        "history" if request.is_about_history else "",
    )
    return mark_of(version) + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache(maxsize=512)
def _names(formats: tuple[Format, ...]) -> str:
    return " ".join(wanted.name for wanted in formats)


def entity_tag(opaque: str, coding: str = "") -> str:
    """The value of ``ETag``; each content coding has its own."""
    return f'"{opaque}-{coding}"' if coding else f'"{opaque}"'


def of_number(opaque: str, number: int) -> str:
    """
    *opaque*, or another name where the answer is of data with another *number* than those it was named for.

    A write may come between the naming and the answer: the same name would be given to two answers, and who changes
    what the answer says, if the data are still those, would be told that they are not.
    """
    if not number or number_of(opaque) == number:
        return opaque
    return numbered(hashlib.sha256(opaque.encode()).hexdigest()[:32], number)


def is_known(if_none_match: str | None, opaque: str) -> str | None:
    """
    The entity tag among those of ``If-None-Match`` that is this answer in some content coding, or None.

    ``*`` is no answer that a client could have: whether there is one at all is only known when it is made.

    Spec: RFC 9110, section 13.1.2 (If-None-Match), by weak comparison.
    """
    if not if_none_match:
        return None
    for given in if_none_match.split(","):
        tag = given.strip().removeprefix("W/")
        if tag.strip('"').partition("-")[0] == opaque and tag.startswith('"'):
            return tag
    return None


def expected_numbers(if_match: str | None) -> tuple[int, ...]:
    """
    The numbers of the data that the entity tags of ``If-Match`` are of; empty when the client expects nothing.

    A tag is one that this server gave for any answer, or the number alone: ``"7"``. One that names no number, and a
    weak one, fit no data: -1 stands for them.

    Spec: RFC 9110, section 13.1.1 (If-Match), by strong comparison.
    """
    if if_match is None or if_match.strip() == "*":
        return ()
    return tuple(_number(tag.strip()) for tag in if_match.split(","))


def is_of_state(if_match: str, state: str) -> bool:
    """
    Whether a tag of ``If-Match`` was given for an answer from the data in this state; a weak one is no such tag.

    Spec: RFC 9110, section 13.1.1 (If-Match), by strong comparison.
    """
    return any(tag.strip().startswith(f'"{mark_of(state)}') for tag in if_match.split(","))


def _number(tag: str) -> int:
    if not (tag.startswith('"') and tag.endswith('"')):
        return -1
    opaque = tag.strip('"')
    return int(opaque) if opaque.isdecimal() and len(opaque) < _MOST_DIGITS else number_of(opaque) or -1
