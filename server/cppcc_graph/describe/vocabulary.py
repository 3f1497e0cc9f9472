"""A document and the terms that it defines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from cppcc_graph.describe.entity import describe
from cppcc_graph.describe.rows import iri_in, named_in, number_in, text_in
from cppcc_graph.describe.things import DefinedTerm, Named, Property, Value, Vocabulary
from cppcc_graph.errors import UnknownEntity
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import RDFS, BlankNode, Literal, NamedNode, Solution, Triple

_NAMES = f"SELECT ?thing ?label {{ VALUES ?thing {{ %s }} ?thing {RDFS.label} ?label FILTER(LANG(?label) = %s) }}"


def describe_vocabulary(store: Store, iri: str, *, language: str, is_used: bool = True) -> Vocabulary:
    """
    A document and the terms that it defines.

    Args:
        store: Where to look.
        iri: Absolute IRI of the document, without ``#``.
        language: Tag of the language in which names are given.
        is_used: Whether uses in the data and shapes are looked for, too.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: nothing is known about the document.
    """
    namespace, tag = Literal(f"{iri}#"), Literal(language)
    rows = store.select(query("vocabulary-terms"), namespace=namespace, language=tag)
    details = _by_term(store.select(query("vocabulary-details"), namespace=namespace, language=tag))
    uses = _uses(store, f"{iri}#", language) if is_used else {}
    shapes = _by_term(store.select(query("vocabulary-shapes"), namespace=namespace, language=tag)) if is_used else {}
    terms = []
    for _term, group in groupby(rows, key=lambda row: row["term"]):
        same = list(group)
        term = named_in(same[0], "term", "label")
        n_uses, used_by = uses.get(term.iri, (0, []))
        terms.append(
            DefinedTerm(
                term=term,
                definition=text_in(same[0], "definition") or "",
                types=list(dict.fromkeys(named_in(row, "type") for row in same)),
                details=_properties(details.get(term.iri, [])),
                n_uses=n_uses,
                used_by=used_by,
                shapes=list(dict.fromkeys(_shape(row) for row in shapes.get(term.iri, []))),
            )
        )
    return Vocabulary(document=describe(store, iri, language=language), terms=terms, is_used=is_used)


def _by_term(rows: Iterable[Solution]) -> dict[str, list[Solution]]:
    found: dict[str, list[Solution]] = {}
    for row in rows:
        found.setdefault(iri_in(row, "term"), []).append(row)
    return found


def _properties(rows: Iterable[Solution]) -> list[Property]:
    properties = []
    for _property, group in groupby(rows, key=lambda row: row["property"]):
        same = list(group)
        values = [
            Value(term=value, label=text_in(row, "valueLabel"), statement_iri=None)
            for row in same
            if (value := row["value"]) is not None
        ]
        properties.append(Property(predicate=named_in(same[0], "property"), values=values, n_values=len(values)))
    return properties


def _shape(row: Solution) -> Named:
    number, label = text_in(row, "number"), text_in(row, "shapeLabel")
    return Named(iri=iri_in(row, "shape"), label=f"{number} {label}" if number and label else label)


def _uses(store: Store, namespace: str, language: str) -> Mapping[str, tuple[int, Sequence[Named]]]:
    """How often each used term is used, and one or two things that do; by the IRI of the term."""
    rows = [row for row in store.select(query("vocabulary-uses")) if iri_in(row, "term").startswith(namespace)]
    examples = {
        iri_in(row, "term"): list(dict.fromkeys((text_in(row, "first") or "", text_in(row, "last") or "")))
        for row in rows
    }
    labels = _names(store, {iri for pair in examples.values() for iri in pair}, language)
    return {
        iri_in(row, "term"): (
            number_in(row, "n"),
            [Named(iri=iri, label=labels.get(iri)) for iri in examples[iri_in(row, "term")]],
        )
        for row in rows
    }


def _names(store: Store, iris: Iterable[str], language: str) -> dict[str, str]:
    values = " ".join(str(named(iri)) for iri in sorted(iris))
    if not values:
        return {}
    rows = store.select(_NAMES % (values, Literal(language)))
    return {iri_in(row, "thing"): text_in(row, "label") or "" for row in rows}


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
