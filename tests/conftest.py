"""What every test may use: the published store, a client without a network, and the command ``cppcc``."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from cppcc_graph.cli import main
from cppcc_graph.publish import load_published, put
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

hypothesis_settings.register_profile("without a stopwatch", deadline=None)
hypothesis_settings.load_profile("without a stopwatch")

ALLOWED_SKIP = "allowed: "
"""A skip whose reason begins like this stands under CI too; every other skip hides a missing component there."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--approve", action="store_true", help="rewrite approved answers and reports; review the diff")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001  # pytest's interface
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    is_hidden = report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI")
    if is_hidden and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED_SKIP):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped under CI: {reason}"
    return report


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def published() -> Iterator[EmbeddedStore]:
    """The ontology and the data of this checkout, in memory; tests only read it."""
    store = EmbeddedStore()
    put(store, load_published())
    yield store
    store.close()


@pytest.fixture
def published_client(published: EmbeddedStore) -> FlaskClient:
    """A client of the application over the published data."""
    return create_app(Settings(), published).test_client()


@pytest.fixture
def cppcc(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs ``cppcc`` with these arguments in this process, through the program's own outermost line."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cppcc", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.flush()
        written = capfd.readouterr()
        return Ran(int(end.value.code or 0), written.out, written.err)

    return run


@pytest.fixture(scope="session")
def in_new_process() -> Callable[..., Ran]:
    """Runs ``cppcc`` with these arguments as a program of its own."""

    def run(*arguments: object, cwd: Path | None = None) -> Ran:
        command = [sys.executable, "-m", "cppcc_graph", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(autouse=True, scope="module")
def _leave_nothing_to_other_threads() -> Iterator[None]:
    """The engine's solutions may be released only in the thread that asked; the threads of the next module would."""
    yield
    gc.collect()
    gc.freeze()  # what is left stays for long, and need not be looked at after each module
