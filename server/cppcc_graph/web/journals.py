"""The journal of the store that is served, read on as it grows; where there is none, no history is kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app

from cppcc_graph.errors import NoHistory, StoreBusy, StoreUnavailable, TooManyChanges, UnknownVersion
from cppcc_graph.settings import Settings
from cppcc_graph.store.journal import NAME, Journal
from cppcc_graph.store.past import diff
from cppcc_graph.store.patch import Patch

MAX_CHANGES = 100_000
"""Quads of patches that are gone through for one request: a second, and 50 MB of memory."""
_OF_A_COMMIT = 4
"""What opening the record of a commit takes, in quads."""
_FEW = 2_000
_PATIENCE_S = 5.0
_MOST_WAITING = 4


class Followed:
    """The journal of a folder, which others write to; threads may share it."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: Of the store, which need not have a journal yet.
        """
        self._reading = threading.Lock()
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self._journal = Journal(folder)

    def is_there(self) -> bool:
        """Whether something has been committed."""
        return (self._journal.folder / NAME).is_file()

    @contextmanager
    def turn(self, n: int = MAX_CHANGES) -> Iterator[None]:
        """
        Who goes through *n* quads: of those who go through many, one at a time, for the sake of everybody else.

        Queries are answered by other processes, but through this one: two threads that compute at the same time keep
        its event loop waiting for 70 ms now and then, one for 10.

        Raises:
            StoreBusy: the others took too long, or too many wait, so that no thread is left for pages.
        """
        if not _FEW < n <= MAX_CHANGES:  # above that, nobody goes through them
            yield
            return
        if not self._waiting.acquire(blocking=False):
            raise StoreBusy(retry_after_s=2)
        try:
            if not self._turn.acquire(timeout=_PATIENCE_S):
                raise StoreBusy(retry_after_s=2)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._waiting.release()

    def now(self) -> Journal:
        """
        The journal with every commit that has been answered; it does not change any more.

        Raises:
            StoreUnavailable: it cannot be read or is damaged.
        """
        with self._reading:
            self._journal = self._journal.read_on()
            return self._journal


def init_history(app: Flask, settings: Settings) -> None:
    """Let the pages of *app* read the journal of its store, if that is a folder."""
    folder = settings.store if isinstance(settings.store, Path) else None
    app.extensions["journal"] = None if folder is None else Followed(folder)


def is_history_kept() -> bool:
    """Whether there are versions to look at."""
    known = _followed()
    return known is not None and known.is_there()


def journal() -> Journal:
    """
    The commits of the data, of which there is one at least.

    Raises:
        NoHistory: none are kept.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    known = followed().now()
    if known.version == 0:
        raise NoHistory
    return known


def journal_from(version: int) -> Journal:
    """
    The same, which knows the data at *version*, as they are served now.

    Raises:
        StoreUnavailable: it has lost that version.
    """
    known = journal()
    if known.version < version:
        raise StoreUnavailable(f"the journal in {known.folder} ends before version {version}, which is served")
    return known


def n_between(known: Journal, before: int, after: int, *, graph_iri: str | None = None) -> int:
    """How many quads are gone through on the way from one version to the other."""
    entries = known.entries[min(before, after) : max(before, after)]
    told = (e.n_added + e.n_removed for e in entries if graph_iri is None or graph_iri in e.commit.graphs)
    return sum(_OF_A_COMMIT + n_quads for n_quads in told)


def changes(known: Journal, before: int, after: int, *, graph_iri: str | None = None) -> Patch:
    """
    What makes the state at the version *after* of the one at *before*; of one graph, if it is named.

    Raises:
        TooManyChanges: more than `MAX_CHANGES` quads would have to be gone through.
        UnknownVersion: the data had no such version.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    for version in (before, after):
        if not 0 <= version <= known.version:
            raise UnknownVersion(str(version), last=known.version)
    n = n_between(known, before, after, graph_iri=graph_iri)
    if n > MAX_CHANGES:
        raise TooManyChanges(n, limit=MAX_CHANGES)
    return diff(known, before, after, graph_iri=graph_iri)


def followed() -> Followed:
    """
    The journal that is followed here.

    Raises:
        NoHistory: there is none.
    """
    known = _followed()
    if known is None:
        raise NoHistory
    return known


def _followed() -> Followed | None:
    known: Followed | None = current_app.extensions["journal"]
    return known
