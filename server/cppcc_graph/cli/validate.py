"""``cppcc validate``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.options import data_option, progress, settings_of, store_of, store_option, table_width, working
from cppcc_graph.settings import Settings
from cppcc_graph.sources import Loaded

if TYPE_CHECKING:
    from cppcc_graph.validation import ValidationReport

_DOES_NOT_CONFORM = 1


@click.command("validate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILES]…")
@click.option(
    "--format", "format_name", type=click.Choice(["table", "turtle", "json"]), default="table", show_default=True
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the table.")
@store_option
@data_option
def command(files: tuple[Path, ...], format_name: str, language: str, **given: object) -> int:
    """
    Judge the data by the shapes.

    FILES (or folders) are judged together with the ontology and the other data; where a file and the data hold the
    same named graph, the file counts. Exit status: 0 conforms, 1 does not, 2 a file cannot be read.

    \b
    cppcc validate
    cppcc validate my-report.ttl --language zh
    """
    from cppcc_graph.publish import judged, overlaid

    published, own = _loaded(settings_of(**given), files)
    with working("judging the data by the shapes"):
        report = judged(overlaid(published, own))
    click.echo(_shown(report, format_name, language), nl=False)
    return 0 if report.conforms else _DOES_NOT_CONFORM


def _shown(report: "ValidationReport", format_name: str, language: str) -> str:
    if format_name == "turtle":
        return report.as_turtle()
    if format_name == "json":
        return report.as_json()
    width = table_width()
    return report.as_table(width=width, language=language)


def _loaded(settings: Settings, files: tuple[Path, ...]) -> tuple[list[Loaded], list[Loaded]]:
    """What is published, and the given files: from files as they are written, or from the store."""
    from cppcc_graph.publish import load_published, stored
    from cppcc_graph.sources import data_sources, load

    with progress("reading") as on_file:
        own = load(data_sources(files), on_file=on_file) if files else []
        if settings.store is None:
            return load_published(settings.data, on_file=on_file), own
    with store_of(settings) as store:
        return stored(store), own
