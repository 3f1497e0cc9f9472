"""Proposals on their way: most are over before anybody has asked for them, some go on while nobody waits."""

import asyncio
import secrets
from collections import OrderedDict
from typing import cast

from cppcc_graph.errors import CppccError, StoreBusy
from cppcc_graph.store.proposal import Job, Proposal, Verdict
from cppcc_graph.store.workers.values import CODECS, PROPOSE
from cppcc_graph.store.workers.writing import Writing

MOST_WAITING = 64
"""Proposals that wait for each other; who comes next is told to come back."""
_MOST_KEPT = 256
_RETRY_AFTER_S = 2


class Jobs:
    """The proposals of this server's life; used from the event loop."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._kept: OrderedDict[str, Job] = OrderedDict()
        self._going_on: set[asyncio.Task[None]] = set()
        self._n_waiting = 0

    def known(self, key: str) -> Job | None:
        """A job by its key; None for one that never was or was long ago."""
        return self._kept.get(key)

    async def propose(self, proposal: Proposal) -> Verdict | Job:
        """
        What came of it, or a job when judging takes long.

        Raises:
            StoreBusy: too many wait already.
            CppccError: as `Gate.propose` tells.
        """
        if self._n_waiting >= MOST_WAITING:
            raise StoreBusy(retry_after_s=_RETRY_AFTER_S)
        self._n_waiting += 1
        long: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._writing.write(PROPOSE, proposal, on_long=long.set_result))
        task.add_done_callback(self._is_over)
        await asyncio.wait((task, cast("asyncio.Future[object]", long)), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return _verdict(task.result())
        return self._keep(proposal, long.result(), task)

    def _is_over(self, _task: "asyncio.Task[bytes]") -> None:
        self._n_waiting -= 1

    def _keep(self, proposal: Proposal, n_focus_nodes: int, task: "asyncio.Task[bytes]") -> Job:
        job = Job(
            key=secrets.token_urlsafe(16),
            operation=proposal.operation,
            agent=proposal.agent,
            n_focus_nodes=n_focus_nodes,
        )
        self._kept[job.key] = job
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        following = asyncio.create_task(_follow(job, task))
        self._going_on.add(following)
        following.add_done_callback(self._going_on.discard)
        return job


async def _follow(job: Job, task: "asyncio.Task[bytes]") -> None:
    try:
        job.verdict = _verdict(await task)
    except CppccError as error:
        job.failure = error


def _verdict(payload: bytes) -> Verdict:
    return cast("Verdict", CODECS[PROPOSE].read(payload))
