"""Whether a query looks like a lookup: a guess that only decides in which line it waits."""

import re

_LONGEST = 2_000
_PROLOGUE = re.compile(
    r"(?:\s++|#[^\n]*+|prefix\s++[^\s<]*+\s*+<[^>]*+>|base\s*+<[^>]*+>)*+", re.IGNORECASE
)  # possessive throughout, so linear
_IRI_OR_COMMENT = re.compile(r"<[^>\n]*+>|#[^\n]*+")
_COSTLY = re.compile(
    r"group|order|count|sum|avg|sample|distinct|reduced|optional|union|minus|exists|regex|contains|service|graph|from"
    r"|values|bind|offset|[*+|]|\)\s*+/",
    re.IGNORECASE,
)
_CONSTANT = r"(?:<>|[\w.-]*+:[\w.-]++|\"|')"
_BOUND = re.compile(rf"\{{\s*+(?:{_CONSTANT}|\?\w++\s++\S++\s++{_CONSTANT})")


def looks_like_a_lookup(query: str) -> bool:
    """
    Whether it is short, begins with a triple pattern that names its subject or object, and has no costly word.

    A query that looks so and is none has no more time than a lookup needs while others wait.
    """
    if len(query) > _LONGEST:
        return False
    start = _PROLOGUE.match(query)
    body = _IRI_OR_COMMENT.sub("<>", query[start.end() :] if start else query)
    return _BOUND.search(body) is not None and _COSTLY.search(body) is None
