"""Work in a process of its own leaves nothing behind and holds nothing back."""

import fcntl
import os
import signal
import time
from pathlib import Path

import pytest

from cppcc_graph.errors import JudgementInterrupted, UnknownGraph
from cppcc_graph.store.forked import forked


def test_it_gives_what_the_work_gives_however_long():
    assert forked(lambda: b"x" * 3_000_000) == b"x" * 3_000_000


def test_its_process_holds_none_of_the_locks_of_the_one_that_waits(tmp_path):
    """Otherwise the lock of a writer that was killed would be held until its judge has ended."""
    path = tmp_path / "lock"
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        told = forked(lambda: str(sorted(map(int, os.listdir("/proc/self/fd")))).encode())  # noqa: PTH208
        assert str(held.fileno()) not in told.decode().strip("[]").split(", ")


def test_its_process_ends_when_the_one_that_waits_is_killed():
    waiting = os.fork()
    if waiting == 0:
        forked(lambda: time.sleep(60) or b"")
        os._exit(0)
    children = Path(f"/proc/{waiting}/task/{waiting}/children")
    while not (found := children.read_text().split()):
        time.sleep(0.01)
    os.kill(waiting, signal.SIGKILL)
    os.waitpid(waiting, 0)
    until_s = time.monotonic() + 5
    while is_alive(found[0]) and time.monotonic() < until_s:
        time.sleep(0.01)

    assert not is_alive(found[0])


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_its_failure_is_the_same_failure():
    def fail():
        raise UnknownGraph("http://example.org/g")

    with pytest.raises(UnknownGraph, match="example") as caught:
        forked(fail)
    assert caught.value.iri == "http://example.org/g"


@pytest.mark.parametrize("end", [lambda: os._exit(9), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_its_end_is_an_interruption_after_which_nothing_has_changed(end):
    with pytest.raises(JudgementInterrupted, match="nothing was changed") as caught:
        forked(end)
    assert caught.value.retry_after_s > 0
