"""What the commands share that change data: in a folder, through the gate, or on a server that does so."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from cppcc_graph.cli.numbers import Whole
from cppcc_graph.cli.options import setting, settings_of, working
from cppcc_graph.cli.visible import visible
from cppcc_graph.errors import BadSetting, StoreUnavailable
from cppcc_graph.sending import Sent, Server
from cppcc_graph.store.commits import MAX_MESSAGE, Operation, is_line
from cppcc_graph.store.proposal import Asked, DatasetWrite
from cppcc_graph.terms import shorten

_Command = TypeVar("_Command", bound=object)
_TOKEN = "CPPCC_TOKEN"  # the name of a variable
_ON_WHAT_IS_THERE = ("publish", "revert")
store_folder = setting("store", metavar="DIR")
server_option = click.option(
    "--server", metavar="URL", help=f"Send it to this server, with the token in the environment variable {_TOKEN}."
)
message_option = click.option(
    "--message", default="", metavar="TEXT", help=f"Why, for the history; {MAX_MESSAGE} characters at most."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
expect_option = click.option("--expect", type=Whole(min=1), metavar="N", help="Only if the data are at this version.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What the options say about a change, whatever it is.

    Attributes:
        message: Why.
        dry_run: Whether only to tell.
        expect: The version that the data must have, or None.
    """

    message: str
    dry_run: bool
    expect: int | None = None

    def __post_init__(self) -> None:
        if len(self.message) > MAX_MESSAGE or not is_line(self.message):
            raise BadSetting("message", f"one line of at most {MAX_MESSAGE} characters, without control characters")


def changed(asked: Asked, operation: Operation, path: str, wish: Wish, *, server: str | None, **given: object) -> Sent:
    """
    A change, where the options say.

    Args:
        asked: What shall be done.
        operation: The way in, for the history.
        path: Where a server takes it.
        wish: The rest of what the options say about it.
        server: The address of a server, or None for a folder.
        given: Other options of the command line.

    Raises:
        BadSetting: neither a folder nor a server is named.
        NotConforming: the shapes refuse it.
        CppccError: it could not be done.
    """
    settings = settings_of(**given)
    if server is not None:
        document = asked.document if isinstance(asked, DatasetWrite) else None
        with working("waiting for the server"):
            sender = Server(address=server, token=os.environ.get(_TOKEN, ""))
            return sender.send(path, document, message=wish.message, is_dry_run=wish.dry_run, expected=wish.expect)
    if not isinstance(settings.store, Path):
        raise BadSetting("store", "name the folder with --store, or a server with --server")
    return in_folder(settings.store, asked, operation, wish)


def in_folder(folder: Path, asked: Asked, operation: Operation, wish: Wish) -> Sent:
    """A change in a folder, through its gate, made for it if need be; see :func:`changed`."""
    from cppcc_graph.repository import accepted, local, locked, only_looked_at
    from cppcc_graph.store.folder import check_exists
    from cppcc_graph.store.unmade import missing, unmade_unless
    from cppcc_graph.store.versioned import brought_up

    if operation in _ON_WHAT_IS_THERE:
        check_exists(folder)
    opened, made = (only_looked_at, ()) if wish.dry_run else (locked, missing(folder))
    proposal = local(asked, operation, message=wish.message, is_dry_run=wish.dry_run, expected=wish.expect)
    with working("judging the data by the shapes"), closing(opened(folder)) as gate:
        with unmade_unless(lambda: gate.version > 0, made):
            verdict = accepted(gate.propose(proposal))
        if verdict.is_committed:
            try:
                brought_up(folder)
            except StoreUnavailable as error:
                raise StoreUnavailable(
                    f"version {verdict.version} is committed and safe in the journal, but the store's other files "
                    f"cannot be brought up to it: {error.reason}. Do not send the change again. The next command that "
                    "opens the folder brings them up when they can be read and written; if they are damaged, take them "
                    "and checkpoint from a backup and keep the journal"
                ) from error
    return Sent(
        version=verdict.version,
        is_committed=verdict.is_committed,
        counts=dict(verdict.counts),
        new_graphs=verdict.new_graphs,
    )


def told(sent: Sent, *, dry_run: bool, nothing: str) -> str:
    """The change in lines, one for each graph, or *nothing*."""
    if not sent.counts and not sent.is_committed:
        return nothing
    lines = [_line(iri, counts, is_new=iri in sent.new_graphs) for iri, counts in sent.counts.items()]
    n, verb = len(lines), "would change" if dry_run else "changed"
    if lines:
        lines.append(f"{n} graph{'s' * (n != 1)} {verb}")
    return "\n".join(lines if dry_run or not sent.version else [*lines, f"version {sent.version}"])


def _line(iri: str, counts: tuple[int, int], *, is_new: bool) -> str:
    n_added, n_removed = counts
    return f"{n_added:>8,} added {n_removed:>8,} removed  {visible(shorten(iri))}" + " (new)" * is_new
