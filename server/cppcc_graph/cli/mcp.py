"""``cppcc mcp``."""

import logging
import sys
from contextlib import closing, nullcontext
from importlib.util import find_spec

import click

from cppcc_graph.cli.numbers import Decimal, Whole
from cppcc_graph.cli.options import data_option, setting, settings_of, store_option
from cppcc_graph.cli.serve import supply_of
from cppcc_graph.errors import BadSetting


@click.command("mcp")
@click.option("--http", is_flag=True, help="Serve Streamable HTTP at /mcp instead of speaking over stdin and stdout.")
@setting("host", metavar="ADDRESS")
@setting("port", type=Whole(), metavar="N")
@store_option
@data_option
@setting("allowed_host", metavar="HOST", multiple=True)
@setting("workers", type=Whole(), metavar="N")
@setting("deadline_s", "--deadline", type=Decimal(), metavar="SECONDS")
@setting("memory_mib", "--memory", type=Whole(), metavar="MIB")
def command(*, http: bool, **given: object) -> None:
    """
    Offer the graph to language models (Model Context Protocol).

    The tools look things up, validate and ask queries, and show the evidence; none of them writes. Queries are
    evaluated in processes of their own, each with a deadline and a bound to its memory. Over HTTP, only requests to
    this machine's own names, --host and --allowed-host are answered.

    \b
    cppcc mcp
    cppcc mcp --store ./store
    cppcc mcp --http --port 8001
    """
    if find_spec("mcp") is None:
        raise BadSetting("mcp", "the package mcp is not installed; install it with: pip install 'cppcc-graph[mcp]'")
    from cppcc_graph.serving import listen, serve
    from cppcc_graph.serving.mcp_process import run_mcp

    settings = settings_of(**given)
    logging.basicConfig(stream=sys.stderr, level=settings.log_level.upper(), format="%(message)s")
    listener = listen(settings.host, settings.port) if http else None
    with closing(listener.socket) if listener else nullcontext():
        serve(settings, listener, supply_of(settings), run_mcp)
