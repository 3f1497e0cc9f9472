"""A change of the data, by way of the nursery, which then brings up evaluators of the next generation."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cppcc_graph.errors import QueryTimeout, StoreUnavailable
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.nursery import CONTROL


async def written(folder: Path, call: bytes, turn_to: Callable[[int], None], *, deadline_s: float) -> bytes:
    """
    What a writing method of the store gives, written as `values` does.

    Args:
        folder: Of the nursery's sockets.
        call: From `wire.pack_call`.
        turn_to: Told the number of the next generation, before this returns.
        deadline_s: Of the nursery, for its message.

    Raises:
        QueryTimeout: it was stopped at the deadline; nothing has changed.
        StoreUnavailable: there is no nursery now.
        CppccError: of the method.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(folder / CONTROL)
        with closing(writer):
            writer.write(wire.frame(wire.CALL, call))
            kind, reply = await _next_frame(reader)
            if kind == wire.FAILURE:
                raise wire.unpack_failure(reply)
            turn_to(int(reply))
            _kind, value = await _next_frame(reader)
    except asyncio.IncompleteReadError as error:
        raise QueryTimeout(deadline_s=deadline_s) from error
    except OSError as error:
        raise StoreUnavailable("the store takes no changes now") from error
    return value


async def _next_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    length, kind = wire.HEAD.unpack(await reader.readexactly(wire.HEAD.size))
    return kind, await reader.readexactly(length)
