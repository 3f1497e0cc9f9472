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
from functools import partial
from pathlib import Path
from typing import cast

from cppcc_graph.errors import CppccError, QueryTimeout, StoreBusy
from cppcc_graph.guard.lookup import looks_like_a_lookup
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.numbering import numbered
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.fairness import greedy, is_slow
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.places import Places, State
from cppcc_graph.store.workers.roster import Roster
from cppcc_graph.store.workers.seat import Job, Reply, Seat
from cppcc_graph.store.workers.waiting import Waiting

_SENT_AHEAD = 16
_YOUNG_S = 0.002
_LONG_S = 0.1
_TURN_S = 0.01
_APART_S = 5.0
_PATIENCE_S = 0.5
_RETRY_AFTER_S = 2
_RESTARTED_AFTER_S = 10
_MOST_WAITING = 1024


class Dispatcher:
    """
    The one place where queries meet evaluators.

    Attributes:
        folder: Of the nursery's sockets.
        limits: Of each query.
    """

    def __init__(self, folder: Path, limits: Limits, places: Places, *, is_ours_alone: bool = True) -> None:
        """Large answers are spooled in *folder*; they may be kept if the data change only here (*is_ours_alone*)."""
        self._token = secrets.token_hex(8)
        self._is_ours_alone = is_ours_alone
        self.folder = folder
        self.limits = limits
        self._places = places
        self._roster = Roster(folder, lambda: Seat(limits, folder, on_free=self._freed, on_lost=self._lost))
        self._running: dict[Job, None] = {}  # in the order in which they began
        self._waiting: Waiting[Job] = Waiting(most_per_client=places.waiting_per_client, most=_MOST_WAITING)
        self._lookups: Waiting[Job] = Waiting(most_per_client=places.waiting_per_client, most=_MOST_WAITING)
        self._joined: Seat | None = None
        self._apart_until_s = 0.0
        self._round: asyncio.TimerHandle | None = None
        self._is_closed = False

    def start(self) -> None:
        """Connects to the evaluators; queries may be asked at once and wait for them."""
        self._loop = asyncio.get_running_loop()
        for _ in range(self._places.all):
            self._roster.open()

    def close(self) -> None:
        """Ends all that runs."""
        self._is_closed = True
        for line in (self._lookups, self._waiting):
            while line:
                self._end(line.pop(), StoreBusy(retry_after_s=_RESTARTED_AFTER_S))
        for job in list(self._running):
            self._end(job, StoreBusy(retry_after_s=_RESTARTED_AFTER_S))
        if self._round is not None:
            self._round.cancel()
        self._roster.close()

    def state_name(self) -> str:
        """As `Store.state`: another one after every write, reload and start."""
        return numbered(f"{self._token}-{self.generation}", self.number) if self._is_ours_alone else ""

    def state(self) -> State:
        """Numbers of this moment."""
        return State(
            n_evaluators=len(self._roster),
            n_running=len(self._running),
            n_slow=sum(is_slow(job, self._loop.time()) for job in self._running),
            n_waiting=len(self._waiting) + len(self._lookups),
            n_replaced=self._roster.n_replaced,
        )

    def begin(self, request: QueryRequest) -> "asyncio.Future[Answer]":
        """
        The answer to a stranger's query, when it is there; who cancels it gives the query up.

        Its exception is one of these:
            QueryTimeout: it was stopped at its deadline.
            QueryKilled: it ended its evaluator.
            StoreBusy: too many queries wait, or it had to give way to others.
            CppccError: see `Store.answer`.
        """
        deadline_s = min(request.deadline_s or self.limits.deadline_s, self.limits.deadline_s)
        job = self._job(wire.frame(wire.ASK, wire.pack_ask(request)), request.client, deadline_s, request.query)
        self._run(job)
        return cast("asyncio.Future[Answer]", job.reply)

    async def call(self, name: str, *arguments: object, **named: object) -> bytes:
        """What a reading method of the store gives, as `values` writes it."""
        frame = wire.frame(wire.CALL, wire.pack_call(name, *arguments, **named))
        job = self._job(frame, "", self.limits.deadline_s, "")
        self._run(job)
        return await cast("asyncio.Future[bytes]", job.reply)

    @property
    def generation(self) -> int:
        """Of the evaluators that are asked."""
        return self._roster.generation

    @property
    def number(self) -> int:
        """`Store.number` of the data that are asked; 0 until an evaluator is there."""
        return self._roster.number

    def turn_to(self, generation: int, number: int | None = None) -> None:
        """From here on queries go to evaluators of *generation*, with data of *number* where that is known already."""
        self._roster.turn_to(generation, number)

    def _job(self, frame: bytes, client: str, deadline_s: float, query: str) -> Job:
        is_lookup = not query or looks_like_a_lookup(query)  # our own calls have no query and are short
        reply: asyncio.Future[Reply] = self._loop.create_future()
        return Job(frame, client, deadline_s, reply, query=query, is_lookup=is_lookup, queued_s=self._loop.time())

    def _run(self, job: Job) -> None:
        seat = self._joinable() if job.is_lookup and not self._is_closed else None
        if seat is not None:
            seat.send(job)
        elif self._roster.has_free and len(self._running) < self._places.usual and not self._is_closed:
            self._begin(job)
        else:
            self._queue(job)

    def _joinable(self) -> Seat | None:
        """The evaluator that was given a lookup last, if it is still busy with short ones."""
        seat = self._joined
        if seat is None or seat.job is None or seat.n_jobs >= _SENT_AHEAD:
            return None
        is_young = self._loop.time() - (seat.job.started_s or 0) <= _YOUNG_S
        return seat if is_young and self._roster.is_kept(seat) else None

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
        while self._roster.has_free and self._lookups and len(self._running) < self._places.all:
            seat = self._begin(self._lookups.pop())
            while self._lookups and self._joined is seat and seat.n_jobs < _SENT_AHEAD:
                job = self._lookups.pop()
                if job.is_alone:
                    self._lookups.push(job.client, job)
                    break
                seat.send(self._unhurried(job))
        while self._roster.has_free and self._waiting and len(self._running) < self._places.usual:
            self._begin(self._waiting.pop())

    def _begin(self, job: Job) -> Seat:
        seat = self._roster.take()
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
        self._arrange_round()

    def _go_round(self) -> None:
        """Ends what has lasted too long or is awaited by nobody, and lets nothing short stand behind what is long."""
        self._round = None
        now_s = self._loop.time()
        for job in list(self._running):
            took_s = now_s - (job.started_s or now_s)
            if took_s >= min(_LONG_S, job.deadline_s) and job.seat is not None and job.seat.n_jobs > 1:
                self._ask_apart(job.seat.kill())
            elif took_s >= job.deadline_s:
                self._end(job, QueryTimeout(deadline_s=job.deadline_s))
            elif took_s >= _LONG_S and job.reply.cancelled():
                self._end(job, StoreBusy(retry_after_s=_RETRY_AFTER_S))
        self._arrange_round()

    def _arrange_round(self) -> None:
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
        left_s = job.queued_s + job.deadline_s - self._loop.time()
        if left_s <= 0:
            self._unqueue(job)
            if not job.reply.done():
                job.reply.set_exception(StoreBusy(retry_after_s=_RETRY_AFTER_S))
            return
        job.timer = self._loop.call_later(min(_PATIENCE_S, left_s), self._lose_patience, job)
        giving_way = greedy(job, self._running, self._loop.time())
        if giving_way is not None:
            self._line(job).advance(job.client)
            self._end(giving_way, StoreBusy(retry_after_s=_RETRY_AFTER_S))

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
        self._line(job).discard(job.client, self._unhurried(job))

    def _line(self, job: Job) -> Waiting[Job]:
        return self._lookups if job.is_lookup else self._waiting

    def _leave(self, job: Job) -> None:
        """The place of *job* is free again; its evaluator may not be, yet."""
        self._running.pop(job, None)

    def _freed(self, seat: Seat, job: Job | None) -> None:
        if job is not None:
            job.seat = None
            self._leave(job)
        else:
            self._roster.greet(seat)
        if not self._roster.is_kept(seat):
            left = seat.left()
            seat.close()
            self._ask_again(left)
        elif seat.job is not None:
            self._start(seat.job)
        else:
            self._roster.give(seat)
            self._fill()

    def _lost(self, seat: Seat, jobs: list[Job]) -> None:
        self._roster.lose(seat)
        for job in jobs:
            self._leave(job)
        if len(jobs) > 1 and not seat.is_worn:
            self._ask_apart(jobs)
        else:
            self._ask_again(jobs)
        self._fill()
