"""A thing as schema.org sees it, for programs that read pages."""

from collections.abc import Sequence

from markupsafe import Markup

from cppcc_graph.catalogue import Json
from cppcc_graph.describe import Entity, Figure, InSchemaOrg
from cppcc_graph.terms import SCHEMA, Literal, NamedNode, Term
from cppcc_graph.web.data_block import data_block
from cppcc_graph.web.i18n import language

_MOST_FIGURES = 50


def structured(entity: Entity, known: InSchemaOrg) -> Markup:
    """
    The script element with what schema.org can say of *entity*.

    Nothing has to be fetched to read it: the context names the vocabulary and no document.
    """
    document: dict[str, Json] = {
        "@context": {"@vocab": SCHEMA.iri},
        "@id": entity.iri,
        "@type": [*known.types] or ["Thing"],
        "url": entity.iri,
    }
    if entity.label:
        document["name"] = _text(entity.label, language())
    if entity.description:
        document["description"] = _text(entity.description, language())
    if entity.aliases:
        document["alternateName"] = [_text(alias.value, alias.language) for alias in entity.aliases]
    for name, values in _grouped(known.values).items():
        document.setdefault(name, values)
    own = [figure for figure in entity.figures if figure.body is not None and figure.body.iri == entity.iri]
    if own:
        document["@reverse"] = {"observationAbout": [_observation(figure) for figure in own[:_MOST_FIGURES]]}
    return data_block(document)


def _observation(figure: Figure) -> Json:
    """Its number stands in its name, together with what bounds it."""
    told: dict[str, Json] = {"@type": "Observation", "@id": figure.figure.iri}
    told["measuredProperty"] = {"@id": figure.indicator.iri}
    if figure.figure.label:
        told["name"] = _text(figure.figure.label, language())
    return told


def _grouped(values: Sequence[tuple[str, Term]]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for name, term in values:
        if isinstance(term, NamedNode):
            found.setdefault(name, []).append({"@id": term.value})
        elif isinstance(term, Literal):
            found.setdefault(name, []).append(_text(term.value, term.language))
    return found


def _text(value: str, tag: str | None) -> Json:
    return {"@value": value, "@language": tag} if tag else value
