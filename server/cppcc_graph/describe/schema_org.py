"""One thing in the words of schema.org."""

from collections.abc import Sequence
from dataclasses import dataclass

from cppcc_graph.describe.rows import iri_in
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import RDF, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class InSchemaOrg:
    """
    What the alignments make of a thing.

    Attributes:
        types: Names of classes, without the namespace, ordered; may be empty.
        values: Names of properties, likewise, each with one value; ordered.
    """

    types: Sequence[str]
    values: Sequence[tuple[str, Term]]


def in_schema_org(store: Store, iri: str) -> InSchemaOrg:
    """What the thing called *iri* is to schema.org, by the classes and properties that ours are below of."""
    types: list[str] = []
    values: list[tuple[str, Term]] = []
    for row in store.select(query("describe-in-schema-org"), iri=named(iri)):
        term = row["object"]
        if row["role"] == RDF.type:
            types.append(_local(iri_in(row, "object")))
        elif term is not None:
            values.append((_local(iri_in(row, "role")), term))
    return InSchemaOrg(types=types, values=values)


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]
