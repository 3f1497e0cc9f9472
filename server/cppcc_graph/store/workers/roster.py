"""The evaluators that are there: connected when the nursery has forked them, and again when one is gone."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from cppcc_graph.store.workers.nursery import latest_generation, seats
from cppcc_graph.store.workers.seat import Seat

_RECONNECT_S = 0.05


class Roster:
    """
    Seats of one generation, and of earlier ones that still work.

    Attributes:
        generation: To which new ones belong.
        number: `Store.number` of their data, once it is known.
        n_replaced: How many were lost and opened again.
    """

    def __init__(self, folder: Path, make: Callable[[], Seat]) -> None:
        """
        Args:
            folder: Of the nursery's sockets.
            make: Gives a seat that is not connected yet.
        """
        self.generation = 0
        self.number = 0
        self.n_replaced = 0
        self._folder = folder
        self._make = make
        self._free: list[Seat] = []
        self._seats: set[Seat] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def __len__(self) -> int:
        """Evaluators that are connected."""
        return len(self._seats)

    @property
    def has_free(self) -> bool:
        """Whether one waits for work."""
        return bool(self._free)

    def take(self) -> Seat:
        """One that waits for work: the last to have had some."""
        return self._free.pop()

    def give(self, seat: Seat) -> None:
        """It waits for work."""
        self._free.append(seat)

    def is_kept(self, seat: Seat) -> bool:
        """Whether it may have more work."""
        return not (seat.is_worn or self._is_closed) and seat.generation == self.generation

    def open(self) -> None:
        """Connects to one more evaluator as soon as there is one."""
        task = asyncio.get_running_loop().create_task(self._opened())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def lose(self, seat: Seat) -> None:
        """It is gone; another one takes its place."""
        self._seats.discard(seat)
        if seat in self._free:
            self._free.remove(seat)
        if not self._is_closed:
            self.n_replaced += 1
            self.open()

    def greet(self, seat: Seat) -> None:
        """It has just connected, and has said the number of its data."""
        if seat.generation == self.generation:
            self.number = seat.number

    def turn_to(self, generation: int, number: int | None = None) -> None:
        """Lets go of those that wait for work and belong to another generation, whose data are of *number*."""
        self.number = self.number if number is None else number
        if generation == self.generation:
            return
        self.generation = generation
        free, self._free = self._free, []
        for seat in free:
            seat.close()

    def close(self) -> None:
        """Lets go of all."""
        self._is_closed = True
        for task in self._opening:
            task.cancel()
        for seat in self._seats:
            seat.close()

    async def _opened(self) -> None:
        """Connects until there is an evaluator; the nursery may be on its way."""
        loop = asyncio.get_running_loop()
        while not self._is_closed:
            seat = self._make()
            seat.generation = self.generation
            with suppress(OSError):
                await loop.create_unix_connection(partial(_itself, seat), str(seats(self._folder, seat.generation)))
                self._seats.add(seat)
                return
            self._look_for_later()
            await asyncio.sleep(_RECONNECT_S)

    def _look_for_later(self) -> None:
        """A write that another front was told of, which is gone, has brought up a generation that this one missed."""
        latest = latest_generation(self._folder)
        if latest > self.generation:
            self.turn_to(latest)


def _itself(seat: Seat) -> Seat:
    return seat
