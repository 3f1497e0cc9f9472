"""``cppcc revert``."""

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
from cppcc_graph.store.proposal import Reversal


@click.command("revert")
@click.argument("version", type=Whole(min=1))
@store_folder
@server_option
@message_option
@expect_option
@dry_run_option
def command(version: int, message: str, expect: int | None, *, dry_run: bool, **given: object) -> None:
    """
    Undo all that was changed after VERSION, as a new version.

    Nothing of the history is lost: what is undone stays in it. Exit status: 0 done, 1 violations, 2 refused.

    \b
    cppcc revert 41 --store ./store --message "wrong file"
    cppcc revert 41 --server https://example.org/ --dry-run
    """
    wish = Wish(message=message, dry_run=dry_run, expect=expect)
    sent = changed(Reversal(version=version), "revert", f"versions/{version}/revert", wish, **given)  # type: ignore[arg-type]
    click.echo(told(sent, dry_run=dry_run, nothing=f"the data are those of version {version} already"))
