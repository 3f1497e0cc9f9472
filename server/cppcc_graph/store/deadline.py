"""A time limit that has begun to run."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    A limit and when it is reached.

    Attributes:
        limit_s: The whole time, in seconds, for messages.
        ends_s: Its end on the monotonic clock.
    """

    limit_s: float
    ends_s: float

    @property
    def left_s(self) -> float:
        """Seconds that are left; 0 when it is over."""
        return max(0.0, self.ends_s - monotonic())


def within(limit_s: float) -> Deadline:
    """The deadline *limit_s* seconds from now."""
    return Deadline(limit_s, monotonic() + limit_s)
