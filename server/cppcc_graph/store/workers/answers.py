"""
Answers kept for who asks the same again: never wrong, because the key holds all that an answer depends on.

The key is the query to the letter, its dataset, base and formats, and the generation of the data. Identical queries
that arrive while one of them runs wait for its answer. What may differ from one evaluation to the next is never kept
or shared: NOW, RAND, UUID, STRUUID, BNODE, SERVICE; nor are failures and answers in files.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from cppcc_graph.errors import CppccError
from cppcc_graph.guard.volatile import is_volatile
from cppcc_graph.store.base import Answer, QueryRequest

_OVERHEAD_BYTES = 500
_SHARE_OF_ONE = 8

Key: TypeAlias = tuple[object, ...]
Ask: TypeAlias = Callable[[QueryRequest], Awaitable[Answer]]


@dataclass(slots=True)
class Counts:
    """How often an answer was there already, was being made, or had to be made; and what is kept."""

    hits: int = 0
    shared: int = 0
    misses: int = 0
    n_bytes: int = 0
    n_answers: int = 0


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
        self._running: dict[Key, asyncio.Future[Answer | None] | None] = {}
        self.counts = Counts()

    async def answer(self, request: QueryRequest) -> Answer:
        """
        The answer, kept or new.

        Raises:
            CppccError: there is none.
        """
        state = self._state()
        if not state or is_volatile(request.query):
            self.counts.misses += 1
            return await self._ask(request)
        while True:
            key = _key(state, request)
            kept = self._found(key)
            if kept is not None:
                return kept
            flight = (*key, request.deadline_s)
            if flight not in self._running:
                return await self._made(request, key, flight)
            answer = await self._shared(flight)
            if answer is not None:
                self.counts.shared += 1
                return answer

    def kept(self, request: QueryRequest) -> Answer | None:
        """The answer, if it is there already."""
        state = self._state()
        return self._found(_key(state, request)) if state and self._kept else None

    def _found(self, key: Key) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        self.counts.hits += 1
        if kept.cache != "hit":
            kept = self._kept[key] = replace(kept, cache="hit")
        return kept

    async def _made(self, request: QueryRequest, key: Key, flight: Key) -> Answer:
        self._running[flight] = None
        outcome: Answer | CppccError | None = None
        try:
            self.counts.misses += 1
            outcome = await self._ask(request)
            self._keep(key, outcome)
        except CppccError as error:
            outcome = error
            raise
        finally:
            others = self._running.pop(flight)
            if others is not None:
                _tell(others, outcome)
        return outcome

    async def _shared(self, flight: Key) -> Answer | None:
        """The answer that another request is waiting for; None when that one was given up, or is not to be shared."""
        others = self._running[flight]
        if others is None:
            others = self._running[flight] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(others)

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
        *(wanted.name for wanted in request.formats),
        request.default_graph_iris,
        request.named_graph_iris,
        request.base_iri,
    )


def _tell(others: "asyncio.Future[Answer | None]", outcome: Answer | CppccError | None) -> None:
    """A file has one reader, so its answer is made again for each; so it is when the first client has left."""
    if isinstance(outcome, CppccError):
        others.set_exception(outcome)
        others.exception()  # perhaps nobody looks
    else:
        others.set_result(replace(outcome, cache="shared") if outcome is not None and outcome.file is None else None)
