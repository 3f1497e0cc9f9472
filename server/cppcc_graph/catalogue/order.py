"""The order in which documents are written."""

from collections.abc import Iterable

from cppcc_graph.terms import Term, Triple


def by_subject(triples: Iterable[Triple]) -> list[Triple]:
    """What is said of the first subject, then of the next one that occurs, so that Turtle names each once."""
    found: dict[Term, list[Triple]] = {}
    for triple in triples:
        found.setdefault(triple.subject, []).append(triple)
    return [triple for said in found.values() for triple in said]
