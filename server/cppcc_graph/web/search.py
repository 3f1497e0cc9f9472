"""Things found by words: a page, JSON for programs, and suggestions while somebody types."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.formats import Format, ResultForm
from cppcc_graph.search import MAX_LIMIT, Found, Hit, Wanted, search, suggest
from cppcc_graph.store.base import Answer
from cppcc_graph.web.answering import kept, kept_page, opaque_of
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.labels import names_of
from cppcc_graph.web.links import href_of, root, short_name
from cppcc_graph.web.parts import Link
from cppcc_graph.web.search_parts import Facet, HitView, SearchPage, Stretch
from cppcc_graph.web.served import store
from cppcc_graph.web.wanted import HTML, wanted

blueprint = Blueprint("search", __name__)

JSON_DOCUMENT = Format(name="json", label="JSON", media_type="application/json", extension="json", holds=frozenset())
Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
_PAGE_HITS = 20
_MAX_PAGE = 500
_SUGGESTIONS = 10
_MAX_TYPES = 20


@blueprint.route("/search")
def show() -> Response:
    """Things found by the words ``?q=``, twenty at a time, those of a class where ``&type=`` names one."""
    words, types, page = request.args.get("q", ""), _types(), _page()
    chosen = wanted((JSON_DOCUMENT,))[0]
    asked = Wanted(words=words, language=language(), types=types, limit=_PAGE_HITS, offset=(page - 1) * _PAGE_HITS)
    opaque = _opaque(chosen)
    if chosen == HTML:
        response = kept_page(opaque, lambda: _shown(asked, search(store(), asked), page))
    else:
        response = json_answer(opaque, lambda: _told(asked, search(store(), asked), page))
    response.headers["Link"] = f'<{_address(page, format="json")}>; rel="alternate"; type="application/json"'
    return response


@blueprint.route("/suggest/entity")
def suggest_entity() -> Response:
    """
    Things whose names fit the unfinished words ``?prefix=``, as the reconciliation services have it.

    Spec: Reconciliation Service API 0.2, section 6 (suggest services).
    """
    asked = Wanted(
        words=request.args.get("prefix", ""),
        language=language(),
        types=_types(),
        limit=number_of("limit", _SUGGESTIONS, most=MAX_LIMIT),
        offset=number_of("cursor", 0, most=_MAX_PAGE * _PAGE_HITS),
    )
    return json_answer(_opaque(""), lambda: {"result": [suggestion(hit) for hit in suggest(store(), asked)]})


def json_answer(opaque: str | None, make: Callable[[], Json]) -> Response:
    """A JSON document, or nothing for a client that has it; without *opaque* it may be another each time."""

    def made() -> Answer:
        body = json.dumps(make(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return Answer(form=ResultForm.GRAPH, format=JSON_DOCUMENT, body=body, n_rows=None)

    return kept(opaque, made)


def number_of(name: str, otherwise: int, *, most: int) -> int:
    """
    A whole number in the address.

    Raises:
        BadRequest: it is none, or above *most*.
    """
    written = request.args.get(name)
    if written is None:
        return otherwise
    if not (written.isascii() and written.isdecimal() and len(written) < 10 and int(written) <= most):
        raise BadRequest(_("“%(name)s” is a number, %(most)s at most.", name=name, most=most))
    return int(written)


def _types() -> tuple[str, ...]:
    types = tuple(dict.fromkeys(kind for kind in request.args.getlist("type") if kind))
    if len(types) > _MAX_TYPES:
        raise BadRequest(_("At most %(most)s classes can be asked for at once.", most=_MAX_TYPES))
    return types


def _page() -> int:
    return max(1, number_of("page", 1, most=_MAX_PAGE))


def _opaque(chosen: str) -> str | None:
    state = store().state()
    return opaque_of(request.full_path, language(), chosen, state) if state else None


def _address(page: int, **changed: str) -> str:
    """The same search, on another page or otherwise changed; an empty value leaves something out."""
    kept_part = {"q": request.args.get("q", ""), "type": list(_types()), "page": str(page) if page > 1 else ""}
    parts = {name: value for name, value in {**kept_part, **changed}.items() if value}
    return f"{root()}/search?{urlencode(parts, doseq=True)}"


def _told(asked: Wanted, found: Found, page: int) -> Json:
    """The JSON document: what stands on the page."""
    names = names_of([*(kind for hit in found.hits for kind in hit.types), *(kind for kind, _n in found.facets)])
    return {
        "query": asked.words,
        "types": list(asked.types),
        "page": page,
        "total": found.n_hits,
        "more": found.is_more,
        "hits": [_hit(hit, names) for hit in found.hits],
        "facets": [{"id": kind, "name": names.get(kind, short_name(kind)), "count": n} for kind, n in found.facets],
    }


def _hit(hit: Hit, names: Mapping[str, str]) -> Json:
    return {
        "id": hit.iri,
        "name": hit.label,
        "description": hit.description,
        "type": [{"id": kind, "name": names.get(kind, short_name(kind))} for kind in hit.types],
        "score": hit.score,
        "match": {"text": hit.matched, "ranges": [list(place) for place in hit.ranges]},
    }


def suggestion(hit: Hit) -> Json:
    """A thing to choose. Spec: Reconciliation Service API 0.2, section 6 (suggest services)."""
    told = {"id": hit.iri, "name": hit.label}
    return {**told, "description": hit.description} if hit.description else told


def _shown(asked: Wanted, found: Found, page: int) -> SearchPage:
    names = names_of([*(kind for hit in found.hits for kind in hit.types), *(kind for kind, _n in found.facets)])
    is_last = page * _PAGE_HITS >= found.n_hits or page == _MAX_PAGE
    return SearchPage(
        words=asked.words,
        kind=asked.types[0] if asked.types else "",
        n_hits=found.n_hits,
        is_more=found.is_more,
        hits=[_hit_view(hit, names) for hit in found.hits],
        facets=[
            Facet(
                kind=Link(text=names.get(kind, short_name(kind)), href=_address(1, type=kind), title=kind),
                n=n,
                is_chosen=kind in asked.types,
            )
            for kind, n in found.facets
        ],
        everything=Link(text=_("all"), href=_address(1, type="")) if asked.types else None,
        earlier=Link(text=_("Previous page"), href=_address(page - 1)) if page > 1 else None,
        later=None if is_last else Link(text=_("Next page"), href=_address(page + 1)),
        formats=[Link(text="JSON", href=_address(page, format="json"), title=JSON_DOCUMENT.media_type)],
    )


def _hit_view(hit: Hit, names: Mapping[str, str]) -> HitView:
    return HitView(
        thing=Link(text=hit.label, href=href_of(hit.iri), title=hit.iri),
        types=[Link(text=names.get(kind, short_name(kind)), href=href_of(kind), title=kind) for kind in hit.types],
        description=hit.description,
        matched=list(_stretches(hit)),
    )


def _stretches(hit: Hit) -> Iterator[Stretch]:
    at = 0
    for start, end in hit.ranges:
        if start > at:
            yield Stretch(text=hit.matched[at:start], is_match=False)
        yield Stretch(text=hit.matched[start:end], is_match=True)
        at = end
    if at < len(hit.matched):
        yield Stretch(text=hit.matched[at:], is_match=False)
