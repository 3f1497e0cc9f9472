"""Prefixes that a query uses without declaring them, and that everybody here knows."""

from itertools import pairwise

from cppcc_graph.guard.tokens import is_word, tokens_of
from cppcc_graph.terms import PREFIXES


def missing_declarations(query: str) -> str:
    """Declarations of prefixes of ours that *query* uses undeclared; on one line, so that lines keep their numbers."""
    tokens = tokens_of(query)
    declared = {name.text for word, name in pairwise(tokens) if is_word(word, "PREFIX")}
    used = {f"{token.text.partition(':')[0]}:" for token in tokens if token.kind == "name"}
    wanted = sorted(used - declared)
    return "".join(f"PREFIX {p} <{PREFIXES[p[:-1]]}> " for p in wanted if p[:-1] in PREFIXES)
