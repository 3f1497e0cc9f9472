"""What the catalogue and VoID say, gathered from the data and from the addresses of this server."""

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import urljoin

from flask import Flask, current_app, request, url_for

from cppcc_graph.catalogue import (
    About,
    Catalogue,
    File,
    Known,
    Offer,
    Partitions,
    ReportDataset,
    ReportFacts,
    Service,
    about,
    partitions,
    report_facts,
)
from cppcc_graph.errors import CppccError, StoreBusy
from cppcc_graph.formats import JSON_LD, N_TRIPLES, TURTLE, Format
from cppcc_graph.phrases import mark
from cppcc_graph.web.dump_files import Dump, DumpFile, are_kept, dump_file
from cppcc_graph.web.dumps import DUMPS
from cppcc_graph.web.i18n import in_all_languages
from cppcc_graph.web.links import graph_path, href_of
from cppcc_graph.web.served import store

GRAPH_FILES: tuple[Format, ...] = (TURTLE, N_TRIPLES, JSON_LD)
"""In which formats the catalogue offers the graph of a report."""

_TITLE = mark("What CPPCC work reports state, as a graph")
_SERIES_TITLE = mark("CPPCC work reports, year by year")
_SERIES_DESCRIPTION = mark("What each yearly report states, as a graph of its own with the places where it stands.")
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
_SPARQL = mark("SPARQL endpoint")


def init_inventory(app: Flask) -> None:
    """Give *app* a place for what it has found out."""
    app.extensions["facts"] = Known[tuple[About, list[ReportFacts]]]()
    app.extensions["partitions"] = Known[Partitions]()
    app.extensions["unmade files"] = Known[bool]()


def offer() -> Offer:
    """Where this server gives the dataset away, for VoID."""
    whole, reports = _facts()
    return Offer(
        address=_absolute("/void"),
        endpoint=_absolute("/sparql"),
        dumps=[_dump_address(dump.name) for dump in DUMPS] if are_kept() else [],
        homepage=_absolute("/"),
        graph_addresses={graph: _absolute(graph_path(graph)) for graph in counted().graphs},
        titles=in_all_languages(_TITLE),
        licence=whole.licence,
        examples=[report.iri for report in reports],
    )


def counted() -> Partitions:
    """The numbers of the data as they are now."""
    known: Known[Partitions] = current_app.extensions["partitions"]
    return known.get(store(), "", lambda: partitions(store()))


def inventory(*, with_sizes: bool) -> Catalogue:
    """
    All that there is to read here.

    Args:
        with_sizes: Whether lengths and checksums of files are told, for which the files have to be made once; what
            cannot be made has none.
    """
    whole, reports = _facts()
    return Catalogue(
        address=_absolute("/catalogue"),
        homepage=_absolute("/"),
        dataset=_absolute("/void#dataset"),
        about=whole,
        titles=in_all_languages(_TITLE),
        series_titles=in_all_languages(_SERIES_TITLE),
        series_descriptions=in_all_languages(_SERIES_DESCRIPTION),
        files=_files(with_sizes=with_sizes) if are_kept() else [],
        services=[
            Service(
                iri=_absolute("/catalogue#sparql"),
                address=_absolute("/sparql"),
                titles=in_all_languages(_SPARQL),
                standard=_PROTOCOL,
            ),
            Service(
                iri=_absolute("/catalogue#search"),
                address=_absolute("/search"),
                titles=in_all_languages(mark("Search")),
            ),
        ],
        reports=[_report(facts) for facts in reports],
    )


def _facts() -> tuple[About, list[ReportFacts]]:
    known: Known[tuple[About, list[ReportFacts]]] = current_app.extensions["facts"]
    return known.get(store(), "", lambda: (about(store()), report_facts(store())))


def _files(*, with_sizes: bool) -> Sequence[File]:
    made = _made_files() if with_sizes else {}
    return [
        File(
            iri=_absolute(f"/catalogue#{dump.name}"),
            page=_absolute("/catalogue#files"),
            address=_dump_address(dump.name),
            media_type=dump.inner_type or dump.media_type,
            packing=dump.media_type if dump.inner_type and not dump.is_package else None,
            package=dump.media_type if dump.inner_type and dump.is_package else None,
            n_bytes=made[dump.name].n_bytes if dump.name in made else None,
            sha256=made[dump.name].sha256 if dump.name in made else None,
        )
        for dump in DUMPS
    ]


def _made_files() -> dict[str, DumpFile]:
    """Those files that can be made, all of the same data; whether one can is found out once for each state of it."""
    unmade: Known[bool] = current_app.extensions["unmade files"]
    state, made = store().state(), dict[str, DumpFile]()
    for dump in DUMPS:
        found = list[DumpFile]()
        if unmade.get(store(), dump.kind, partial(_cannot_be_made, dump, found)):
            continue
        made[dump.name] = found[0] if found else dump_file(dump)
    return made if store().state() == state else {}


def _cannot_be_made(dump: Dump, found: list[DumpFile]) -> bool:
    try:
        found.append(dump_file(dump))
    except StoreBusy:
        raise
    except CppccError as error:
        current_app.logger.warning("cppcc: /dumps/%s cannot be made: %s", dump.name, error)
        return True
    return False


def _report(facts: ReportFacts) -> ReportDataset:
    graph = _absolute(graph_path(facts.iri))
    href = href_of(facts.iri)
    return ReportDataset(
        iri=f"{graph}#dataset",
        page=None if href is None else urljoin(request.url_root, href),
        facts=facts,
        files=[
            File(
                iri=f"{graph}#{media.name}",
                page=graph,
                address=graph_file(facts.iri, media, _absolute),
                media_type=media.media_type,
            )
            for media in GRAPH_FILES
        ],
    )


def graph_file(iri: str, media: Format, address: Callable[[str], str]) -> str:
    """Where the graph *iri* is read in a format."""
    path = graph_path(iri)
    return address(f"{path}{'&' if '?' in path else '?'}format={media.name}")


def _dump_address(name: str) -> str:
    return url_for("dumps.show", name=name, _external=True)


def _absolute(path: str) -> str:
    """The address of a path below our root. Spec: RFC 3986, section 5."""
    return f"{request.url_root.rstrip('/')}{path}"
