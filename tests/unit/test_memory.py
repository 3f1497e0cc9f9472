"""A command starts over with jemalloc where that works, and goes on as it is everywhere else."""

import os
import sys
from pathlib import Path

import pytest

from cppcc_graph import memory

ARGUMENTS = ["serve", "--port", "0"]


@pytest.fixture
def started_over(monkeypatch) -> list[str]:
    """Libraries with which this process would have been replaced."""
    found: list[str] = []
    monkeypatch.setattr(os, "execve", lambda _path, _arguments, environment: found.append(environment["LD_PRELOAD"]))
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setattr(sys, "argv", ["/usr/bin/cppcc", *ARGUMENTS])
    monkeypatch.setattr(sys, "orig_argv", ["/usr/bin/python3", "/usr/bin/cppcc", *ARGUMENTS])
    return found


def test_who_sets_the_preload_to_nothing_has_chosen(started_over):
    memory.start_over_with_jemalloc(ARGUMENTS)

    assert started_over == []


def test_the_preload_is_forgotten_when_it_has_been_loaded(monkeypatch, started_over):
    monkeypatch.setenv("LD_PRELOAD", "/usr/lib/somewhere/libjemalloc.so.2")
    memory.start_over_with_jemalloc(ARGUMENTS)

    assert started_over == []
    assert "LD_PRELOAD" not in os.environ


@pytest.mark.parametrize("library", [None, Path("/nowhere/libjemalloc.so.2"), Path(__file__)])
def test_a_library_that_is_missing_or_does_not_load_is_left(monkeypatch, started_over, library):
    monkeypatch.delenv("LD_PRELOAD")
    monkeypatch.setattr(memory, "_found", lambda: library)
    memory.start_over_with_jemalloc(ARGUMENTS)

    assert started_over == []


def test_a_process_that_was_started_as_something_else_is_left(monkeypatch, started_over):
    monkeypatch.delenv("LD_PRELOAD")
    monkeypatch.setattr(memory, "_found", lambda: pytest.fail("looked for a library"))
    memory.start_over_with_jemalloc(["serve", "--port", "1"])
    monkeypatch.setattr(sys, "argv", ["-", *ARGUMENTS])
    memory.start_over_with_jemalloc(ARGUMENTS)

    assert started_over == []


def test_giving_back_is_possible_at_any_time():
    memory.give_back()
