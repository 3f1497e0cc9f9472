"""``cppcc verify``."""

import click

from cppcc_graph.cli.options import data_option, settings_of, store_of, store_option, table_width, texts_option
from cppcc_graph.errors import BadSetting

_NOT_SOUND = 1


@click.command("verify")
@texts_option
@click.option("--format", "format_name", type=click.Choice(["table", "json"]), default="table", show_default=True)
@store_option
@data_option
def command(format_name: str, **given: object) -> int:
    """
    Compare every report with its text: hash, offsets, figures, dates, names.

    Exit status is 1 when anything differs or a text is missing.

    \b
    cppcc verify --texts ./texts
    """
    from cppcc_graph.converter import graph_of
    from cppcc_graph.verify import verify

    settings = settings_of(**given)
    if settings.texts is None:
        raise BadSetting("texts", "name the folder that holds the reports' texts with --texts")
    with store_of(settings) as store:
        verification = verify(graph_of(quad.triple for quad in store.quads()), settings.texts)
    click.echo(
        verification.as_json() if format_name == "json" else verification.as_table(width=table_width()), nl=False
    )
    return 0 if verification.is_sound else _NOT_SOUND
