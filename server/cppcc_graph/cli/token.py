"""``cppcc token``."""

from datetime import datetime
from pathlib import Path

import click

from cppcc_graph.cli.options import settings_of, store_option
from cppcc_graph.errors import BadSetting
from cppcc_graph.grants import ALL_GRAPHS, OPERATIONS, Grant, end_of
from cppcc_graph.tokens import Tokens


@click.group("token")
def command() -> None:
    """
    Say who may write to a store: make tokens, list them, revoke them.

    A server that runs notices at once. Whoever writes sends the token in the header Authorization: Bearer …, over TLS
    unless on this machine, and the history names the token beside each change.

    \b
    cppcc token create anna --store ./store
    cppcc token create hengyang --store ./store --operation put --graph 'https://w3id.org/cppcc-graph/report/hengyang-*'
    cppcc token list --store ./store
    cppcc token revoke anna --store ./store
    """


@command.command("create")
@click.argument("name")
@store_option
@click.option(
    "--graph",
    "graphs",
    multiple=True,
    metavar="PATTERN",
    help="A graph it is for, or the beginning of several with * at the end.  [default: all]",
)
@click.option(
    "--operation",
    "operations",
    multiple=True,
    type=click.Choice(OPERATIONS),
    metavar="OPERATION",
    help=f"What it is for: {', '.join(OPERATIONS)}.  [default: all]",
)
@click.option("--until", metavar="DATE", help="Its last day in UTC, or the instant at which it ends.")
def create(name: str, graphs: tuple[str, ...], operations: tuple[str, ...], until: str | None, **given: object) -> None:
    """
    Make a token and print it, once: only its hash is kept.

    NAME is 1 to 64 letters, digits, dots, hyphens and underscores, and never given twice.
    """
    grant = Grant(
        name=name,
        graphs=graphs or ALL_GRAPHS,
        operations=operations or OPERATIONS,
        until=end_of(until) if until else None,
    )
    click.echo(_tokens(given).create(grant))


@command.command("list")
@store_option
def show(**given: object) -> None:
    """Show the names of the tokens, what they are for, and when they end."""
    from rich.table import Table

    from cppcc_graph.cli.table import printed

    issued = _tokens(given).contents().issued
    if not issued:
        click.echo("no token: nobody may write")
        return
    table = Table("name", "operations", "graphs", "until", "created", show_edge=False, pad_edge=False)
    for known in issued:
        grant = known.grant
        operations = "all" if grant.operations == OPERATIONS else " ".join(grant.operations)
        graphs = "all" if grant.graphs == ALL_GRAPHS else " ".join(grant.graphs)
        table.add_row(grant.name, operations, graphs, _shown(grant.until), _shown(known.created))
    click.echo(printed(table), nl=False)


@command.command("revoke")
@click.argument("name")
@store_option
def revoke(name: str, **given: object) -> None:
    """Let a token be accepted no more, from now on; its name stays taken."""
    _tokens(given).revoke(name)
    click.echo(f"{name} may write no more")


def _tokens(given: dict[str, object]) -> Tokens:
    store = settings_of(**given).store
    if not isinstance(store, Path):
        raise BadSetting("store", "tokens stand in the folder of a store; name it with --store DIR")
    return Tokens(store)


def _shown(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"
