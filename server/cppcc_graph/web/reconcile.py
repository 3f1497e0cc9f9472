"""
The reconciliation service: which things are meant by the names in a table, and what is known of them.

Spec: Reconciliation Service API 0.2, https://reconciliation-api.github.io/specs/0.2/
"""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from cppcc_graph import __version__
from cppcc_graph.describe import describe
from cppcc_graph.reconciliation import (
    Candidate,
    candidates,
    extended,
    proposed_properties,
    read_extension,
    read_queries,
)
from cppcc_graph.search import MAX_LIMIT, Wanted, suggest
from cppcc_graph.terms import BASE, OWL, RDF, RDFS
from cppcc_graph.web.headers import let_be_framed
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.labels import names_of
from cppcc_graph.web.links import href_of, root, short_name
from cppcc_graph.web.pages import render
from cppcc_graph.web.parts import Link
from cppcc_graph.web.search import Json, json_answer, number_of, suggestion
from cppcc_graph.web.search_parts import PreviewPage
from cppcc_graph.web.served import store

blueprint = Blueprint("reconcile", __name__)

_CLASSES = (OWL.Class.value, RDFS.Class.value)
_PROPERTIES = (OWL.ObjectProperty.value, OWL.DatatypeProperty.value, RDF.Property.value)
_SUGGESTED = {"type": _CLASSES, "property": _PROPERTIES}
_PREVIEW = (480, 240)
_USUAL = ("Committee", "DemocraticPartyCommittee", "Organisation")


@blueprint.route("/reconcile", methods=["GET", "POST"])
def service() -> Response:
    """What this service can do, the candidates for ``queries=``, or the values for ``extend=``."""
    given = request.form if request.method == "POST" else request.args
    if "queries" in given:
        return _answered(lambda: _results(given["queries"]))
    if "extend" in given:
        return _answered(lambda: _extension(given["extend"]))
    if request.method == "POST":
        raise BadRequest(_("Send “queries” or “extend” as a form field."))
    return _answered(_manifest)


@blueprint.route("/reconcile/properties")
def properties() -> Response:
    """What is said of the things of the class ``?type=``, to be asked for with ``extend=``."""
    kind, limit = request.args.get("type", ""), number_of("limit", MAX_LIMIT, most=MAX_LIMIT)
    found = proposed_properties(store(), kind, language=language(), limit=limit)
    told: dict[str, Json] = {"properties": [{"id": iri, "name": name} for iri, name in found], "limit": limit}
    return _answered(lambda: told | ({"type": kind} if kind else {}))


@blueprint.route("/suggest/<any(type, property):kind>")
def suggest_term(kind: str) -> Response:
    """Classes or properties whose names fit the unfinished words ``?prefix=``."""
    limit = number_of("limit", 10, most=MAX_LIMIT)
    offset = number_of("cursor", 0, most=MAX_LIMIT)
    words = request.args.get("prefix", "")
    asked = Wanted(words=words, language=language(), types=_SUGGESTED[kind], limit=limit, offset=offset)
    return _answered(lambda: {"result": [suggestion(hit) for hit in suggest(store(), asked)]})


@blueprint.route("/flyout/<any(entity, type, property):kind>")
def flyout(kind: str) -> Response:  # noqa: ARG001  # all are things with an IRI
    """A few words of HTML about the thing ``?id=``, for a tool tip."""
    page = _preview()
    return _answered(lambda: {"id": request.args["id"], "html": render_template("_flyout.html", page=page)})


@blueprint.route("/preview")
def preview() -> Response:
    """A small page about the thing ``?id=``, for frames of other sites; it runs nothing."""
    let_be_framed()
    return render(_preview())


def _preview() -> PreviewPage:
    iri = request.args.get("id", "")
    if not iri:
        raise BadRequest(_("Name a thing with “id”."))
    thing = describe(store(), iri, language=language(), max_values=0)
    return PreviewPage(
        thing=Link(text=thing.label or short_name(iri), href=href_of(iri), title=iri),
        types=[Link(text=kind.label or short_name(kind.iri), href=href_of(kind.iri)) for kind in thing.types],
        description=thing.description,
        aliases=[Link(text=alias.value, language=alias.language) for alias in thing.aliases],
    )


def _answered(make: Callable[[], Json]) -> Response:
    return json_answer(None, make)


def _manifest() -> Json:
    """Spec: section 3 (service manifest)."""
    here = request.host_url.rstrip("/") + root()
    return {
        "versions": ["0.2"],
        "name": _("CPPCC work reports (cppcc-graph)"),
        "identifierSpace": BASE,
        "schemaSpace": f"{BASE}ontology#",
        "documentation": f"{here}{url_for('search.show').removeprefix(root())}",
        "serviceVersion": __version__,
        "view": {"url": "{{id}}"},
        "defaultTypes": _named([f"{BASE}ontology#{name}" for name in _USUAL]),
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": _PREVIEW[0], "height": _PREVIEW[1]},
        "suggest": {
            kind: {
                "service_url": here,
                "service_path": f"/suggest/{kind}",
                "flyout_service_url": here,
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/reconcile/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": _("Most values"),
                    "type": "number",
                    "default": MAX_LIMIT,
                    "help_text": _("At most so many values of this property are given for each thing."),
                }
            ],
        },
    }


def _results(text: str) -> Json:
    """Spec: section 4.3 (reconciliation query responses)."""
    queries = read_queries(text)
    found = {key: candidates(store(), query, language=language()) for key, query in queries.items()}
    names = names_of(kind for known in found.values() for candidate in known for kind in candidate.types)
    return {key: {"result": [_candidate(candidate, names) for candidate in known]} for key, known in found.items()}


def _candidate(candidate: Candidate, names: Mapping[str, str]) -> Json:
    told: dict[str, Json] = {
        "id": candidate.iri,
        "name": candidate.name,
        "score": candidate.score,
        "match": candidate.is_certain,
        "features": [{"id": name, "value": value} for name, value in candidate.features.items()],
        "type": [{"id": kind, "name": names.get(kind, short_name(kind))} for kind in candidate.types],
    }
    return told | ({"description": candidate.description} if candidate.description else {})


def _extension(text: str) -> Json:
    """Spec: section 5.3 (data extension responses)."""
    found = extended(store(), read_extension(text), language=language())
    return {
        "meta": [{"id": iri, "name": name} for iri, name in found.properties],
        "rows": {thing: {iri: list(cells) for iri, cells in row.items()} for thing, row in found.rows.items()},
    }


def _named(iris: Sequence[str]) -> list[Json]:
    names = names_of(iris)
    return [{"id": iri, "name": names.get(iri, short_name(iri))} for iri in iris]
