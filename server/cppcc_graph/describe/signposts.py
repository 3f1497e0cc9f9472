"""What leads a client that reads no RDF: classes, licence, authors, and what a thing is a part of."""

from collections.abc import Sequence
from dataclasses import dataclass

from cppcc_graph.describe.rows import iri_in, text_in
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Signposts:
    """
    IRIs that stand in certain relations to a thing, each list ordered; any may be empty.

    Attributes:
        types: Its classes.
        licences: Under which it is published, itself or with the report that states it.
        authors: Who wrote it.
        collections: Reports that state it.
    """

    types: Sequence[str]
    licences: Sequence[str]
    authors: Sequence[str]
    collections: Sequence[str]


def signposts(store: Store, iri: str) -> Signposts:
    """
    The signposts of the thing called *iri*.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
    """
    targets: dict[str, list[str]] = {}
    for row in store.select(query("signposts"), iri=named(iri)):
        if target := iri_in(row, "target"):
            targets.setdefault(text_in(row, "role") or "", []).append(target)
    return Signposts(
        types=targets.get("type", []),
        licences=targets.get("license", []),
        authors=targets.get("author", []),
        collections=targets.get("collection", []),
    )
