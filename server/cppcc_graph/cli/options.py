"""Options that several commands share, a progress bar, and the store that they describe."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic

import click
from click.decorators import FC

from cppcc_graph.errors import BadSetting, BadSource
from cppcc_graph.settings import Settings, read_settings
from cppcc_graph.store.base import Store

_QUIET_S = 1.0
_NO_TERMINAL_WIDTH = 160


def setting(name: str, *flags: str, **more: object) -> Callable[[FC], FC]:
    """A click option for the setting *name*, with its help and its default."""
    [field] = [f for f in fields(Settings) if f.name == name]
    default = "" if field.default in (None, ()) or field.default is False else f"  [default: {field.default}]"
    text = f"{field.metadata['help']}{default}"
    return click.option(name, *(flags or (f"--{name.replace('_', '-')}",)), help=text, **more)  # type: ignore[arg-type]


store_option = setting("store", metavar="DIR|URL")
versioned_option = setting("store", metavar="DIR")
data_option = setting("data", type=click.Path(path_type=Path), metavar="PATH", multiple=True)
texts_option = setting("texts", type=click.Path(path_type=Path), metavar="DIR")


def settings_of(**given: object) -> Settings:
    """
    The settings of this run: environment, then *given*.

    Raises:
        BadSetting: a value does not fit.
        BadSource: the folder of texts is no folder.
    """
    settings = read_settings(os.environ, **given)
    if settings.texts is not None and not settings.texts.is_dir():
        raise BadSource("there is no such folder of texts", path=str(settings.texts))
    return settings


def versioned_folder(settings: Settings) -> Path:
    """
    The folder of a store, which alone has a journal.

    Raises:
        BadSetting: no folder is named.
        StoreUnavailable: there is no store in it.
    """
    from cppcc_graph.store.folder import check_exists

    if not isinstance(settings.store, Path):
        raise BadSetting("store", "name the folder of the store with --store; only a folder keeps a history")
    check_exists(settings.store)
    return settings.store


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """
    The filled store that *settings* describe, closed at the end.

    Raises:
        CppccError: it cannot be opened or filled.
    """
    from cppcc_graph.publish import open_for_reading

    with progress("reading") as on_file:
        store = open_for_reading(settings.store, settings.data, on_file=on_file)
    try:
        yield store
    finally:
        store.close()


def printed(pieces: Iterable[bytes]) -> None:
    """Writes *pieces* to stdout; a reader that leaves before the end, such as ``head``, has had enough."""
    try:
        for piece in pieces:
            click.echo(piece, nl=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table_width() -> int:
    """Columns for a table on stdout: the terminal's, or enough when there is none."""
    return get_terminal_size().columns if sys.stdout.isatty() else _NO_TERMINAL_WIDTH


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on stderr while one long step runs, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends the process at once: the engine does not look at signals while it evaluates."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress(verb: str) -> Iterator[Callable[[Path], None]]:
    """
    A function to call after each file; on a terminal it shows a line on stderr once a second has passed.

    The number of files is not known while folders are still searched, so the line counts.
    """
    started = monotonic()
    shown = 0

    def on_file(path: Path) -> None:
        nonlocal shown
        shown += 1
        if sys.stderr.isatty() and monotonic() - started > _QUIET_S:
            click.echo(f"\r\033[K{verb}: {shown} files, {path.name}", err=True, nl=False)

    try:
        yield on_file
    finally:
        if sys.stderr.isatty() and monotonic() - started > _QUIET_S:
            click.echo("\r\033[K", err=True, nl=False)
