"""The command line's first word, and the outermost line that turns every failure into a sentence."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from cppcc_graph import __version__
from cppcc_graph.cli.visible import LAYOUT, visible
from cppcc_graph.errors import CppccError, NotConforming

CONFORMS, DOES_NOT_CONFORM, UNUSABLE = 0, 1, 2
_INTERRUPTED = 130
_MAX_FINDINGS = 20

_COMMANDS = {
    "serve": "cppcc_graph.cli.serve",
    "query": "cppcc_graph.cli.query",
    "get": "cppcc_graph.cli.get",
    "mcp": "cppcc_graph.cli.mcp",
    "validate": "cppcc_graph.cli.validate",
    "verify": "cppcc_graph.cli.verify",
    "coverage": "cppcc_graph.cli.coverage",
    "load": "cppcc_graph.cli.load",
    "publish": "cppcc_graph.cli.publish",
    "revert": "cppcc_graph.cli.revert",
    "dump": "cppcc_graph.cli.dump",
    "restore": "cppcc_graph.cli.restore",
    "export": "cppcc_graph.cli.export",
    "history": "cppcc_graph.cli.history",
    "diff": "cppcc_graph.cli.diff",
    "check": "cppcc_graph.cli.check",
    "token": "cppcc_graph.cli.token",
}


class _Commands(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's interface
        """In the order in which a reader meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[cmd_name]).command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="cppcc", message="%(prog)s %(version)s")
def cppcc() -> None:
    """
    CPPCC (政协) yearly work reports as a knowledge graph.

    Without further options every command works on the ontology and data that came with the installation, in memory.
    Exit status: 0 all well; 1 data that do not conform, or a request that failed; 2 something could not be used.
    """


def main() -> None:
    """The program: runs one command and ends with its exit status."""
    # rdflib logs a stack for each ill-typed literal; the shapes tell them in words.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    try:
        if sys.argv[1:2] == ["serve"]:
            from cppcc_graph.memory import start_over_with_jemalloc

            start_over_with_jemalloc(sys.argv[1:])
        status = cppcc.main(prog_name="cppcc", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        status = _INTERRUPTED
    except click.ClickException as error:
        error.show()
        status = UNUSABLE
    except NotConforming as error:
        status = _told(error, *_shortened(error.findings), status=DOES_NOT_CONFORM)
    except CppccError as error:
        status = _told(error, status=UNUSABLE)
    except Exception as error:  # noqa: BLE001  # the outermost line: nobody sees a stack
        status = _told(f"a mistake in cppcc itself: {type(error).__name__}: {error}", status=UNUSABLE)
    sys.exit(status if isinstance(status, int) else CONFORMS)


def _shortened(findings: Sequence[str]) -> list[str]:
    left_out = len(findings) - _MAX_FINDINGS
    more = [f"… and {left_out:,} more; cppcc validate tells them all"] if left_out > 0 else []
    return [*findings[:_MAX_FINDINGS], *more]


def _told(*lines: object, status: int) -> int:
    for line in lines:
        click.echo(f"cppcc: {visible(str(line), kept=LAYOUT)}", err=True)
    return status
