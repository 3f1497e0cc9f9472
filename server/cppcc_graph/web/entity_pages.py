"""Descriptions turned into what their pages show."""

from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from cppcc_graph.describe import (
    Entity,
    Named,
    Property,
    Span,
    Value,
    in_schema_org,
    size_of_graph,
)
from cppcc_graph.store.base import Store
from cppcc_graph.terms import XSD, Literal, NamedNode
from cppcc_graph.terms import shorten as short_datatype
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import graph_path, href_of, root, short_name
from cppcc_graph.web.pages import EntityPage
from cppcc_graph.web.parts import Link, PastView
from cppcc_graph.web.quotes import quote
from cppcc_graph.web.served import settings
from cppcc_graph.web.structured import structured
from cppcc_graph.web.thing_parts import EvidenceView, PropertyView, ValueView
from cppcc_graph.web.thing_views import figure_view, format_links, link_to, standing_view

PLAIN = frozenset({XSD.string, XSD.integer, XSD.decimal, XSD.date, XSD.nonNegativeInteger})
"""Datatypes that go without saying."""


def entity_page(entity: Entity, *, of: Store, path: str, past: PastView | None = None) -> EntityPage:
    """The page about one thing of a store that is described at *path*, or was in the *past*."""
    return EntityPage(
        iri=entity.iri,
        label=entity.label or short_name(entity.iri),
        description=entity.description,
        aliases=[Link(text=alias.value, language=alias.language) for alias in entity.aliases],
        types=[link_to(kind) for kind in entity.types],
        standing=standing_view(entity.standing),
        figures=[figure_view(figure) for figure in entity.figures],
        evidence=[_evidence(span) for span in entity.evidence],
        outgoing=[_property(known, everything=None) for known in entity.outgoing],
        incoming=[_property(known, everything=_referrers(entity, known)) for known in entity.incoming],
        graph=_graph(entity.iri, of),
        data=structured(entity, in_schema_org(of, entity.iri)) if past is None else Markup(),
        formats=format_links(path),
        past=past,
    )


def graph_page(iri: str, *, of: Store, path: str) -> EntityPage:
    """The page about a graph of which nothing is said, at *path*."""
    return EntityPage(
        iri=iri,
        label=short_name(iri),
        description=_("A graph of the dataset."),
        aliases=[],
        types=[],
        standing=None,
        figures=[],
        evidence=[],
        outgoing=[],
        incoming=[],
        graph=_graph(iri, of),
        data=Markup(),
        formats=format_links(path),
        past=None,
    )


def _graph(iri: str, of: Store) -> Link | None:
    """The triples of the graph called *iri*, if there is one."""
    return Link(text=_("all its triples"), href=f"{root()}{graph_path(iri)}") if size_of_graph(of, iri) else None


def _property(known: Property, *, everything: str | None) -> PropertyView:
    return PropertyView(
        predicate=link_to(known.predicate),
        values=[_value(value) for value in known.values],
        n_values=known.n_values,
        everything=everything if known.n_values > len(known.values) else None,
    )


def _value(value: Value) -> ValueView:
    statement = Link(text="", href=href_of(value.statement_iri)) if value.statement_iri else None
    standing = standing_view(value.standing)
    if isinstance(value.term, NamedNode):
        named = Named(iri=value.term.value, label=value.label)
        return ValueView(value=link_to(named), statement=statement, standing=standing)
    if isinstance(value.term, Literal):
        says_more = value.term.language is None and value.term.datatype not in PLAIN
        return ValueView(
            value=Link(text=value.term.value, language=value.term.language),
            datatype=short_datatype(value.term.datatype.value) if says_more else None,
            statement=statement,
            standing=standing,
        )
    return ValueView(value=Link(text=str(value.term)), statement=statement)


def _evidence(span: Span) -> EvidenceView:
    found = quote(span, settings().texts)
    return EvidenceView(
        span=Link(text=short_name(span.iri), href=href_of(span.iri)),
        exact=span.exact,
        before=found.before if found else None,
        marked=found.marked if found else None,
        after=found.after if found else None,
        start=span.start,
        end=span.end,
        line=span.line,
        is_basis=span.is_basis,
        report=link_to(span.report),
        published=span.source.published,
        sha256=span.source.sha256,
    )


def _referrers(entity: Entity, known: Property) -> str:
    """The query page with everything that refers to *entity* by one property."""
    return _query(f"SELECT ?thing ?label WHERE {{\n  ?thing <{known.predicate.iri}> <{entity.iri}>\n  {_LABEL}\n}}")


_LABEL = "OPTIONAL { ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?label }"


def _query(text: str) -> str:
    return f"{url_for('sparql.endpoint')}?{urlencode({'query': text})}"
