"""
Answers kept for who asks the same again: never wrong, because the key holds all that an answer depends on.

The key is the query to the letter, its dataset, base and formats, and the generation of the data. Identical queries
that arrive while one of them runs wait for its answer. What may differ from one evaluation to the next is never kept
or shared: NOW, RAND, UUID, STRUUID, BNODE, SERVICE; nor are failures and answers in files.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from cppcc_graph.errors import QueryTimeout, StoreBusy
from cppcc_graph.guard.volatile import is_volatile
from cppcc_graph.store.base import Answer, QueryRequest

_OVERHEAD_BYTES = 500
_SHARE_OF_ONE = 8

Key: TypeAlias = tuple[object, ...]
Made: TypeAlias = "asyncio.Future[Answer]"
Ask: TypeAlias = Callable[[QueryRequest], Made]


@dataclass(slots=True)
class Counts:
    """How often an answer was there already, was being made, or had to be made; and what is kept."""

    hits: int = 0
    shared: int = 0
    misses: int = 0
    n_bytes: int = 0
    n_answers: int = 0


@dataclass(frozen=True, slots=True)
class _Other:
    """Who asked for what is being made already, and since when on the loop's clock."""

    request: QueryRequest
    made: Made
    since_s: float


class Answers:
    """Answers, kept up to a number of bytes; used in the dispatcher's event loop only."""

    def __init__(self, ask: Ask, state: Callable[[], str], *, limit_bytes: int) -> None:
        """
        Args:
            ask: Makes them.
            state: Names the present state of the data; an empty name means that nothing may be kept.
            limit_bytes: Length of all answers that are kept, together; 0 keeps none.
        """
        self._ask = ask
        self._state = state
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._running: dict[Key, list[_Other]] = {}
        self._missed: tuple[QueryRequest | None, Key] = (None, ())
        self.counts = Counts()

    async def answer(self, request: QueryRequest) -> Answer:
        """
        The answer, kept or new.

        Raises:
            CppccError: there is none.
        """
        return self.kept(request) or await self.begin(request)

    def begin(self, request: QueryRequest) -> Made:
        """
        The answer to a query whose answer is not kept, when it is made; who cancels it gives the query up.

        Its exception is a `CppccError`.
        """
        state = self._state()
        if not state or is_volatile(request.query):
            self.counts.misses += 1
            return self._ask(request)
        missed, key = self._missed
        if missed is not request or key[0] != state:
            key = _key(state, request)
        flight = (*key, request.deadline_s)
        others = self._running.get(flight)
        if others is not None:
            loop = asyncio.get_running_loop()
            other: Made = loop.create_future()
            others.append(_Other(request, other, loop.time()))
            return other
        self.counts.misses += 1
        made = self._ask(request)
        self._running[flight] = []
        made.add_done_callback(partial(self._on_made, key, flight, request.client))
        return made

    def kept(self, request: QueryRequest) -> Answer | None:
        """The answer, if it is there already."""
        state = self._state()
        if not state or not self._kept:
            return None
        key = _key(state, request)
        found = self._found(key)
        if found is None:
            self._missed = request, key  # most often it is asked for next
        return found

    def _found(self, key: Key) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        self.counts.hits += 1
        if kept.cache != "hit":
            kept = self._kept[key] = replace(kept, cache="hit")
        return kept

    def _on_made(self, key: Key, flight: Key, client: str, made: Made) -> None:
        """
        Tells those who asked for the same.

        A file has one reader, so its answer is made again for each. So it is when the first has left, and for other
        clients when the first had to give way. Time that was not enough for the first is not enough for the others.
        """
        others = [other for other in self._running.pop(flight) if not other.made.done()]
        error = None if made.cancelled() else made.exception()
        answer = None if made.cancelled() or error is not None else made.result()
        if answer is not None:
            self._keep(key, answer)
        for other in others:
            is_about_others = isinstance(error, StoreBusy) and other.request.client != client
            if error is not None and not is_about_others:
                other.made.set_exception(error)
            elif answer is not None and answer.file is None:
                self.counts.shared += 1
                other.made.set_result(replace(answer, cache="shared"))
            else:
                self._make_again(other, self.begin if answer is None else self._ask)

    def _make_again(self, other: "_Other", ask: Ask) -> None:
        """In what is left of its time, if it has said how long it waits."""
        request = other.request
        if request.deadline_s is not None:
            waited_s = asyncio.get_running_loop().time() - other.since_s
            if waited_s >= request.deadline_s:
                other.made.set_exception(QueryTimeout(deadline_s=request.deadline_s))
                return
            request = replace(request, deadline_s=request.deadline_s - waited_s)
        made = ask(request)
        made.add_done_callback(partial(_hand_on, other.made))
        other.made.add_done_callback(partial(_give_up, made))

    def _keep(self, key: Key, answer: Answer) -> None:
        size = answer.n_bytes + _OVERHEAD_BYTES
        if answer.file is not None or size * _SHARE_OF_ONE > self._limit_bytes:
            return
        before = self._kept.pop(key, None)
        self._kept[key] = answer
        self.counts.n_bytes += size - (before.n_bytes + _OVERHEAD_BYTES if before else 0)
        while self.counts.n_bytes > self._limit_bytes:
            _key, oldest = self._kept.popitem(last=False)
            self.counts.n_bytes -= oldest.n_bytes + _OVERHEAD_BYTES
        self.counts.n_answers = len(self._kept)


def _key(state: str, request: QueryRequest) -> Key:
    return (
        state,
        request.query,
        request.formats,
        request.default_graph_iris,
        request.named_graph_iris,
        request.is_about_history,
        request.dump,
        request.base_iri,
    )


def _hand_on(other: Made, made: Made) -> None:
    if other.done() or made.cancelled():
        other.cancel()
    elif (error := made.exception()) is not None:
        other.set_exception(error)
    else:
        other.set_result(made.result())


def _give_up(made: Made, other: Made) -> None:
    if other.cancelled():
        made.cancel()
