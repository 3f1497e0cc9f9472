"""Who has to give way when somebody has waited for long."""

from collections.abc import Collection

from cppcc_graph.store.workers.seat import Job

SLOW_AFTER_S = 0.5
"""A query that runs for longer is slow."""


def is_slow(job: Job, now_s: float) -> bool:
    """Whether an evaluator has worked on it for long, at *now_s* on the loop's clock."""
    return job.started_s is not None and now_s - job.started_s > SLOW_AFTER_S


def greedy(waiting: Job, running: Collection[Job], now_s: float) -> Job | None:
    """
    The latest slow query of the client with most of them, if it has two more places than who waits.

    In the place that is kept for lookups, whatever only looked like one gives way to the next.

    Args:
        waiting: Who has waited for long.
        running: What runs, in the order in which it began.
        now_s: On the loop's clock.
    """
    held: dict[str, list[Job]] = {}
    for job in running:
        held.setdefault(job.client, []).append(job)
    most = max(held.values(), key=len, default=[])
    slow = [job for job in most if is_slow(job, now_s)]
    if slow and len(most) >= len(held.get(waiting.client, ())) + 2:
        return slow[-1]
    posers = [job for job in running if job.is_lookup and is_slow(job, now_s)]
    return posers[-1] if waiting.is_lookup and posers else None
