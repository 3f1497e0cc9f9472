"""
Which query runs when: a queue for each client, a place kept for lookups, deadlines, an end for what nobody awaits.

Clients take turns. What looks like a lookup goes before what does not, and has a place of its own when the others are
taken, so heavy queries never starve it. A client that has waited for half a second while another one holds two places
more than it does, all of them with queries that run for long, gets one of them: the latest of those queries is ended,
and told when to try again.

Lookups that come together are sent to one evaluator one behind the other, because waking another one takes longer than
a lookup. When one of them turns out to be something longer, or ends the evaluator, all of them are asked again, each
alone, so that none waits for another and none is blamed for another; for some seconds nothing is sent ahead then.

All of this runs in one event loop and is never called from another thread; `StoreInWorkers` crosses over.
"""

import asyncio
import secrets
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import cast

from cppcc_graph.errors import CppccError, QueryTimeout, StoreBusy, StoreUnavailable
from cppcc_graph.guard.lookup import looks_like_a_lookup
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.nursery import CONTROL, seats
from cppcc_graph.store.workers.places import Places, State
from cppcc_graph.store.workers.seat import Job, Reply, Seat
from cppcc_graph.store.workers.waiting import Waiting

SLOW_AFTER_S = 0.5
_SENT_AHEAD = 16
_YOUNG_S = 0.002
_LONG_S = 0.02
_TURN_S = 0.01
_APART_S = 5.0
_PATIENCE_S = 0.5
_RETRY_AFTER_S = 2
_RESTARTED_AFTER_S = 10
_RECONNECT_S = 0.05
_MOST_WAITING = 1024


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
        self._n_replaced = 0
        self._running: dict[Job, None] = {}  # in the order in which they began
        self._waiting: Waiting[Job] = Waiting(most_per_client=places.waiting_per_client, most=_MOST_WAITING)
        self._lookups: Waiting[Job] = Waiting(most_per_client=places.waiting_per_client, most=_MOST_WAITING)
        self._joined: Seat | None = None
        self._apart_until_s = 0.0
        self._round: asyncio.TimerHandle | None = None
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
        for line in (self._lookups, self._waiting):
            while line:
                self._end(line.pop(), StoreBusy(retry_after_s=_RESTARTED_AFTER_S))
        for job in list(self._running):
            self._end(job, StoreBusy(retry_after_s=_RESTARTED_AFTER_S))
        if self._round is not None:
            self._round.cancel()
        for seat in self._seats:
            seat.close()

    def state_name(self) -> str:
        """As `Store.state`: another one after every write, reload and start."""
        return f"{self._token}-{self.generation}" if self._is_ours_alone else ""

    def state(self) -> State:
        """Numbers of this moment."""
        return State(
            n_evaluators=len(self._seats),
            n_running=len(self._running),
            n_slow=sum(self._is_slow(job) for job in self._running),
            n_waiting=len(self._waiting) + len(self._lookups),
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
        return await self.begin(request)

    def begin(self, request: QueryRequest) -> "asyncio.Future[Answer]":
        """As :meth:`ask`, of which the future has the outcome; who cancels it gives the query up."""
        deadline_s = min(request.deadline_s or self._limits.deadline_s, self._limits.deadline_s)
        job = self._job(wire.frame(wire.ASK, wire.pack_ask(request)), request.client, deadline_s)
        job.query = request.query
        job.is_lookup = looks_like_a_lookup(request.query)
        self._run(job)
        return cast("asyncio.Future[Answer]", job.reply)

    async def call(self, name: str, *arguments: object, **named: object) -> bytes:
        """What a reading method of the store gives, as `values` writes it."""
        frame = wire.frame(wire.CALL, wire.pack_call(name, *arguments, **named))
        job = self._job(frame, "", self._limits.deadline_s)
        job.is_lookup = True  # it is short
        self._run(job)
        return await cast("asyncio.Future[bytes]", job.reply)

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

    def _job(self, frame: bytes, client: str, deadline_s: float) -> Job:
        return Job(frame, client, deadline_s, self._loop.create_future(), queued_s=self._loop.time())

    def _run(self, job: Job) -> None:
        seat = self._joinable() if job.is_lookup and not self._is_closed else None
        if seat is not None:
            seat.send(job)
        elif self._free and len(self._running) < self._places.usual and not self._is_closed:
            self._begin(job)
        else:
            self._queue(job)

    def _joinable(self) -> Seat | None:
        """The evaluator that was given a lookup last, if it is still busy with short ones."""
        seat = self._joined
        if seat is None or seat.job is None or seat.n_jobs >= _SENT_AHEAD:
            return None
        is_young = self._loop.time() - (seat.job.started_s or 0) <= _YOUNG_S
        return seat if is_young and seat.generation == self.generation and not seat.is_worn else None

    def _queue(self, job: Job) -> None:
        if self._is_closed:
            job.reply.set_exception(StoreBusy(retry_after_s=_RESTARTED_AFTER_S))
        elif not self._line(job).push(job.client, job):
            job.reply.set_exception(StoreBusy(retry_after_s=_RETRY_AFTER_S))
        else:
            job.timer = self._loop.call_later(min(_PATIENCE_S, job.deadline_s), self._lose_patience, job)
            job.reply.add_done_callback(partial(self._give_up, job))
            self._fill()

    def _give_up(self, job: Job, reply: "asyncio.Future[Reply]") -> None:
        """Nobody awaits the reply any more; what is worked on is short, or ended when the dispatcher goes round."""
        if reply.cancelled() and job.seat is None:
            self._unqueue(job)

    def _fill(self) -> None:
        while self._free and self._lookups and len(self._running) < self._places.all:
            seat = self._begin(self._lookups.pop())
            while self._lookups and self._joined is seat and seat.n_jobs < _SENT_AHEAD:
                job = self._lookups.pop()
                if job.is_alone:
                    self._lookups.push(job.client, job)
                    break
                seat.send(self._unhurried(job))
        while self._free and self._waiting and len(self._running) < self._places.usual:
            self._begin(self._waiting.pop())

    def _begin(self, job: Job) -> Seat:
        seat = self._free.pop()
        seat.send(self._unhurried(job))
        self._start(job)
        is_apart = job.is_alone or self._loop.time() < self._apart_until_s
        self._joined = seat if job.is_lookup and not is_apart else None
        return seat

    def _unhurried(self, job: Job) -> Job:
        if job.timer is not None:
            job.timer.cancel()
            job.timer = None
        return job

    def _start(self, job: Job) -> None:
        """An evaluator works on *job* from now on."""
        job.started_s = self._loop.time()
        self._running[job] = None
        if self._round is None:
            self._round = self._loop.call_later(_TURN_S, self._go_round)

    def _go_round(self) -> None:
        """Ends what has lasted too long or is awaited by nobody, and lets nothing short stand behind what is long."""
        self._round = None
        now_s = self._loop.time()
        for job in list(self._running):
            took_s = now_s - (job.started_s or now_s)
            if took_s >= job.deadline_s:
                self._end(job, QueryTimeout(deadline_s=job.deadline_s))
            elif took_s >= _LONG_S and job.reply.cancelled():
                self._end(job, StoreBusy(retry_after_s=_RETRY_AFTER_S))
            elif took_s >= _LONG_S and job.seat is not None and job.seat.n_jobs > 1:
                self._ask_apart(job.seat.kill())
        if self._running and self._round is None:
            self._round = self._loop.call_later(_TURN_S, self._go_round)

    def _ask_apart(self, jobs: list[Job]) -> None:
        """Again, of *jobs* that were given to one evaluator together, those that have no reply."""
        self._apart_until_s = self._loop.time() + _APART_S
        for job in jobs:
            self._leave(job)
            job.is_alone = True
        self._ask_again(jobs)

    def _ask_again(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.started_s = None
            if not job.reply.done():
                self._queue(job)

    def _lose_patience(self, job: Job) -> None:
        """It has waited for half a second more: somebody may have to give way; it is refused when its time is over."""
        waited_s = self._loop.time() - job.queued_s
        left_s = job.deadline_s - waited_s
        if left_s <= 0:
            self._unqueue(job)
            if not job.reply.done():
                job.reply.set_exception(StoreBusy(retry_after_s=_RETRY_AFTER_S))
            return
        job.timer = self._loop.call_later(min(_PATIENCE_S, left_s), self._lose_patience, job)
        greedy = self._greedy(job)
        if greedy is not None:
            self._line(job).advance(job.client)
            self._end(greedy, StoreBusy(retry_after_s=_RETRY_AFTER_S))

    def _greedy(self, waiting: Job) -> Job | None:
        """The latest slow query of the client with most of them, if it has two more places than who waits."""
        held: dict[str, list[Job]] = {}
        for job in self._running:
            held.setdefault(job.client, []).append(job)
        most = max(held.values(), key=len, default=[])
        slow = [job for job in most if self._is_slow(job)]
        is_greedy = len(most) >= len(held.get(waiting.client, ())) + 2
        if is_greedy and slow:
            return slow[-1]
        # In the place that is kept for lookups, whatever only looked like one gives way to the next.
        posers = [job for job in self._running if job.is_lookup and self._is_slow(job)]
        return posers[-1] if waiting.is_lookup and posers else None

    def _is_slow(self, job: Job) -> bool:
        return job.started_s is not None and self._loop.time() - job.started_s > SLOW_AFTER_S

    def _end(self, job: Job, error: CppccError) -> None:
        """Kills the evaluator that works on *job*."""
        if not job.reply.done():
            job.reply.set_exception(error)
        seat, job.seat = job.seat, None
        if seat is not None:
            self._leave(job)
            self._ask_again([other for other in seat.kill() if other is not job])
            self._fill()

    def _unqueue(self, job: Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
        self._line(job).discard(job.client, job)

    def _line(self, job: Job) -> Waiting[Job]:
        return self._lookups if job.is_lookup else self._waiting

    def _leave(self, job: Job) -> None:
        """The place of *job* is free again; its evaluator may not be, yet."""
        if job.timer is not None:
            job.timer.cancel()
        self._running.pop(job, None)

    def _freed(self, seat: Seat, job: Job | None) -> None:
        if job is not None:
            job.seat = None
            self._leave(job)
        if seat.is_worn or seat.generation != self.generation or self._is_closed:
            left = seat.left()
            seat.close()
            self._ask_again(left)
        elif seat.job is not None:
            self._start(seat.job)
        else:
            self._free.append(seat)
            self._fill()

    def _lost(self, seat: Seat, jobs: list[Job]) -> None:
        self._seats.discard(seat)
        if seat in self._free:
            self._free.remove(seat)
        for job in jobs:
            self._leave(job)
        if not self._is_closed:
            self._n_replaced += 1
            self._open_seat()
        if len(jobs) > 1 and not seat.is_worn:
            self._ask_apart(jobs)
        else:
            self._ask_again(jobs)
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
