"""Names of many things at once, for pages that list them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import RDFS, SKOS, Literal, NamedNode, Quad, Term
from cppcc_graph.terms import shorten as short_datatype
from cppcc_graph.web.entity_pages import PLAIN
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import href_of, is_elsewhere, short_name
from cppcc_graph.web.parts import Link
from cppcc_graph.web.served import store

_MOST_ASKED = 4_000
_NAMES = f"SELECT ?thing ?label {{ VALUES ?thing {{ %s }} ?thing {RDFS.label}|{SKOS.prefLabel} ?label FILTER(%s) }}"
_DESCRIBED = "SELECT ?thing { VALUES ?thing { %s } FILTER EXISTS { ?thing ?property ?value } }"
_NAMING = (RDFS.label, SKOS.prefLabel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """
    What is known now of things on a page.

    Attributes:
        names: In the reader's language, of those that have one.
        described: Those of which something is said; only they have a page.
    """

    names: Mapping[NamedNode, str]
    described: frozenset[Term | None]


def things_in(quads: Iterable[Quad], patch: Patch) -> Things:
    """What occurs in *quads*: named as it is now, else as *patch* tells."""
    things = dict.fromkeys(node for quad in quads for node in _nodes(quad))
    spoken = language()
    told = {
        quad.subject: quad.object.value
        for quad in (*patch.removed, *patch.added)
        if quad.predicate in _NAMING and isinstance(quad.object, Literal) and quad.object.language == spoken
    }
    values = " ".join(str(node) for node in islice(things, _MOST_ASKED))
    if not values:
        return Things(names={}, described=frozenset())
    known = {row["thing"]: row["label"] for row in store().select(_NAMES % (values, f'LANG(?label) = "{spoken}"'))}
    return Things(
        names={node: text for node in things if (text := _text(known.get(node)) or told.get(node))},
        described=frozenset(row["thing"] for row in store().select(_DESCRIBED % values)),
    )


def names_of(iris: Iterable[str]) -> dict[str, str]:
    """The name in the reader's language of each of these things that has one, by IRI."""
    values = " ".join(str(NamedNode(iri)) for iri in dict.fromkeys(iris))
    if not values:
        return {}
    rows = store().select(_NAMES % (values, f'LANG(?label) = "{language()}"'))
    return {thing.value: _text(row["label"]) for row in rows if isinstance(thing := row["thing"], NamedNode)}


def shown(term: Term, known: Things) -> Link:
    """A term by its name, if it has one, and where it leads."""
    if isinstance(term, NamedNode):
        href = href_of(term.value)
        leads_somewhere = href is not None and (is_elsewhere(href) or term in known.described)
        text = known.names.get(term) or short_name(term.value)
        return Link(text=text, href=href if leads_somewhere else None, title=term.value)
    if isinstance(term, Literal):
        return Link(text=term.value, language=term.language)
    return Link(text=str(term))


def datatype_of(term: Term) -> str | None:
    """The shortened datatype of a literal that is neither a plain text nor a common number or date."""
    if isinstance(term, Literal) and term.language is None and term.datatype not in PLAIN:
        return short_datatype(term.datatype.value)
    return None


def _nodes(quad: Quad) -> Iterable[NamedNode]:
    return (node for node in (quad.subject, quad.predicate, quad.object) if isinstance(node, NamedNode))


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""
