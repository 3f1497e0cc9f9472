"""How many queries may run and wait, and how many do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    How many queries run and wait.

    Attributes:
        usual: Queries that run at the same time.
        lookups: Lookups that run beside them when all usual places are taken.
        waiting_per_client: Queries of one client that wait; more are refused.
    """

    usual: int
    lookups: int = 1
    waiting_per_client: int = 64

    @property
    def all(self) -> int:
        """Evaluators that this needs."""
        return self.usual + self.lookups


@dataclass(slots=True)
class State:
    """What a dispatcher is doing now, for who watches it."""

    n_evaluators: int = 0
    n_running: int = 0
    n_slow: int = 0
    n_waiting: int = 0
    n_replaced: int = 0
