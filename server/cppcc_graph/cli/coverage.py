"""``cppcc coverage``."""

import click

from cppcc_graph.cli.options import data_option, settings_of, store_of, store_option, table_width, texts_option
from cppcc_graph.errors import BadSetting


@click.command("coverage")
@texts_option
@click.option("--report", "report_iri", metavar="IRI", help="Only this report.  [default: all]")
@click.option(
    "--format", "format_name", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True
)
@store_option
@data_option
def command(report_iri: str | None, format_name: str, **given: object) -> None:
    """
    Tell what stands for each line of a report, and which characters nothing stands for.

    Offsets and labels only; the report's sentences are not shown.

    \b
    cppcc coverage --texts ./texts
    cppcc coverage --texts ./texts --format markdown > coverage.md
    """
    from cppcc_graph.converter import graph_of
    from cppcc_graph.verify.coverage import coverage
    from cppcc_graph.verify.coverage_table import as_json, as_markdown, as_table

    settings = settings_of(**given)
    if settings.texts is None:
        raise BadSetting("texts", "name the folder that holds the reports' texts with --texts")
    with store_of(settings) as store:
        reports = coverage(graph_of(quad.triple for quad in store.quads()), settings.texts, report_iri=report_iri)
    if format_name == "markdown":
        shown = "\n".join(map(as_markdown, reports))
    else:
        shown = as_json(reports) if format_name == "json" else as_table(reports, width=table_width())
    click.echo(shown, nl=False)
