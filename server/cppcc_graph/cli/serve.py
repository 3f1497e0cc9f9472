"""``cppcc serve``."""

import logging
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.options import data_option, setting, settings_of, store_option, texts_option
from cppcc_graph.settings import UNION, Settings

if TYPE_CHECKING:
    from cppcc_graph.store.embedded import EmbeddedStore


@click.command("serve")
@setting("host", metavar="ADDRESS")
@setting("port", type=int, metavar="N")
@store_option
@data_option
@texts_option
@setting("empty", is_flag=True, default=None)
@setting("default_graph", metavar="union|separate")
@setting("shapes", metavar="bundled|none")
@setting("writable", is_flag=True, default=None)
@setting("no_auth", is_flag=True, default=None)
@setting("workers", type=int, metavar="N")
@setting("deadline_s", "--deadline", type=float, metavar="SECONDS")
@setting("memory_mib", "--memory", type=int, metavar="MIB")
@setting("answer_mib", "--answer", type=int, metavar="MIB")
@setting("cache_mib", "--cache", type=int, metavar="MIB")
@setting("service", metavar="URL", multiple=True)
@setting("threads", type=int, metavar="N")
@setting("log_level", metavar="LEVEL")
def command(**given: object) -> None:
    """
    Serve the graph: pages at /, SPARQL at /sparql.

    The data are held in memory, or in the folder --store, which is filled when it is empty and left as it is
    otherwise. Queries are evaluated in processes of their own, each with a deadline and a bound to its memory. One line
    of JSON per request goes to stdout, everything else to stderr. Ctrl-C stops the server, SIGHUP reads the data again.

    \b
    cppcc serve
    cppcc serve --port 8080 --store ./store --texts ./texts
    """
    from cppcc_graph.serving import in_memory, listen, on_disk, serve
    from cppcc_graph.web.request_log import send_lines_to

    settings = settings_of(**given)
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(message)s")
    send_lines_to(sys.stdout)
    listener = listen(settings.host, settings.port)
    with closing(listener.socket):
        opened = partial(_opened, settings)
        memory = partial(in_memory, is_written=settings.writable)
        serve(settings, listener, on_disk(settings.store, opened) if settings.store else memory(opened))


def _opened(settings: Settings) -> "EmbeddedStore":
    from cppcc_graph.publish import changes, load_published, open_bare_store, open_store

    if settings.empty:
        return open_bare_store(settings.data, is_merged=settings.default_graph == UNION)
    store = open_store(settings.store, settings.data)
    if settings.store is not None:
        differing = changes(store, load_published(settings.data))
        if differing:
            click.echo(_difference(settings, len(differing)), err=True)
    return store


def _difference(settings: Settings, n_graphs: int) -> str:
    paths = "".join(f" {_quoted(path)}" for path in settings.data)
    return (
        f"cppcc: the store differs from the files in {n_graphs} graph{'s' * (n_graphs != 1)} and is served as it is; "
        f"see: cppcc load --dry-run --store {_quoted(settings.store)}{paths}"
    )


def _quoted(path: Path | None) -> str:
    from shlex import quote

    return quote(str(path))
