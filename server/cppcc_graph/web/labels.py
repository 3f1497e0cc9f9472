"""Names of many things at once, for pages that list them."""

from collections.abc import Iterable, Mapping
from itertools import islice

from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import RDFS, SKOS, Literal, NamedNode, Quad, Term
from cppcc_graph.terms import shorten as short_datatype
from cppcc_graph.web.entity_pages import PLAIN
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import href_of, short_name
from cppcc_graph.web.parts import Link
from cppcc_graph.web.served import store

_MOST_ASKED = 4_000
_NAMES = f"SELECT ?thing ?label {{ VALUES ?thing {{ %s }} ?thing {RDFS.label}|{SKOS.prefLabel} ?label FILTER(%s) }}"
_NAMING = (RDFS.label, SKOS.prefLabel)


def names_in(quads: Iterable[Quad], patch: Patch) -> Mapping[NamedNode, str]:
    """
    The names of what occurs in *quads*, in the reader's language: as they are now, else as *patch* tells them.

    Things without a name are not among them.
    """
    things = dict.fromkeys(node for quad in quads for node in _nodes(quad))
    spoken = language()
    told = {
        quad.subject: quad.object.value
        for quad in (*patch.removed, *patch.added)
        if quad.predicate in _NAMING and isinstance(quad.object, Literal) and quad.object.language == spoken
    }
    values = " ".join(str(node) for node in islice(things, _MOST_ASKED))
    rows = store().select(_NAMES % (values, f'LANG(?label) = "{spoken}"')) if values else []
    known = {row["thing"]: row["label"] for row in rows}
    return {node: text for node in things if (text := _text(known.get(node)) or told.get(node))}


def shown(term: Term, names: Mapping[NamedNode, str]) -> Link:
    """A term by its name, if it has one, and where it leads."""
    if isinstance(term, NamedNode):
        return Link(text=names.get(term) or short_name(term.value), href=href_of(term.value), title=term.value)
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
