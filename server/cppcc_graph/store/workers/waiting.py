"""Who waits for an evaluator: a queue for each client, served in turn."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Waiting(Generic[Item]):
    """Items by client; the next one is the oldest of the client that has waited longest for its turn."""

    def __init__(self, *, most_per_client: int, most: int) -> None:
        """
        Args:
            most_per_client: Items of one client that may wait.
            most: Items that may wait in all.
        """
        self._most_per_client = most_per_client
        self._most = most
        self._queues: OrderedDict[str, deque[Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def push(self, client: str, item: Item) -> bool:
        """Whether there was room for *item*."""
        queue = self._queues.get(client)
        if self._count >= self._most or (queue is not None and len(queue) >= self._most_per_client):
            return False
        if queue is None:
            queue = self._queues[client] = deque()
        queue.append(item)
        self._count += 1
        return True

    def pop(self) -> Item:
        """
        The next item; its client goes to the end of the line.

        Raises:
            KeyError: nobody waits.
        """
        client, queue = self._queues.popitem(last=False)
        item = queue.popleft()
        if queue:
            self._queues[client] = queue
        self._count -= 1
        return item

    def advance(self, client: str) -> None:
        """It is the turn of *client* next, if it waits."""
        if client in self._queues:
            self._queues.move_to_end(client, last=False)

    def discard(self, client: str, item: Item) -> None:
        """Takes *item* out of the line, if it is there."""
        queue = self._queues.get(client)
        if queue is None or item not in queue:
            return
        queue.remove(item)
        self._count -= 1
        if not queue:
            del self._queues[client]
