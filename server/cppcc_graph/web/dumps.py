"""
The whole dataset as one file, of one version, whatever is written meanwhile; in whole or in part.

Spec: RFC 9110, section 14 (Range Requests); RFC 9530, section 3 (Repr-Digest).
"""

import re
from base64 import b64encode

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.formats import CSV, JSON_LD, N_QUADS, TRIG, TURTLE
from cppcc_graph.packing import GZIP, PLAIN
from cppcc_graph.store.tables import TABLES
from cppcc_graph.web.conditional import REVALIDATE, entity_tag, is_known
from cppcc_graph.web.dump_files import Dump, DumpFile, dump_file, dump_files
from cppcc_graph.web.proposing import VERSION_HEADER

blueprint = Blueprint("dumps", __name__)

DUMPS = (
    Dump(name="all.nq", kind=PLAIN, media_type=N_QUADS.media_type, label=N_QUADS.label),
    Dump(
        name="all.nq.gz",
        kind=GZIP,
        media_type="application/gzip",
        label=f"{N_QUADS.label}, gzip",
        inner_type=N_QUADS.media_type,
    ),
    Dump(name="all.trig", kind=TRIG.name, media_type=TRIG.media_type, label=TRIG.label),
    Dump(name="all.ttl", kind=TURTLE.name, media_type=TURTLE.media_type, label=TURTLE.label),
    Dump(name="all.jsonld", kind=JSON_LD.name, media_type=JSON_LD.media_type, label=JSON_LD.label),
    Dump(
        name="tables.csv.zip",
        kind=TABLES,
        media_type="application/zip",
        label=f"{CSV.label}, CSVW, ZIP",
        inner_type=CSV.media_type,
        is_package=True,
    ),
)
"""
Every file that there is, each with a name that stays. Turtle holds the triples of all graphs, N-Quads, TriG and JSON-LD
the graphs too; the tables hold what is said of the commonest things.

Spec: RFC 6713 (application/gzip); https://www.iana.org/assignments/media-types/application/zip.
"""

_BY_NAME = {dump.name: dump for dump in DUMPS}
_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE)


@blueprint.route("/dumps")
@blueprint.route("/dumps/")
def index() -> BaseResponse:
    """Where the files are listed."""
    return redirect(url_for("catalogue.show", _anchor="files"), 303)


@blueprint.route("/dumps/SHA256SUMS")
def sums() -> Response:
    """The SHA-256 of each of the files, as `sha256sum --check` reads it."""
    lines = (f"{file.sha256}  {name}\n" for name, file in dump_files(DUMPS).items())
    return Response("".join(lines), mimetype="text/plain")


@blueprint.route("/dumps/<name>")
def show(name: str) -> Response:
    """The whole dataset as a file, or a part of its bytes; the catalogue lists the files."""
    dump = _BY_NAME.get(name)
    if dump is None:
        raise NotFound
    file = dump_file(dump)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": REVALIDATE,
        "ETag": entity_tag(file.opaque),
        **({VERSION_HEADER: str(file.number)} if file.number else {}),
    }
    if is_known(request.headers.get("If-None-Match"), file.opaque):
        unchanged = Response(status=304, headers=headers)
        del unchanged.headers["Content-Type"]
        return unchanged
    response = _part(file, headers["ETag"])
    response.headers.update(headers)
    is_text = dump.media_type.startswith("text/")
    response.headers["Content-Type"] = f"{dump.media_type}; charset=utf-8" if is_text else dump.media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{dump.name}"'
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode()}:"
    return response


def _part(file: DumpFile, tag: str) -> Response:
    """What is asked for of the file: all of it, or one range of its bytes."""
    begin, end, status = 0, file.n_bytes, 200
    asked = _asked_range(tag, file.n_bytes)
    if asked is not None:
        (begin, end), status = asked, 206
    response = Response(file.pieces(begin, end), status=status)
    response.content_length = end - begin
    if asked is not None:
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{file.n_bytes}"
    return response


def _asked_range(tag: str, n_bytes: int) -> tuple[int, int] | None:
    """
    Begin and end, exclusive, of the one range that is asked for; None for the whole.

    Whoever asks for several ranges, in other units, or for a part of a file that has changed, gets the whole.

    Raises:
        RequestedRangeNotSatisfiable: no byte lies there.

    Spec: RFC 9110, sections 13.1.5 (If-Range), 14.1.2 (Byte Ranges), 14.2 (Range), 15.5.17 (416).
    """
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "")) if request.method == "GET" else None
    if asked is None or request.headers.get("If-Range", tag) != tag or not (asked[1] or asked[2]):
        return None
    if not asked[1]:
        begin, end = max(0, n_bytes - int(asked[2])), n_bytes
    else:
        begin, end = int(asked[1]), min(n_bytes, int(asked[2]) + 1) if asked[2] else n_bytes
        if asked[2] and int(asked[2]) < int(asked[1]):
            return None
    if begin >= n_bytes or begin >= end:
        raise RequestedRangeNotSatisfiable(length=n_bytes)
    return begin, end
