"""``cppcc restore``."""

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
from cppcc_graph.cli.numbers import Whole
from cppcc_graph.store.base import Document
from cppcc_graph.store.proposal import DatasetWrite

_MIB = 1024 * 1024


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@store_folder
@server_option
@message_option
@expect_option
@dry_run_option
@click.option("--no-checksum", is_flag=True, help="Do not look for FILE.sha256.")
@click.option(
    "--most",
    "most_mib",
    type=Whole(min=1),
    default=768,
    metavar="MIB",
    help="The longest document, unpacked.  [default: 768]",
)
def command(
    path: Path, message: str, expect: int | None, *, dry_run: bool, no_checksum: bool, most_mib: int, **given: object
) -> None:
    """
    Make the data what a dump says, ontology and all; graphs that it does not name go away.

    FILE is in N-Quads, TriG or JSON-LD by its ending, and perhaps packed (.gz, .zst). If FILE.sha256 lies beside it,
    the file must be the one that this was made for. The folder (--store) is made when it does not exist; a server
    (--server) needs a token in the environment variable CPPCC_TOKEN. The dump is judged by the shapes like every
    other change, is one commit, and can be undone with cppcc revert. Exit status: 0 done, 1 violations, 2 something
    cannot be read or is refused.

    \b
    cppcc restore cppcc.nq.gz --store ./store --dry-run
    cppcc restore cppcc.nq.gz --store ./store --message "back to the state of Monday"
    cppcc restore cppcc.nq.gz --server https://example.org/
    """
    from cppcc_graph.backup import checksum_path, read_backup

    wish = Wish(message=message, dry_run=dry_run, expect=expect)
    backup = read_backup(path, most_mib * _MIB, is_checked=not no_checksum)
    if not backup.is_checked:
        why = "was not asked for" if no_checksum else f"is missing: there is no {checksum_path(path).name} beside it"
        click.echo(f"cppcc: {path}: taken as it is, because its checksum {why}", err=True)
    document = Document(content=backup.content, format=backup.format, source=str(path))
    asked = DatasetWrite(document=document, is_replacing_all=True)
    sent = changed(asked, "restore", "restore", wish, **given)  # type: ignore[arg-type]
    click.echo(told(sent, dry_run=dry_run, nothing="the data say what the dump says"))
