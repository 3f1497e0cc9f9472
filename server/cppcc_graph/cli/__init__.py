"""The command ``cppcc``; each subcommand's module is imported when it is called, so that starting stays quick."""

from cppcc_graph.cli.commands import main

__all__ = ["main"]
