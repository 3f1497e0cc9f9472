"""
Which query runs when: queues per client, places for slow queries, deadlines, and an end for those that nobody awaits.

A query begins in a fast place. After its first half second it needs a slow one, of which there are fewer; a client that
holds most of them gives one up to a client that holds fewer. While nobody waits, a query without a slow place goes on
in its fast one, and is ended when somebody does. So a point lookup waits for a second or two at most, however many
heavy queries there are, and every query that is ended is told so, with the time to try again.

All of this runs in one event loop and is never called from another thread; `StoreInWorkers` crosses over.
"""

import asyncio
import secrets
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cppcc_graph.errors import CppccError, QueryTimeout, StoreBusy, StoreUnavailable
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.nursery import CONTROL, seats
from cppcc_graph.store.workers.seat import Job, Reply, Seat
from cppcc_graph.store.workers.waiting import Waiting

SLOW_AFTER_S = 0.5
_RETRY_AFTER_S = 2
_RECONNECT_S = 0.05
_MOST_WAITING = 1024
_KILLED_AFTER_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    How many queries run and wait.

    Attributes:
        fast: Queries in their first half second that run at the same time.
        slow: Queries beyond it.
        waiting_per_client: Queries of one client that wait; more are refused.
    """

    fast: int
    slow: int
    waiting_per_client: int = 64

    @property
    def all(self) -> int:
        """Evaluators that this needs."""
        return self.fast + self.slow


@dataclass(slots=True)
class State:
    """What a dispatcher is doing now, for who watches it."""

    n_evaluators: int = 0
    n_running: int = 0
    n_slow: int = 0
    n_waiting: int = 0
    n_replaced: int = 0


class Dispatcher:
    """The one place where queries meet evaluators."""

    def __init__(self, folder: Path, limits: Limits, places: Places, *, is_ours_alone: bool = True) -> None:
        """
        Args:
            folder: Of the nursery's sockets; large answers are spooled there too.
            limits: Of each query.
            places: How many run and wait.
            is_ours_alone: Whether the data change only here, so that answers may be kept.
        """
        self._token = secrets.token_hex(8)
        self._is_ours_alone = is_ours_alone
        self._folder = folder
        self._limits = limits
        self._places = places
        self.generation = 0
        self._free: list[Seat] = []
        self._seats: set[Seat] = set()
        self._n_fast = 0
        self._n_replaced = 0
        self._running: set[Job] = set()
        self._slow: list[Job] = []
        self._overdue: list[Job] = []
        self._waiting: Waiting[Job] = Waiting(most_per_client=places.waiting_per_client, most=_MOST_WAITING)
        self._opening: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def start(self) -> None:
        """Connects to the evaluators; queries may be asked at once and wait for them."""
        self._loop = asyncio.get_running_loop()
        for _ in range(self._places.all):
            self._open_seat()

    def close(self) -> None:
        """Ends all that runs."""
        self._is_closed = True
        for task in self._opening:
            task.cancel()
        while self._waiting:
            self._end(self._waiting.pop(), StoreUnavailable("the server is stopping"))
        for job in list(self._running):
            self._end(job, StoreUnavailable("the server is stopping"))
        for seat in self._seats:
            seat.close()

    def state_name(self) -> str:
        """As `Store.state`: another one after every write, reload and start."""
        return f"{self._token}-{self.generation}" if self._is_ours_alone else ""

    def state(self) -> State:
        """Numbers of this moment."""
        return State(
            n_evaluators=len(self._seats),
            n_running=self._n_fast + len(self._slow),
            n_slow=len(self._slow),
            n_waiting=len(self._waiting),
            n_replaced=self._n_replaced,
        )

    async def ask(self, request: QueryRequest) -> Answer:
        """
        The answer to a stranger's query.

        Raises:
            QueryTimeout: it was stopped at its deadline.
            QueryKilled: it ended its evaluator.
            StoreBusy: too many queries wait, or it had to give way to others.
            CppccError: see `Store.answer`.
        """
        deadline_s = min(request.deadline_s or self._limits.deadline_s, self._limits.deadline_s)
        reply = await self._run(wire.frame(wire.ASK, wire.pack_ask(request)), request.client, deadline_s)
        if not isinstance(reply, Answer):
            raise StoreUnavailable("an evaluator gave something else than an answer")
        return reply

    async def call(self, name: str, *arguments: object, **named: object) -> bytes:
        """What a reading method of the store gives, as `values` writes it."""
        frame = wire.frame(wire.CALL, wire.pack_call(name, *arguments, **named))
        reply = await self._run(frame, "", self._limits.deadline_s)
        if not isinstance(reply, bytes):
            raise StoreUnavailable("an evaluator gave something else than a value")
        return reply

    async def write(self, name: str, *arguments: object, **named: object) -> bytes:
        """
        What a writing method of the store gives; queries that are asked afterwards see what was written.

        Raises:
            QueryTimeout: it was stopped at the deadline; nothing has changed.
        """
        payload = wire.pack_call(name, *arguments, **named)
        try:
            reader, writer = await asyncio.open_unix_connection(self._folder / CONTROL)
            with closing(writer):
                writer.write(wire.frame(wire.CALL, payload))
                kind, reply = await _next_frame(reader)
                if kind == wire.FAILURE:
                    raise wire.unpack_failure(reply)
                self.turn_to(int(reply))
                _kind, value = await _next_frame(reader)
        except asyncio.IncompleteReadError as error:
            raise QueryTimeout(deadline_s=self._limits.deadline_s) from error
        except OSError as error:
            raise StoreUnavailable("the store takes no changes now") from error
        return value

    def turn_to(self, generation: int) -> None:
        """From here on queries go to the evaluators of *generation*; those that run stay where they are."""
        if generation == self.generation:
            return
        self.generation = generation
        free, self._free = self._free, []
        for seat in free:
            seat.close()

    async def _run(self, frame: bytes, client: str, deadline_s: float) -> Reply:
        job = Job(frame, client, deadline_s, self._loop.create_future())
        self._submit(job)
        try:
            return await job.reply
        except asyncio.CancelledError:
            self._abandon(job)
            raise

    def _submit(self, job: Job) -> None:
        if self._is_closed:
            raise StoreUnavailable("the server is stopping")
        if self._free and self._n_fast < self._places.fast:
            self._begin(job)
            return
        if not self._waiting.push(job.client, job):
            raise StoreBusy(retry_after_s=_RETRY_AFTER_S)
        job.timer = self._loop.call_later(job.deadline_s, self._tire, job)
        if self._overdue and self._n_fast >= self._places.fast:
            self._end(self._overdue[0], StoreBusy(retry_after_s=_RETRY_AFTER_S))

    def _begin(self, job: Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
        self._n_fast += 1
        self._running.add(job)
        if job.deadline_s <= SLOW_AFTER_S:
            job.timer = self._loop.call_later(job.deadline_s, self._expire, job)
        else:
            job.timer = self._loop.call_later(SLOW_AFTER_S, self._slow_down, job)
        self._free.pop().send(job)

    def _slow_down(self, job: Job) -> None:
        """The first half second is over: a slow place, or the fast one for as long as nobody needs it."""
        job.timer = self._loop.call_later(job.deadline_s - SLOW_AFTER_S, self._expire, job)
        if len(self._slow) >= self._places.slow and (greedy := self._greedy(job.client)) is not None:
            self._end(greedy, StoreBusy(retry_after_s=_RETRY_AFTER_S))
        if len(self._slow) < self._places.slow:
            self._promote(job)
        else:
            self._overdue.append(job)
            if self._waiting:
                self._end(job, StoreBusy(retry_after_s=_RETRY_AFTER_S))

    def _greedy(self, client: str) -> Job | None:
        """The latest slow query of the client that holds most places, if it holds two more than *client*."""
        held: dict[str, list[Job]] = {}
        for job in self._slow:
            held.setdefault(job.client, []).append(job)
        most = max(held.values(), key=len, default=[])
        return most[-1] if len(most) >= len(held.get(client, ())) + 2 else None

    def _promote(self, job: Job) -> None:
        self._n_fast -= 1
        job.is_slow = True
        self._slow.append(job)
        if job.seat is not None:
            job.seat.give_way()
        self._fill()

    def _tire(self, job: Job) -> None:
        """It has waited for as long as it may run."""
        self._waiting.discard(job.client, job)
        if not job.reply.done():
            job.reply.set_exception(StoreBusy(retry_after_s=_RETRY_AFTER_S))

    def _expire(self, job: Job) -> None:
        self._end(job, QueryTimeout(deadline_s=job.deadline_s))

    def _end(self, job: Job, error: CppccError) -> None:
        """Kills the evaluator that works on *job*."""
        if not job.reply.done():
            job.reply.set_exception(error)
        seat, job.seat = job.seat, None
        if seat is not None:
            self._leave(job)
            seat.kill()
            self._fill()

    def _abandon(self, job: Job) -> None:
        """Nobody awaits the reply any more."""
        if job.started_s is None:
            if job.timer is not None:
                job.timer.cancel()
            self._waiting.discard(job.client, job)
        else:
            self._end(job, StoreBusy(retry_after_s=_RETRY_AFTER_S))

    def _leave(self, job: Job) -> None:
        """The place of *job* is free again; its evaluator may not be, yet."""
        self._running.discard(job)
        if job.timer is not None:
            job.timer.cancel()
        if job.is_slow:
            self._slow.remove(job)
            if self._overdue:
                self._promote(self._overdue.pop(0))
        else:
            self._n_fast -= 1
            if job in self._overdue:
                self._overdue.remove(job)

    def _fill(self) -> None:
        while self._waiting and self._free and self._n_fast < self._places.fast:
            self._begin(self._waiting.pop())

    def _freed(self, seat: Seat, job: Job | None) -> None:
        if job is not None:
            job.seat = None
            self._leave(job)
        if seat.is_worn:
            seat.kill()
            return
        if seat.generation != self.generation or self._is_closed:
            seat.close()
            return
        self._free.append(seat)
        self._fill()

    def _lost(self, seat: Seat, job: Job | None) -> None:
        self._seats.discard(seat)
        if job is not None:
            job.seat = None
            self._leave(job)
        if seat in self._free:
            self._free.remove(seat)
        if not self._is_closed:
            self._n_replaced += 1
            self._open_seat()
            self._fill()

    def _open_seat(self) -> None:
        task = self._loop.create_task(self._opened())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _opened(self) -> None:
        """Connects until there is an evaluator; the nursery may be on its way."""
        while not self._is_closed:
            generation = self.generation
            seat = Seat(self._limits, self._folder, on_free=self._freed, on_lost=self._lost)
            seat.generation = generation
            with suppress(OSError):
                await self._loop.create_unix_connection(partial(_itself, seat), str(seats(self._folder, generation)))
                self._seats.add(seat)
                return
            await asyncio.sleep(_RECONNECT_S)


def _itself(seat: Seat) -> Seat:
    return seat


async def _next_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    length, kind = wire.HEAD.unpack(await reader.readexactly(wire.HEAD.size))
    return kind, await reader.readexactly(length)
