"""A document and the terms that it defines."""

from itertools import groupby

from cppcc_graph.describe.entity import describe
from cppcc_graph.describe.rows import named_in, text_in
from cppcc_graph.describe.things import DefinedTerm, Vocabulary
from cppcc_graph.errors import UnknownEntity
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import Literal, Triple


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
    A document and its terms as a graph.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: nothing is known about the document.
    """
    triples = store.construct(query("vocabulary-document"), iri=named(iri))
    if not triples:
        raise UnknownEntity(iri)
    return triples
