"""Reading rows of our own queries, whose variables are bound to the kind of term that their query says."""

from cppcc_graph.describe.things import Named
from cppcc_graph.terms import Literal, NamedNode, Solution, Term


def named_in(row: Solution, name: str, label: str | None = None) -> Named:
    """What the row binds to *name*, with the name that it binds to *label* (by default ``<name>Label``)."""
    return Named(iri=iri_in(row, name), label=text_in(row, label or f"{name}Label"))


def iri_in(row: Solution, name: str) -> str:
    """The IRI bound to *name*; empty when there is none."""
    value = row[name]
    return value.value if isinstance(value, NamedNode) else ""


def text_in(row: Solution, name: str) -> str | None:
    """The lexical form bound to *name*, or None when no literal is."""
    value = row[name]
    return value.value if isinstance(value, Literal) else None


def number_in(row: Solution, name: str) -> int:
    """The whole number bound to *name*; 0 when there is none."""
    return int(text_in(row, name) or 0)


def language_of(term: Term | None) -> str | None:
    """The language tag of a literal; None for everything else."""
    return term.language if isinstance(term, Literal) else None
