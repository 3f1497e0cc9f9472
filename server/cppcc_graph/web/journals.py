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


class Followed:
    """The journal of a folder, which others write to; threads may share it."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: Of the store, which need not have a journal yet.
        """
        self._reading = threading.Lock()
        self._turn = threading.Lock()
        self._journal = Journal(folder)

    def is_there(self) -> bool:
        """Whether something has been committed."""
        return (self._journal.folder / NAME).is_file()

    @contextmanager
    def turn(self, n: int) -> Iterator[None]:
        """
        Who goes through *n* quads: of those who go through many, one at a time, for the sake of everybody else.

        Raises:
            StoreBusy: the others took too long.
        """
        if n <= _FEW:
            yield
        elif self._turn.acquire(timeout=_PATIENCE_S):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise StoreBusy(retry_after_s=2)

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
    followed = _followed()
    return followed is not None and followed.is_there()


def journal() -> Journal:
    """
    The commits of the data, of which there is one at least.

    Raises:
        NoHistory: none are kept.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    followed = _followed()
    known = followed.now() if followed is not None else None
    if known is None or known.version == 0:
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


def changes(known: Journal, before: int, after: int, *, graph_iri: str | None = None) -> Patch:
    """
    What makes the state at the version *after* of the one at *before*; of one graph, if it is named.

    Raises:
        NoHistory: no journal is followed.
        TooManyChanges: more than `MAX_CHANGES` quads would have to be looked at.
        UnknownVersion: the data had no such version.
        StoreBusy: others go through much as well.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    for version in (before, after):
        if not 0 <= version <= known.version:
            raise UnknownVersion(str(version), last=known.version)
    entries = known.entries[min(before, after) : max(before, after)]
    told = (e.n_added + e.n_removed for e in entries if graph_iri is None or graph_iri in e.commit.graphs)
    n = sum(_OF_A_COMMIT + n_quads for n_quads in told)
    if n > MAX_CHANGES:
        raise TooManyChanges(n, limit=MAX_CHANGES)
    followed = _followed()
    if followed is None:
        raise NoHistory
    with followed.turn(n):
        return diff(known, before, after, graph_iri=graph_iri)


def _followed() -> Followed | None:
    followed: Followed | None = current_app.extensions["journal"]
    return followed
