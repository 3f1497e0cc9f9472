"""Whether queries would be answered now, found out by asking one, so that who wants to know costs nothing."""

import asyncio
import logging

import uvicorn

from cppcc_graph.errors import CppccError, StoreBusy
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.values import CODECS

_log = logging.getLogger("cppcc_graph.serving")
_AGAIN_S = 0.25
_REMOTE_EVERY_S = 5.0


class Readiness:
    """What ``/readyz`` tells."""

    def __init__(self, dispatcher: Dispatcher, *, is_ours_alone: bool) -> None:
        """
        Args:
            dispatcher: Of the evaluators.
            is_ours_alone: Whether the store lies here; another server's is asked again and again.
        """
        self._dispatcher = dispatcher
        self._is_ours_alone = is_ours_alone
        self._found = "no evaluator has answered yet"
        self._server: uvicorn.Server | None = None
        self.reached = asyncio.Event()
        """Set when an evaluator has answered for the first time."""

    def why_not(self) -> str:
        """The reason why queries are not answered, or an empty text when they are."""
        if self._server is not None and self._server.should_exit:
            return "the server is stopping"
        if not self._found and self._dispatcher.state().n_evaluators == 0:
            return "no evaluator is there"
        return self._found

    async def watch(self, server: uvicorn.Server) -> None:
        """Asks until there is an answer; a store of another server every few seconds from then on."""
        self._server = server
        while self._found or not self._is_ours_alone:
            before, self._found = self._found, await self._asked()
            if self._found and self._found != before:
                _log.error("cppcc: not ready: %s", self._found)
            await asyncio.sleep(_AGAIN_S if self._found else _REMOTE_EVERY_S)

    async def _asked(self) -> str:
        try:
            is_empty = CODECS["is_empty"].read(await self._dispatcher.call("is_empty"))
        except StoreBusy:
            return self._found  # whoever is busy is there
        except CppccError as error:
            return str(error)
        self.reached.set()
        return "the store is empty" if is_empty and not self._is_ours_alone else ""
