"""Servers for these tests: one with tight limits for the session, others as a test needs them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tests.workers.server import Server, serving

TIGHT = ("--deadline", 2, "--memory", 192, "--answer", 16, "--workers", 2, "--log-level", "WARNING")


@pytest.fixture(scope="session")
def tight() -> Iterator[Server]:
    """The bundled data; 2 s, 192 MiB and a 16 MiB answer for each query, two at a time."""
    with serving(*TIGHT) as server:
        yield server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a server with these arguments; gone when the test ends."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(serving(*arguments))
