"""``server/OPERATIONS.md``, the unit and the container file say what the program does."""

import re
import shlex
from pathlib import Path

import click
import pytest
from tests.operations.conftest import ASK

from cppcc_graph.cli import commands
from cppcc_graph.serving.patience import MAX_HEAD_BYTES, PatientProtocol
from cppcc_graph.store.workers.places import Places
from cppcc_graph.web import MAX_BODY_BYTES
from cppcc_graph.web.asgi import PIECE_BYTES
from cppcc_graph.web.outcomes import OUTCOMES
from cppcc_graph.web.sparql_request import MAX_QUERY_STRING_BYTES

SERVER = Path(__file__).parents[2] / "server"
PAGE = (SERVER / "OPERATIONS.md").read_text(encoding="utf-8")
UNIT = (SERVER / "cppcc.service").read_text(encoding="utf-8")
CONTAINER = (SERVER / "Containerfile").read_text(encoding="utf-8")


def part(title):
    """The text below a heading."""
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def first_cells(title):
    """The first cell of each row of the tables below a heading."""
    return re.findall(r"^\| (`.*?) \|", part(title), re.MULTILINE)


def options_of_serve():
    command = commands.cppcc.get_command(click.Context(commands.cppcc), "serve")
    return {flag for parameter in command.params for flag in parameter.opts}


def understood(arguments):
    """The arguments as ``cppcc serve`` reads them, without running it."""
    command = commands.cppcc.get_command(click.Context(commands.cppcc), "serve")
    return command.make_context("serve", list(arguments)).params


def test_every_metric_stands_on_the_page_and_the_other_way_round(door):
    asked = door()
    asked.get(ASK)
    served = set(re.findall(r"^(cppcc_\w+)[{ ]", asked.get("/metrics").text, re.MULTILINE))
    served = {re.sub(r"(?<=_seconds)_(bucket|count|sum)$", "", name) for name in served}
    named = {name for cell in first_cells("Watching") for name in re.findall(r"`(cppcc_\w+)", cell)}

    assert named == served


def test_every_outcome_stands_on_the_page():
    row = next(line for line in PAGE.splitlines() if line.startswith("| `cppcc_queries_total"))

    assert tuple(re.findall(r"`([a-z-]+)`", row.split("|")[2])) == OUTCOMES


def test_every_field_of_a_line_stands_on_the_page_in_order(door, lines):
    door().get(ASK)
    named = [name for cell in first_cells("One line for each request") for name in re.findall(r"`(\w+)`", cell)]

    assert named == list(lines()[0])


@pytest.mark.parametrize(
    "figure",
    [
        f"{MAX_QUERY_STRING_BYTES:,} bytes after the `?`",
        f"{MAX_HEAD_BYTES // 1024} KiB, within {PatientProtocol.head_deadline_s:.0f} s",
        f"{MAX_BODY_BYTES:,} bytes",
        f"| {PatientProtocol.most_connections:,}; idle",
        f"{Places(usual=1).waiting_per_client} of one client",
        f"piece of {PIECE_BYTES // 1024} KiB",
    ],
)
def test_the_page_tells_the_limits_that_hold(figure):
    assert figure in part("Sizes and limits")


def test_every_option_on_the_page_exists():
    told = set(re.findall(r"`(--[a-z-]+)", PAGE)) - {"--read-only", "--tmpfs"}

    assert told <= options_of_serve()


def test_the_unit_starts_the_server_as_the_command_line_reads_it():
    [line] = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    program, name, *arguments = shlex.split(line)
    given = understood(arguments)

    assert (Path(program).name, name) == ("cppcc", "serve")
    assert (given["host"], given["port"], given["trusted_proxy"]) == ("127.0.0.1", 8000, ("127.0.0.1",))


def test_the_unit_waits_for_longer_than_the_server_takes_to_stop():
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)

    assert int(seconds) > 12


def test_the_container_runs_the_server_as_a_user_of_its_own_and_asks_whether_it_is_ready():
    copied = [name for line in re.findall(r"^COPY (.*) \S+$", CONTAINER, re.MULTILINE) for name in line.split()]
    settings = dict(
        pair.split("=") for line in re.findall(r"^ENV (.*)$", CONTAINER, re.MULTILINE) for pair in line.split()
    )

    assert re.findall(r"^(?:USER|ENTRYPOINT) .*$", CONTAINER, re.MULTILINE) == [
        "USER cppcc",
        'ENTRYPOINT ["cppcc", "serve"]',
    ]
    assert settings == {"CPPCC_HOST": "0.0.0.0", "CPPCC_PORT": "8000"}
    assert "/readyz" in CONTAINER
    assert [name for name in copied if not (SERVER.parent / name).exists()] == []


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"])
def test_both_examples_of_a_proxy_settle_every_header_that_would_be_believed(name):
    nginx = part("Behind a proxy").split("```nginx")[1].split("```")[0]

    assert f"proxy_set_header {name} " in nginx
