"""The templates of an update, filled in by the engine in a scratch store for the solutions that it found."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyoxigraph

from cppcc_graph.errors import UpdateFailed
from cppcc_graph.phrases import mark
from cppcc_graph.terms import BlankNode, Literal, NamedNode, Quad, Term

_BATCH = 5_000
_STAND_IN = "urn:x-cppcc-graph:blank-node:"

Row = Sequence[Term | None]


def filled_in(
    template: str, variables: Sequence[str], rows: Iterable[Row], *, prologue: str, base_iri: str | None
) -> list[Quad]:
    """
    The quads of *template*, each once, with the engine's spelling of terms; blank nodes of solutions stay themselves.

    Args:
        template: Braces, and triples and GRAPH blocks in them.
        variables: Names of its variables.
        rows: A term for each variable, or None where it is unbound; then the triples with it are left out.
        prologue: The declarations that it needs.
        base_iri: Against which relative IRIs are resolved, or None.

    Raises:
        UpdateFailed: a solution binds a triple.

    Spec: SPARQL 1.1 Update, section 3.1.3 (DELETE/INSERT).
    """
    scratch = pyoxigraph.Store()
    head = f"{prologue}\nINSERT {template} WHERE {{"
    names = " ".join(f"?{name}" for name in variables)
    for batch in _batches(rows):
        lines = "\n".join(f"({' '.join(map(_written, row))})" for row in batch)
        values = f"VALUES ({names}) {{\n{lines}\n}}" if variables else ""
        scratch.update(f"{head} {values} }}", base_iri=base_iri)
    return [_restored(quad) for quad in scratch]


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _written(term: Term | None) -> str:
    """A blank node cannot stand in VALUES, so an IRI takes its place for a moment."""
    if term is None:
        return "UNDEF"
    if isinstance(term, BlankNode):
        return f"<{_STAND_IN}{term.value}>"
    if not isinstance(term, NamedNode | Literal):
        raise UpdateFailed(mark("a solution binds a triple, which this store does not write"))
    return str(term)


def _restored(quad: Quad) -> Quad:
    subject, value = _blank(quad.subject), _blank(quad.object)
    return Quad(subject or quad.subject, quad.predicate, value or quad.object, quad.graph_name)


def _blank(term: object) -> BlankNode | None:
    """The blank node for which *term* stands in, if it does."""
    if isinstance(term, NamedNode) and term.value.startswith(_STAND_IN):
        return BlankNode(term.value.removeprefix(_STAND_IN))
    return None
