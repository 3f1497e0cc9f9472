"""A folder that a command has made and kept nothing in, taken away again."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cppcc_graph.store.lock import LOCKS

_ENGINES = re.compile(r"CURRENT|IDENTITY|LOCK|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+|\d+\.(dbtmp|log|sst)")


def missing(folder: Path) -> tuple[Path, ...]:
    """*folder* and those that it lies in, as far as they are not there; the innermost first."""
    return tuple(path for path in (folder, *folder.parents) if not path.exists())


@contextmanager
def unmade_unless(is_kept: Callable[[], bool], made: tuple[Path, ...]) -> Iterator[None]:
    """
    The folders *made* go at the end of the block unless *is_kept* then; what is neither a lock nor the engine's stays.

    Args:
        is_kept: Whether anything has been committed.
        made: What was `missing` before somebody made it, whose lock is held.
    """
    try:
        yield
    finally:
        if made and not is_kept():
            _unmake(made)


def _unmake(made: tuple[Path, ...]) -> None:
    with suppress(OSError):  # it may hold something that somebody else has put there, or be gone
        names = sorted(path.name for path in made[0].iterdir() if _ENGINES.fullmatch(path.name))
        # Without CURRENT it is no store, so that goes last; and the lock after all that it is for.
        for name in (*(name for name in names if name != "CURRENT"), "CURRENT", *reversed(LOCKS)):
            (made[0] / name).unlink(missing_ok=True)
        for folder in made:
            folder.rmdir()
