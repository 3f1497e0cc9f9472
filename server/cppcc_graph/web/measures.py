"""
What the server counts, for Prometheus: per application, in a registry of its own.

Counting is a few additions under a lock; metrics are put together when they are read.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from cppcc_graph import __version__
from cppcc_graph.web.outcomes import OUTCOMES

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workings:
    """
    Numbers of this moment from who evaluates the queries.

    Attributes:
        n_evaluators: Processes that are there.
        n_running: Queries that run, fast and slow ones.
        n_slow: Those that have run for longer than half a second.
        n_waiting: Queries that wait.
        n_replaced: Evaluators that ended and were replaced since the start.
        n_kept: Answers in the cache.
        n_kept_bytes: Their length.
        n_hits: Answers that came from the cache.
        n_shared: Answers that one evaluation gave to several requests.
        n_misses: Answers that were made.
        generation: How often the data have changed or were read again.
        state: Names the present state of the data; empty when it is not known.
    """

    n_evaluators: int = 0
    n_running: int = 0
    n_slow: int = 0
    n_waiting: int = 0
    n_replaced: int = 0
    n_kept: int = 0
    n_kept_bytes: int = 0
    n_hits: int = 0
    n_shared: int = 0
    n_misses: int = 0
    generation: int = 0
    state: str = ""


class Counted(Protocol):
    """What is counted of a request: `request_log.Line` is one."""

    @property
    def status(self) -> int:
        """Of the answer."""

    @property
    def outcome(self) -> str:
        """One of `outcomes.OUTCOMES`."""

    @property
    def took_s(self) -> float:
        """Seconds."""

    @property
    def n_bytes(self) -> int:
        """Of the answer."""


class Measures:
    """Counts of one application, and what else it tells operators."""

    def __init__(self, *, workings: Callable[[], Workings], why_not_ready: Callable[[], str]) -> None:
        """
        Args:
            workings: The evaluators' numbers, now.
            why_not_ready: Why no query would be answered now; empty when it would.
        """
        self._workings = workings
        self.why_not_ready = why_not_ready
        self._lock = Lock()
        self._requests: dict[int, int] = {}
        self._queries = dict.fromkeys(OUTCOMES, 0)
        self._durations = [0] * (len(BUCKETS_S) + 1)
        self._took_s = 0.0
        self._n_bytes = 0
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def count(self, told: Counted, *, is_query: bool) -> None:
        """One request is over; from any thread."""
        with self._lock:
            self._requests[told.status] = self._requests.get(told.status, 0) + 1
            if is_query:
                self._queries[told.outcome] += 1
                self._durations[bisect_left(BUCKETS_S, told.took_s)] += 1
                self._took_s += told.took_s
                self._n_bytes += told.n_bytes

    def collect(self) -> Iterable[Metric]:
        """The registry's call: everything, now."""
        with self._lock:
            requests, queries = dict(self._requests), dict(self._queries)
            durations, took_s, n_bytes = list(self._durations), self._took_s, self._n_bytes
        yield _labelled("cppcc_requests", "Requests by status code.", "code", requests)
        yield _labelled("cppcc_queries", "Queries by how they ended.", "outcome", queries)
        bounds = [*map(str, BUCKETS_S), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(durations)), strict=True))
        yield HistogramMetricFamily(
            "cppcc_query_duration_seconds", "From the request to the answer.", buckets=buckets, sum_value=took_s
        )
        yield CounterMetricFamily("cppcc_answer_bytes", "Length of all answers to queries, uncoded.", n_bytes)
        yield GaugeMetricFamily("cppcc_ready", "1 when queries are answered.", not self.why_not_ready())
        yield from _of_workings(self._workings())


def _of_workings(now: Workings) -> Iterable[Metric]:
    yield GaugeMetricFamily("cppcc_evaluators", "Processes that evaluate queries.", now.n_evaluators)
    yield CounterMetricFamily("cppcc_evaluators_replaced", "Evaluators that ended and were replaced.", now.n_replaced)
    yield GaugeMetricFamily("cppcc_queries_running", "Queries that run, slow ones included.", now.n_running)
    yield GaugeMetricFamily("cppcc_queries_slow", "Queries that have run for half a second or longer.", now.n_slow)
    yield GaugeMetricFamily("cppcc_queries_waiting", "Queries that wait for a place.", now.n_waiting)
    served = {"hit": now.n_hits, "shared": now.n_shared, "miss": now.n_misses}
    yield _labelled("cppcc_cache_lookups", "Queries by whether their answer was kept.", "result", served)
    yield GaugeMetricFamily("cppcc_cache_answers", "Answers that are kept.", now.n_kept)
    yield GaugeMetricFamily("cppcc_cache_bytes", "Length of the answers that are kept.", now.n_kept_bytes)
    yield GaugeMetricFamily("cppcc_data_generation", "How often the data changed or were read again.", now.generation)
    yield InfoMetricFamily("cppcc", "What runs here.", {"version": __version__, "data_state": now.state})


def _labelled(name: str, what: str, label: str, values: "dict[str, int] | dict[int, int]") -> Metric:
    family = CounterMetricFamily(name, what, labels=[label])
    for value, n in values.items():
        family.add_metric([str(value)], n)
    return family
