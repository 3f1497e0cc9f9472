"""
What could stand at a place of a query, found by trying.

The engine reports what it expected as its grammar's rules see it: of several keywords only the longest, of names only
character classes. So each candidate is put at the place, and the engine reads on: if it gets past the candidate and the
wide gap behind it, the candidate fits. Every text tried ends in a character that no query holds, so none is evaluated.
"""

import re

import pyoxigraph

from cppcc_graph.phrases import mark

GAP = " " * 40
_END = "\n\x01"  # the line feed, because a comment may be open where the engine reads "less than" for an IRI
_REACHED = re.compile(r"error at (\d+):(\d+)")

_OPERATORS = ("*", "=", "!=", "<", ">", "&&", "||", "+", "-", "/", "|", "^")
PLACEHOLDERS = (mark('"text"'), mark("number"), mark("whole number"), mark("function(…)"), mark("?variable"))
"""What stands for many things and is said in the reader's language; the rest is SPARQL."""
# What is shown, and what is tried where that differs; the most telling first.
_CANDIDATES: tuple[tuple[str, str], ...] = (
    *((sign, sign) for sign in ("{", "}", "(", ")", "[", "]", ".", ";", ",")),
    *(("?variable", "?variable"), ("<IRI>", "<x:x>"), ('"text"', '"text"')),
    *(("number", "1.5"), ("whole number", "1"), ("prefix:", "e:")),
    *((word, word) for word in ("a", "AS", "BY", "EXISTS", "NOT", "IN", "WHERE", "FROM", "SELECT", "ASK")),
    *((word, word) for word in ("CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "DISTINCT", "ASC", "DESC")),
    *((word, word) for word in ("OPTIONAL", "FILTER", "UNION", "MINUS", "BIND", "VALUES", "GRAPH", "UNDEF")),
    *((word, word) for word in ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "SEPARATOR")),
    *((word, word) for word in ("INSERT", "DELETE", "DATA", "INTO", "TO", "ALL", "DEFAULT", "NAMED", "USING")),
    ("function(…)", "STR"),
    *((sign, sign) for sign in _OPERATORS),
)


def expected(before: str, *, base_iri: str | None, is_update: bool = False) -> tuple[str, ...]:
    """
    What can follow *before*, the beginning of a query (or of an update); empty when that is wrong in itself.

    Some sixty operators, words and kinds of terms are tried, in 1 ms for a short text and in proportion for others. The
    operators are left out where anything else fits, because an expression could go on with one almost anywhere.
    """
    fitting = [shown for shown, tried in _CANDIDATES if _fits(before, tried, base_iri=base_iri, is_update=is_update)]
    if "number" in fitting:
        fitting.remove("whole number")
    is_all = "*" in fitting and "=" not in fitting
    others = [shown for shown in fitting if shown not in _OPERATORS or (shown == "*" and is_all)]
    return tuple(others or fitting)


def complaint(text: str, *, base_iri: str | None, is_update: bool = False) -> tuple[int, str]:
    """The offset that the engine reaches in *text*, and what it says; the text is never evaluated."""
    scratch = pyoxigraph.Store()
    ask = scratch.update if is_update else scratch.query
    tried = text + GAP + _END
    try:
        ask(tried, base_iri=base_iri)
    except (SyntaxError, ValueError) as error:
        return reached(tried, str(error)), str(error)
    return len(tried), ""  # never, as far as anybody knows


def reached(text: str, said: str) -> int:
    """The 0-based offset in *text* at which the engine stopped, by what it *said*; 0 when it did not say."""
    match = _REACHED.match(said)
    if match is None:
        return 0
    return sum(len(passed) + 1 for passed in text.split("\n")[: int(match[1]) - 1]) + int(match[2]) - 1


def _fits(before: str, candidate: str, *, base_iri: str | None, is_update: bool) -> bool:
    text = f"{before}{GAP}{candidate}"
    end, _words = complaint(text, base_iri=base_iri, is_update=is_update)
    return end >= len(text) + len(GAP)
