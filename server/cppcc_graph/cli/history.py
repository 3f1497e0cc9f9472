"""``cppcc history``."""

import json
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.numbers import Whole
from cppcc_graph.cli.options import settings_of, versioned_folder, versioned_option
from cppcc_graph.cli.visible import visible, visible_json

if TYPE_CHECKING:
    from cppcc_graph.store.commits import Entry


@click.command("history")
@versioned_option
@click.option("--last", type=Whole(min=1), metavar="N", help="Only the last N commits.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="As a JSON array, with the changed graphs and all hashes.")
def command(last: int | None, *, as_json: bool, **given: object) -> None:
    """
    Tell the commits of a store on disk: who changed how much, when and why.

    The newest comes first. Times are in UTC.

    \b
    cppcc history --store ./store --last 10
    cppcc history --store ./store --json
    """
    from cppcc_graph.store.journal import Journal

    entries = Journal.read(versioned_folder(settings_of(**given))).entries
    chosen = list(reversed(entries if last is None else entries[-last:]))
    if as_json:
        written = json.dumps([_document(entry) for entry in chosen], ensure_ascii=False, indent=2)
        click.echo(visible_json(written))
        return
    click.echo(_table(chosen) if chosen else "no commits yet", nl=not chosen)


def _table(entries: "list[Entry]") -> str:
    from rich.table import Table

    from cppcc_graph.cli.table import printed

    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("version", justify="right")
    for name in ("when", "who", "operation"):
        table.add_column(name)
    table.add_column("added", justify="right")
    table.add_column("removed", justify="right")
    table.add_column("message")
    for entry in entries:
        commit = entry.commit
        table.add_row(
            str(entry.version),
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            visible(commit.agent),
            commit.operation,
            f"+{entry.n_added:,}",
            f"−{entry.n_removed:,}",
            visible(" ".join(commit.message.split())),
        )
    return printed(table)


def _document(entry: "Entry") -> dict[str, object]:
    commit = entry.commit
    return {
        "version": entry.version,
        "at": entry.at.isoformat(timespec="microseconds"),
        "agent": commit.agent,
        "operation": commit.operation,
        "message": commit.message,
        "added": entry.n_added,
        "removed": entry.n_removed,
        "graphs": {
            iri: {"triples": state.n_triples, "contentHash": state.content_hash} if state else None
            for iri, state in commit.graphs.items()
        },
        "contentHash": commit.data_version,
        "previous": entry.previous,
        "hash": entry.hash,
    }
