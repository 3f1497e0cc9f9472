"""``cppcc serve``."""

import logging
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.numbers import Decimal, Whole
from cppcc_graph.cli.options import data_option, setting, settings_of, store_option, texts_option
from cppcc_graph.errors import BadSetting, CppccError
from cppcc_graph.settings import UNION, Settings
from cppcc_graph.store.address import Remote

if TYPE_CHECKING:
    from cppcc_graph.gate import Gate
    from cppcc_graph.serving import Supply
    from cppcc_graph.store.base import Store
    from cppcc_graph.store.embedded import EmbeddedStore


@click.command("serve")
@setting("host", metavar="ADDRESS")
@setting("port", type=Whole(), metavar="N")
@store_option
@data_option
@texts_option
@setting("empty", is_flag=True, default=None)
@setting("default_graph", metavar="union|separate")
@setting("shapes", metavar="bundled|none")
@setting("writable", is_flag=True, default=None)
@setting("no_auth", is_flag=True, default=None)
@setting("allowed_host", metavar="HOST", multiple=True)
@setting("body_mib", "--body", type=Whole(), metavar="MIB")
@setting("workers", type=Whole(), metavar="N")
@setting("deadline_s", "--deadline", type=Decimal(), metavar="SECONDS")
@setting("memory_mib", "--memory", type=Whole(), metavar="MIB")
@setting("answer_mib", "--answer", type=Whole(), metavar="MIB")
@setting("cache_mib", "--cache", type=Whole(), metavar="MIB")
@setting("service", metavar="URL", multiple=True)
@setting("trusted_proxy", metavar="CIDR", multiple=True)
@setting("threads", type=Whole(), metavar="N")
@setting("log_level", metavar="LEVEL")
def command(**given: object) -> None:
    """
    Serve the graph: pages at /, SPARQL at /sparql.

    The data are held in memory, or in the folder --store, which is filled when it is empty and left as it is
    otherwise, or in the SPARQL engine at --store. Queries are evaluated in processes of their own, each with a deadline
    and a bound to its memory. One line of JSON per request goes to stdout, everything else to stderr. Ctrl-C stops the
    server, SIGHUP reads the data again.

    \b
    cppcc serve
    cppcc serve --port 8080 --store ./store --texts ./texts
    cppcc serve --store ./store --writable
    cppcc serve --empty --default-graph separate --shapes none --writable --no-auth
    """
    from cppcc_graph.serving import listen, serve
    from cppcc_graph.web.request_log import send_lines_to

    settings = settings_of(**given)
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(message)s")
    send_lines_to(sys.stdout)
    _look_at_tokens(settings)
    listener = listen(settings.host, settings.port)
    with closing(listener.socket):
        serve(settings, listener, supply_of(settings))


def _look_at_tokens(settings: Settings) -> None:
    """Tokens that cannot be read end the start; that there are none is said."""
    if not settings.writable or settings.no_auth or not isinstance(settings.store, Path):
        return
    from cppcc_graph.tokens import Tokens

    if not Tokens(settings.store).contents().issued:
        told = f"nobody may write yet; make a token with: cppcc token create NAME --store {_quoted(settings.store)}"
        click.echo(f"cppcc: {told}", err=True)


def supply_of(settings: Settings) -> "Supply":
    """Where the data of *settings* come from."""
    from cppcc_graph.publish import open_remote_store
    from cppcc_graph.serving import elsewhere, in_memory, on_disk, versioned, written_in_memory

    opened = partial(_opened, settings)
    if isinstance(settings.store, Remote):
        answer_bytes = settings.answer_mib * 1024 * 1024
        remote = partial(open_remote_store, settings.store, deadline_s=settings.deadline_s, answer_bytes=answer_bytes)
        _tell_of(remote(), settings.store)
        return elsewhere(remote)
    if settings.store is not None and settings.writable:
        return versioned(partial(_gate, settings))
    if settings.store is not None:
        return on_disk(settings.store, opened)
    return written_in_memory(opened) if settings.writable else in_memory(opened)


def _tell_of(store: "Store", remote: Remote) -> None:
    """An engine that is away or empty is said, and waited for: the server is not ready until it answers."""
    from cppcc_graph.publish import nothing_there

    with closing(store):
        try:
            said = nothing_there(store, remote)
        except CppccError as error:
            said = str(error)
    if said:
        click.echo(f"cppcc: {said}", err=True)


def _opened(settings: Settings) -> "EmbeddedStore":
    from cppcc_graph.publish import changes, load_published, open_bare_store, open_store

    if settings.empty:
        return open_bare_store(settings.data, is_merged=settings.default_graph == UNION)
    folder = settings.store if isinstance(settings.store, Path) else None
    store = open_store(folder, settings.data)
    if folder is not None:
        differing = changes(store, load_published(settings.data))
        if differing:
            click.echo(_difference(folder, settings.data, len(differing)), err=True)
    return store


def _gate(settings: Settings) -> "Gate":
    from cppcc_graph.repository import open_gate

    if not isinstance(settings.store, Path):
        raise BadSetting("store", "writing needs a folder")
    return open_gate(settings.store, settings.data, is_apart=True)


def _difference(folder: Path, data: Sequence[Path], n_graphs: int) -> str:
    paths = "".join(f" {_quoted(path)}" for path in data)
    return (
        f"cppcc: the store differs from the files in {n_graphs} graph{'s' * (n_graphs != 1)} and is served as it is; "
        f"see: cppcc load --dry-run --store {_quoted(folder)}{paths}"
    )


def _quoted(path: Path) -> str:
    from shlex import quote

    return quote(str(path))
