"""``cppcc publish``."""

from pathlib import Path

import click

from cppcc_graph.cli.changing import (
    Wish,
    changed,
    dry_run_option,
    expect_option,
    message_option,
    server_option,
    store_folder,
    told,
)
from cppcc_graph.cli.options import progress
from cppcc_graph.store.proposal import DatasetWrite


@click.command("publish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATHS…")
@store_folder
@server_option
@message_option
@expect_option
@dry_run_option
def command(paths: tuple[Path, ...], message: str, expect: int | None, *, dry_run: bool, **given: object) -> None:
    """
    Publish files: each becomes its named graph, all of them or none.

    Into a folder (--store), or on a server that writes (--server, with a token in the environment variable
    CPPCC_TOKEN). What the change can affect is judged by the shapes first. Exit status: 0 done, 1 violations,
    2 something cannot be read or is refused.

    \b
    cppcc publish my-report.ttl --store ./store --message "report for 2025"
    cppcc publish my-report.ttl --server https://example.org/ --dry-run
    """
    from cppcc_graph.repository import as_document
    from cppcc_graph.sources import data_sources, load

    wish = Wish(message=message, dry_run=dry_run, expect=expect)
    with progress("reading") as on_file:
        document = as_document(load(data_sources(paths), on_file=on_file))
    sent = changed(DatasetWrite(document=document), "publish", "publish", wish, **given)  # type: ignore[arg-type]
    click.echo(told(sent, dry_run=dry_run, nothing="the data say what the files say"))
