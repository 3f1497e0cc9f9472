"""A change of the data, by way of the nursery, which then brings up evaluators of the next generation."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from cppcc_graph.errors import QueryTimeout, StoreUnavailable, WriteInterrupted
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.nursery import CONTROL


@dataclass(frozen=True, slots=True)
class Writing:
    """The way of writes past *dispatcher*, which then turns to the next generation."""

    dispatcher: Dispatcher

    async def write(self, name: str, *arguments: object, on_long: Callable[[int], None] | None = None) -> bytes:
        """
        What a writing method gives, as `values` writes it; queries that are asked afterwards see what was written.

        Args:
            name: Of the method.
            arguments: Its arguments.
            on_long: Told the number of focus nodes when judging them will take long.

        Raises:
            QueryTimeout: it was stopped at the deadline; nothing has changed.
            WriteInterrupted: its process ended; it is not known whether the data have changed.
            StoreUnavailable: there is no nursery now.
            CppccError: of the method.
        """
        begun_s, deadline_s = time.monotonic(), self.dispatcher.limits.deadline_s
        try:
            reader, writer = await asyncio.open_unix_connection(self.dispatcher.folder / CONTROL)
            with closing(writer):
                writer.write(wire.frame(wire.CALL, wire.pack_call(name, *arguments)))
                return await self._value(reader, on_long)
        except (asyncio.IncompleteReadError, ConnectionResetError) as error:
            if time.monotonic() - begun_s >= deadline_s:
                raise QueryTimeout(deadline_s=deadline_s) from error
            raise WriteInterrupted from error
        except OSError as error:
            raise StoreUnavailable("the store takes no changes now") from error

    async def _value(self, reader: asyncio.StreamReader, on_long: Callable[[int], None] | None) -> bytes:
        while True:
            kind, payload = await _next_frame(reader)
            if kind == wire.FAILURE:
                raise wire.unpack_failure(payload)
            if kind == wire.VALUE:
                return payload
            if kind == wire.HELLO:
                generation, number = payload.split()
                self.dispatcher.turn_to(int(generation), int(number))
            elif on_long is not None:
                on_long(int(payload))


async def _next_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    length, kind = wire.HEAD.unpack(await reader.readexactly(wire.HEAD.size))
    return kind, await reader.readexactly(length)
