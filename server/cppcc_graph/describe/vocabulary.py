"""A document and the terms that it defines."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from cppcc_graph.describe.entity import describe
from cppcc_graph.describe.rows import named_in, text_in
from cppcc_graph.describe.things import DefinedTerm, Vocabulary
from cppcc_graph.errors import UnknownEntity
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import BlankNode, Literal, NamedNode, Triple


def describe_vocabulary(store: Store, iri: str, *, language: str) -> Vocabulary:
    """
    A document and the terms that it defines.

    Args:
        store: Where to look.
        iri: Absolute IRI of the document, without ``#``.
        language: Tag of the language in which names are given.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: nothing is known about the document.
    """
    rows = store.select(query("vocabulary-terms"), namespace=Literal(f"{iri}#"), language=Literal(language))
    terms = []
    for _term, group in groupby(rows, key=lambda row: row["term"]):
        same = list(group)
        terms.append(
            DefinedTerm(
                term=named_in(same[0], "term", "label"),
                definition=text_in(same[0], "definition") or "",
                types=list(dict.fromkeys(named_in(row, "type") for row in same)),
            )
        )
    return Vocabulary(document=describe(store, iri, language=language), terms=terms)


def vocabulary_document(store: Store, iri: str) -> list[Triple]:
    """
    A document and its terms as a graph, with the nodes without a name that they lead to: paths, lists, restrictions.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: nothing is known about the document.
    """
    triples = store.construct(query("vocabulary-document"), iri=named(iri))
    told = [triple for triple in triples if isinstance(triple.subject, NamedNode)]
    if not told:
        raise UnknownEntity(iri)
    return [*told, *_nameless(triples, told)]


def _nameless(triples: Iterable[Triple], told: Iterable[Triple]) -> Iterator[Triple]:
    """Of *triples*, those about blank nodes that *told* leads to, by way of others or not."""
    about: dict[BlankNode, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, BlankNode):
            about.setdefault(triple.subject, []).append(triple)
    waiting = list(told)
    while waiting:
        end = waiting.pop().object
        found = about.pop(end, []) if isinstance(end, BlankNode) else []
        waiting += found
        yield from found
