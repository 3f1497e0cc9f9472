"""The process that speaks HTTP: uvicorn around the front, which reaches the evaluators through a dispatcher."""

import asyncio
import gc
import logging
import os
import resource
import shutil
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import click
import uvicorn
import uvloop
from a2wsgi import WSGIMiddleware

from cppcc_graph.errors import CppccError
from cppcc_graph.memory import give_back, return_memory
from cppcc_graph.serving.direct import DirectProtocol
from cppcc_graph.serving.notify import READY, notify
from cppcc_graph.serving.readiness import Readiness
from cppcc_graph.settings import Settings
from cppcc_graph.store.base import GraphSummary
from cppcc_graph.store.workers.answers import Answers
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.gate import Gate
from cppcc_graph.store.workers.jobs import MOST_WAITING
from cppcc_graph.store.workers.limits import MIB, Limits
from cppcc_graph.store.workers.places import Places
from cppcc_graph.store.workers.pool import StoreInWorkers
from cppcc_graph.store.workers.services import Services
from cppcc_graph.store.workers.values import CODECS
from cppcc_graph.web import create_app
from cppcc_graph.web.asgi import Application
from cppcc_graph.web.forwarded import Proxies
from cppcc_graph.web.front import Front
from cppcc_graph.web.measures import Measures, Workings
from cppcc_graph.web.writing import writers_of

GRACE_S = 10
_LAST_WORDS_S = 1.0
_COLLECTED_AFTER = (20_000, 20, 50)
_KEEP_ALIVE_S = 65
_WRITING_THREADS = MOST_WAITING + 8  # the others are told at once that too many wait
_GIVEN_BACK_AFTER_S = 5
_TOLD_ELSEWHERE = (
    "ASGI callable returned without starting response",
    "ASGI callable returned without completing response",
    "Invalid HTTP request",
    "Unsupported upgrade request",
    "No supported WebSocket library",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPlan:
    """
    What the front is told.

    Attributes:
        settings: Of this run.
        listener: The bound socket; None for a front that speaks over stdin and stdout.
        url: Under which it is reached, for the ready line.
        folder: Of the nursery's sockets.
        limits: Of each query.
        places: How many queries run and wait.
        gate: The way to other endpoints.
        is_ours_alone: Whether the data change only through this server.
        generation: Of the evaluators.
        orders: Descriptor from which later generations are read, one number a line.
        is_first: Whether it says that it is ready.
    """

    settings: Settings
    listener: socket.socket | None
    url: str
    folder: Path
    limits: Limits
    places: Places
    gate: Gate
    is_ours_alone: bool
    generation: int
    orders: int
    is_first: bool

    def turn(self, turn_to: Callable[[int], None]) -> None:
        """Later generations; the end of the orders means that the supervisor is gone, and the front goes too."""
        told = os.read(self.orders, 4096)
        for line in told.split():
            turn_to(int(line))
        if not told:
            asyncio.get_running_loop().remove_reader(self.orders)
            os.kill(os.getpid(), signal.SIGTERM)


def run_front(plan: FrontPlan) -> None:
    """Answers requests until SIGTERM; those that run then have `GRACE_S` to end. Tidies up for a killed supervisor."""
    supervisor = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # until uvicorn listens to it, and when it hands it on at the end
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return_memory()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    uvloop.run(_serve(plan))
    if os.getppid() != supervisor:
        shutil.rmtree(plan.folder, ignore_errors=True)


class _Stopping(uvicorn.Server):
    """Calls *also* when it begins to stop, so that what still runs shortly before the end is refused in words."""

    def __init__(self, config: uvicorn.Config, also: Callable[[], object]) -> None:
        super().__init__(config)
        self._also = also

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn has it."""
        self._also()
        await super().shutdown(sockets)


async def _serve(plan: FrontPlan) -> None:
    loop = asyncio.get_running_loop()
    dispatcher = Dispatcher(plan.folder, plan.limits, plan.places, is_ours_alone=plan.is_ours_alone)
    dispatcher.turn_to(plan.generation)
    services = Services(dispatcher, plan.gate, deadline_s=plan.limits.deadline_s)
    answers = Answers(services.ask, dispatcher.state_name, limit_bytes=plan.settings.cache_mib * MIB)
    readiness = Readiness(dispatcher, is_ours_alone=plan.is_ours_alone)
    measures = Measures(workings=partial(_workings, dispatcher, answers), why_not_ready=readiness.why_not)
    app = create_app(plan.settings, StoreInWorkers(loop, dispatcher, answers), measures)
    in_threads = partial(WSGIMiddleware, app)  # type: ignore[arg-type]  # two spellings of WSGI
    threads = ThreadPoolExecutor(plan.settings.threads, thread_name_prefix="page")
    front = Front(
        application=cast("Application", in_threads(workers=plan.settings.threads)),
        writing=cast("Application", in_threads(workers=_WRITING_THREADS)),
        answers=answers,
        state=dispatcher.state_name,
        measures=measures,
        most_bytes=writers_of(app).most_bytes,
        proxies=Proxies(plan.settings.trusted_proxy),
    )
    loop.set_default_executor(threads)
    dispatcher.start()
    loop.add_reader(plan.orders, plan.turn, dispatcher.turn_to)
    server = _Stopping(
        _config(front), partial(loop.call_later, GRACE_S - _LAST_WORDS_S, _end_all, services, dispatcher)
    )
    watching = [
        loop.create_task(readiness.watch(server)),
        loop.create_task(_say_ready(plan, dispatcher, readiness)),
        loop.create_task(_give_back_now_and_then()),
    ]
    await server.serve([plan.listener] if plan.listener else None)
    for task in watching:
        task.cancel()
    _end_all(services, dispatcher)
    await asyncio.sleep(0)  # the connections that were closed are gone after the next turn of the loop
    threads.shutdown(wait=False)


async def _give_back_now_and_then() -> None:
    while True:
        await asyncio.sleep(_GIVEN_BACK_AFTER_S)
        give_back()


def _end_all(services: Services, dispatcher: Dispatcher) -> None:
    services.close()
    dispatcher.close()


def _workings(dispatcher: Dispatcher, answers: Answers) -> Workings:
    now, counts = dispatcher.state(), answers.counts
    return Workings(
        n_evaluators=now.n_evaluators,
        n_running=now.n_running,
        n_slow=now.n_slow,
        n_waiting=now.n_waiting,
        n_replaced=now.n_replaced,
        n_kept=counts.n_answers,
        n_kept_bytes=counts.n_bytes,
        n_hits=counts.hits,
        n_shared=counts.shared,
        n_misses=counts.misses,
        generation=dispatcher.generation,
        state=dispatcher.state_name(),
    )


def _config(front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        front,
        http=DirectProtocol,
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


async def _say_ready(plan: FrontPlan, dispatcher: Dispatcher, readiness: Readiness) -> None:
    await readiness.reached.wait()
    notify(READY)
    if not plan.is_first:
        return
    try:
        graphs = cast("list[GraphSummary]", CODECS["graphs"].read(await dispatcher.call("graphs")))
    except CppccError as error:
        click.echo(f"cppcc: {error}", err=True)
        return
    n_triples = sum(graph.n_triples for graph in graphs)
    click.echo(f"cppcc: {plan.url} is ready: {len(graphs)} graphs, {n_triples:,} triples", err=True)


def _is_news(record: logging.LogRecord) -> bool:
    """Not uvicorn's complaints about what clients do, and when an answer is cut on purpose: a request's line tells."""
    return not str(record.msg).startswith(_TOLD_ELSEWHERE)
