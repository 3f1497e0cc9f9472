"""Vocabularies turned into what their pages show: an ontology as its own documentation."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from cppcc_graph.describe import DefinedTerm, Named, Property, Vocabulary
from cppcc_graph.phrases import mark
from cppcc_graph.terms import OWL, RDFS, SCHEMA, SH, SKOS, Literal, NamedNode, Term
from cppcc_graph.web.diagram import link_diagram
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import short_name
from cppcc_graph.web.pages import VocabularyPage
from cppcc_graph.web.parts import Link, PastView
from cppcc_graph.web.thing_parts import PropertyView, TermView, UsesView, ValueView
from cppcc_graph.web.thing_views import format_links, link_to

_HEADS: Mapping[NamedNode, str] = {
    SKOS.example: mark("Example"),
    SKOS.scopeNote: mark("Note"),
    SKOS.notation: mark("Written"),
    SKOS.broader: mark("Part of"),
    RDFS.subClassOf: mark("Is a"),
    RDFS.subPropertyOf: mark("Implies"),
    SCHEMA.domainIncludes: mark("From"),
    SCHEMA.rangeIncludes: mark("To"),
    OWL.inverseOf: mark("The other way round"),
    OWL.disjointWith: mark("Never the same as"),
    OWL.propertyDisjointWith: mark("Never together with"),
    SH.message: mark("What to do"),
    SH.targetClass: mark("Judges"),
    SH.path: mark("Along"),
    SH.targetSubjectsOf: mark("Judges what has"),
    SH.targetObjectsOf: mark("Judges the values of"),
}


def vocabulary_page(vocabulary: Vocabulary, *, path: str, past: PastView | None = None) -> VocabularyPage:
    """The page about a document and its terms that is described at *path*, or was in the *past*."""
    document = vocabulary.document
    return VocabularyPage(
        iri=document.iri,
        label=document.label or short_name(document.iri),
        description=document.description,
        terms=[_term(term, is_used=vocabulary.is_used) for term in vocabulary.terms],
        formats=format_links(path),
        past=past,
    )


def _term(term: DefinedTerm, *, is_used: bool) -> TermView:
    iri = term.term.iri
    anchor = iri.partition("#")[2]
    name = term.term.label or short_name(iri)
    return TermView(
        anchor=anchor,
        term=Link(text=name, href=f"#{anchor}", title=iri),
        short_name=short_name(iri),
        types=[link_to(kind) for kind in term.types],
        definition=term.definition,
        details=[_details(known) for known in term.details],
        diagram=_diagram(name, {known.predicate.iri: known for known in term.details}),
        uses=_uses(term) if is_used else None,
    )


def _uses(term: DefinedTerm) -> UsesView:
    return UsesView(
        n=term.n_uses,
        everything=_all_uses(term.term.iri),
        examples=[link_to(thing) for thing in term.used_by],
        shapes=[link_to(shape) for shape in term.shapes],
    )


def _details(known: Property) -> PropertyView:
    head = _HEADS.get(NamedNode(known.predicate.iri))
    values = [ValueView(value=_value(value.term, value.label)) for value in known.values]
    predicate = Link(text=_(head) if head else short_name(known.predicate.iri), title=known.predicate.iri)
    return PropertyView(predicate=predicate, values=values, n_values=known.n_values)


def _value(term: Term, label: str | None) -> Link:
    if isinstance(term, NamedNode):
        return link_to(Named(iri=term.value, label=label))
    if isinstance(term, Literal):
        return Link(text=term.value, language=term.language)
    return Link(text=str(term))


def _diagram(name: str, details: Mapping[str, Property]) -> Markup:
    """What a property links, or what a class is one of."""
    above = list(_ends(details, RDFS.subClassOf))
    if above:
        return link_diagram([name], _("is a"), above)
    return link_diagram(list(_ends(details, SCHEMA.domainIncludes)), name, list(_ends(details, SCHEMA.rangeIncludes)))


def _ends(details: Mapping[str, Property], predicate: NamedNode) -> Iterator[str]:
    known = details.get(predicate.value)
    for value in known.values if known is not None else ():
        if isinstance(value.term, NamedNode):
            yield value.label or short_name(value.term.value)


def _all_uses(iri: str) -> str:
    """The query page with everything that says something with the term *iri*."""
    text = (
        "SELECT ?subject ?predicate ?object WHERE {\n"
        f"  ?subject ?predicate ?object\n  FILTER(<{iri}> IN (?subject, ?predicate, ?object))\n}}\nLIMIT 100"
    )
    return f"{url_for('sparql.endpoint')}?{urlencode({'query': text})}"
