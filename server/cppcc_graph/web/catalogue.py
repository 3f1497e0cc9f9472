"""The catalogue: a page for people, DCAT for programs. Spec: W3C DCAT 3."""

from datetime import date

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from cppcc_graph.catalogue import Catalogue, File, Known, ReportDataset, dcat_document, schema_dataset
from cppcc_graph.formats import GRAPH_FORMATS, Format, write_graph
from cppcc_graph.web.answering import document
from cppcc_graph.web.catalogue_parts import CataloguePage, DatasetRow, FileRow
from cppcc_graph.web.data_block import data_block
from cppcc_graph.web.dumps import DUMPS
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language, number
from cppcc_graph.web.inventory import GRAPH_FILES, inventory
from cppcc_graph.web.links import href_of, root, short_name
from cppcc_graph.web.pages import render
from cppcc_graph.web.parts import Link
from cppcc_graph.web.served import store
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("catalogue", __name__)


@blueprint.record_once
def _keep(state: BlueprintSetupState) -> None:
    state.app.extensions["catalogue"] = Known[bytes]()


@blueprint.route("/catalogue")
def show() -> Response:
    """What there is to read here and in which forms: the whole, and each report as a dataset of its own."""
    chosen = wanted(GRAPH_FORMATS)[0]
    if chosen == HTML:
        response = render(_page(inventory(with_sizes=True)))
    else:
        [media] = formats_of([chosen], GRAPH_FORMATS)
        response = document(_graph(media), media)
    links = (f'<{link.href}>; rel="alternate"; type="{link.title}"' for link in _formats())
    response.headers["Link"] = ", ".join(links)
    return response


def about_the_dataset() -> Markup:
    """The dataset in the words of schema.org, as an element of a page; empty when there is nothing to say."""
    return _data(inventory(with_sizes=False))


def _graph(media: Format) -> bytes:
    """The document, kept when nothing that may be known later is missing."""
    known: Known[bytes] = current_app.extensions["catalogue"]
    found = inventory(with_sizes=True)
    if any(file.sha256 is None for file in found.files):
        return write_graph(dcat_document(found), media)
    return known.get(store(), (request.url_root, media.name), lambda: write_graph(dcat_document(found), media))


def _page(found: Catalogue) -> CataloguePage:
    spoken, licence = language(), found.about.licence
    return CataloguePage(
        title=found.titles[spoken],
        description=found.about.descriptions.get(spoken, ""),
        licence=Link(text=short_name(licence), href=href_of(licence)) if licence else None,
        makers=found.about.makers.get(spoken, ""),
        files=[_file(file) for file in found.files],
        sums=Link(text="SHA256SUMS", href=f"{root()}/dumps/SHA256SUMS"),
        reports=[_report(report) for report in found.reports],
        services=[Link(text=service.titles[spoken], href=service.address) for service in found.services],
        void=Link(text=_("What is used how often, in VoID"), href=f"{root()}/void?format=turtle"),
        formats=_formats(),
        data=_data(found),
    )


def _data(found: Catalogue) -> Markup:
    told = schema_dataset(found, language=language())
    return Markup("") if told is None else data_block(told)


def _file(file: File) -> FileRow:
    name = file.address.rpartition("/")[2]
    [dump] = [dump for dump in DUMPS if dump.name == name]
    return FileRow(
        file=Link(text=name, href=f"{root()}/dumps/{name}"),
        format=dump.label,
        size="" if file.n_bytes is None else _("%(n)s bytes", n=number(file.n_bytes)),
        sha256=file.sha256 or "",
    )


def _report(report: ReportDataset) -> DatasetRow:
    facts = report.facts
    title = facts.titles.get(language()) or next(iter(facts.titles.values()), short_name(facts.iri))
    return DatasetRow(
        report=Link(text=title, href=href_of(facts.iri)),
        issued=_day(facts.issued.value) if facts.issued is not None else None,
        files=[
            Link(text=media.label, href=file.address) for media, file in zip(GRAPH_FILES, report.files, strict=True)
        ],
    )


def _day(written: str) -> date | None:
    """The day, where what is written is one."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _formats() -> list[Link]:
    address = f"{root()}/catalogue"
    return [
        Link(text=known.label, title=known.media_type, href=f"{address}?format={known.name}") for known in GRAPH_FORMATS
    ]
