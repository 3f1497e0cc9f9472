"""A store whose work is done in other processes: a nursery of its own, and a dispatcher in a thread of this one."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cppcc_graph.store.workers.answers import Answers
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.places import Places
from cppcc_graph.store.workers.pool import StoreInWorkers

SERVER = Path(__file__).parents[2] / "server"
LIMITS = Limits(deadline_s=30)
PLACES = Places(usual=2, lookups=1)
NURSERY = f"""
import os, sys
from functools import partial
from pathlib import Path
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.workers.evaluator import called
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.nursery import CONTROL, Plan, listening, nurse, seats
from cppcc_graph.store.workers.under_way import Written
folder, store = Path(sys.argv[1]), EmbeddedStore(is_merged=sys.argv[2] == "merged")
plan = Plan(folder=folder, n_evaluators={PLACES.all}, limits=Limits(deadline_s=30), open_store=lambda: store,
            is_sealed=True, write=lambda call, _: Written(called(store, call), is_committed=True))
evaluators, control = listening(seats(folder, 0)), listening(folder / CONTROL)
_alive, alive_end = os.pipe()
print("ready", flush=True)
nurse(plan, evaluators, control, (sys.stdin.fileno(), alive_end))
"""
"""It ends when its standard input is closed."""


@contextmanager
def store_in_workers(*, is_merged: bool) -> Iterator[StoreInWorkers]:
    """An empty store in memory, of the published kind or of the bare mode, that takes writes."""
    with TemporaryDirectory(prefix="cs-") as folder:
        command = [sys.executable, "-c", NURSERY, folder, "merged" if is_merged else "separate"]
        environment = {**os.environ, "PYTHONPATH": str(SERVER)}
        with (
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as nursery,
            _dispatched(nursery, Path(folder)) as store,
        ):
            yield store


@contextmanager
def _dispatched(nursery: subprocess.Popen[bytes], folder: Path) -> Iterator[StoreInWorkers]:
    assert nursery.stdout is not None
    assert nursery.stdin is not None
    assert nursery.stdout.readline() == b"ready\n"
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    dispatcher = asyncio.run_coroutine_threadsafe(_started(folder), loop).result()
    try:
        yield StoreInWorkers(loop, dispatcher, Answers(dispatcher.begin, dispatcher.state_name, limit_bytes=1_000_000))
    finally:
        asyncio.run_coroutine_threadsafe(_closed(dispatcher), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        nursery.stdin.close()
        nursery.stdout.close()


async def _started(folder: Path) -> Dispatcher:
    dispatcher = Dispatcher(folder, LIMITS, PLACES)
    dispatcher.start()
    return dispatcher


async def _closed(dispatcher: Dispatcher) -> None:
    dispatcher.close()
    await asyncio.sleep(0.05)  # for the connections that were closed
