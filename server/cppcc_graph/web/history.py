"""
The versions of the data: who made each of them of the one before, why, and what came and went.

Spec: RFC 5829, section 3 (link relations between versions); RDF Patch for differences.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.errors import UnknownVersion
from cppcc_graph.formats import GRAPH_FORMATS, JSON_LD, N_QUADS, TRIG, Format, ResultForm, write_graph
from cppcc_graph.history import history_quads, outline
from cppcc_graph.store.base import Answer
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import MEDIA_TYPE, patch_text
from cppcc_graph.store.spool import Spool
from cppcc_graph.terms import DefaultGraph, Quad
from cppcc_graph.web.answering import kept, kept_page, opaque_of
from cppcc_graph.web.history_pages import PAGE_ENTRIES, difference_page, version_page, versions_page
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.journals import changes, followed, journal, n_between
from cppcc_graph.web.links import root
from cppcc_graph.web.pages import Page
from cppcc_graph.web.parts import Link
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("history", __name__)

PATCH = Format(name="patch", label="RDF Patch", media_type=MEDIA_TYPE, extension="rdfp", holds=frozenset())
_WITH_PATCH = (*GRAPH_FORMATS, PATCH)
_NAMING_GRAPHS = (TRIG, N_QUADS, JSON_LD)
_MIB = 1024 * 1024


@blueprint.route("/versions")
def index() -> Response:
    """The commits, the newest first, fifty at a time: those before the version ``?before=``."""
    known = journal()
    before = _before(known)
    rows = list(reversed(known.entries[max(0, before - 1 - PAGE_ENTRIES) : before - 1]))
    chosen = wanted(GRAPH_FORMATS)[0]
    formats = _formats(GRAPH_FORMATS)
    opaque = _opaque(known.last_hash, str(before), chosen, *_present(chosen, known.last_hash))
    if chosen == HTML:
        response = kept_page(opaque, lambda: versions_page(known, rows, formats))
    else:
        response = _graph(opaque, chosen, lambda: outline(rows))
    return _linked(response, known, formats)


@blueprint.route("/versions/<int:version>")
def one(version: int) -> Response:
    """A commit: who, when, how, why, and which graphs it changed."""
    known = _knowing(version)
    chosen = wanted(_WITH_PATCH)[0]
    if chosen == PATCH.name:
        return _linked(_patch(known, version - 1, version), known, (), version=version)
    formats = _formats(_WITH_PATCH)
    opaque = _opaque(known.entries[version - 1].hash, chosen, *_present(chosen, known.last_hash))
    if chosen == HTML:
        response = kept_page(opaque, lambda: version_page(known, version, formats))
    else:
        entries = known.entries[version - 1 : version]
        response = _graph(opaque, chosen, lambda: history_quads(entries, known.patch))
    return _linked(response, known, formats, version=version)


@blueprint.route("/versions/<int:before>..<int:after>")
def difference(before: int, after: int) -> Response:
    """What makes one version of another, which may be the earlier; 0 is the state before the first commit."""
    known = _knowing(before, after, first=0)
    chosen = wanted(_WITH_PATCH)[0]
    formats = _formats(_WITH_PATCH)
    if chosen == PATCH.name:
        response = _patch(known, before, after)
    elif chosen == HTML:
        opaque = _opaque(*_hashes(known, before, after), chosen, store().state()) if store().state() else None
        response = kept_page(opaque, lambda: _difference_page(known, before, after, formats))
    else:
        entries = known.entries[min(before, after) : max(before, after)]
        response = _graph(_opaque(*_hashes(known, before, after), chosen), chosen, lambda: outline(entries))
    return _linked(response, known, formats)


@blueprint.route("/history/<any(version, commit):kind>/<int:version>")
@blueprint.route("/history/<any(version, commit):kind>/<int:version>/<path:part>")
def named(kind: str, version: int, part: str = "") -> BaseResponse:  # noqa: ARG001  # names in the address
    """Where a version or a commit is described. Spec: RFC 9110, section 15.4.4 (303 See Other)."""
    return redirect(f"{root()}/versions" + (f"/{version}" if version else ""), HTTPStatus.SEE_OTHER)


@blueprint.route("/history/agent/<path:name>")
def agent(name: str) -> BaseResponse:  # noqa: ARG001  # the name is in the IRI, and the list tells who wrote what
    """Where it is told what was changed by whom. Spec: RFC 9110, section 15.4.4 (303 See Other)."""
    return redirect(f"{root()}/versions", HTTPStatus.SEE_OTHER)


def _before(known: Journal) -> int:
    asked = request.args.get("before")
    if asked is None:
        return known.version + 1
    if not (asked.isascii() and asked.isdecimal() and len(asked) < len(str(2**63)) and int(asked) > 0):
        raise BadRequest(_("“before” is the number of a version: its page shows the ones before it."))
    return min(int(asked), known.version + 1)


def _knowing(*versions: int, first: int = 1) -> Journal:
    """The journal, which has these versions."""
    known = journal()
    for version in versions:
        if not first <= version <= known.version:
            raise UnknownVersion(str(version), last=known.version)
    return known


def _hashes(known: Journal, *versions: int) -> list[str]:
    return [known.entries[version - 1].hash if version else "0" for version in versions]


def _present(chosen: str, last_hash: str) -> tuple[str, ...]:
    """What a page depends on besides its past: it leads to later versions, and to what is there now."""
    return (last_hash, str(store().number)) if chosen == HTML else ()


def _opaque(*parts: str) -> str:
    return opaque_of(request.full_path, language() if HTML in parts else "", *parts)


def _graph(opaque: str, chosen: str, quads: Callable[[], Iterable[Quad]]) -> Response:
    media = formats_of([chosen], GRAPH_FORMATS)[0]

    def made() -> Answer:
        found = quads()
        if media in _NAMING_GRAPHS:
            body = write_graph(found, media)
        else:
            body = write_graph((quad.triple for quad in _of_the_default_graph(found)), media)
        return Answer(form=ResultForm.GRAPH, format=media, body=body, n_rows=None)

    return kept(opaque, made)


def _of_the_default_graph(quads: Iterable[Quad]) -> Iterator[Quad]:
    return (quad for quad in quads if isinstance(quad.graph_name, DefaultGraph))


def _patch(known: Journal, before: int, after: int) -> Response:
    opaque = _opaque(*_hashes(known, before, after), PATCH.name)
    return kept(opaque, lambda: _single(known, after) if after == before + 1 else _composed(known, before, after))


def _single(known: Journal, version: int) -> Answer:
    """As it stands in the journal, whatever its length."""
    spool = Spool(settings().answer_mib * _MIB)
    for piece in known.patch_pieces(version):
        spool.write(piece)
    if spool.is_short:
        return Answer(form=ResultForm.GRAPH, format=PATCH, body=spool.body(), n_rows=None)
    return Answer(form=ResultForm.GRAPH, format=PATCH, body=b"", n_rows=None, file=spool.file(), n_bytes=spool.n_bytes)


def _composed(known: Journal, before: int, after: int) -> Answer:
    with followed().turn(n_between(known, before, after)):
        body = patch_text(changes(known, before, after))
    return Answer(form=ResultForm.GRAPH, format=PATCH, body=body, n_rows=None)


def _difference_page(known: Journal, before: int, after: int, formats: Sequence[Link]) -> Page:
    with followed().turn(n_between(known, before, after)):
        patch = changes(known, before, after)
        return difference_page(before, after, patch, formats=formats[:-1], patch_href=formats[-1].href or "")


def _formats(offered: Sequence[Format]) -> list[Link]:
    """The same in each format; `PATCH` is the last one where it is among them."""
    before = request.args.get("before")
    kept_part = f"before={int(before)}&" if before and before.isdecimal() else ""
    return [
        Link(text=each.label, href=f"{root()}{request.path}?{kept_part}format={each.name}", title=each.media_type)
        for each in offered
    ]


def _linked(response: Response, known: Journal, formats: Sequence[Link], *, version: int = 0) -> Response:
    """Spec: RFC 8288, section 3 (the Link header); RFC 5829, section 3."""
    links = [
        f'<{root()}/versions>; rel="version-history"',
        f'<{root()}/versions/{known.version}>; rel="latest-version"',
    ]
    if version > 1:
        links.append(f'<{root()}/versions/{version - 1}>; rel="predecessor-version"')
    if 0 < version < known.version:
        links.append(f'<{root()}/versions/{version + 1}>; rel="successor-version"')
    links += [f'<{form.href}>; rel="alternate"; type="{form.title}"' for form in formats]
    response.headers["Link"] = ", ".join(links)
    return response
