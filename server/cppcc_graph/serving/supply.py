"""Where the evaluators' data come from: memory that is forked with them, or a snapshot of a folder on disk."""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from cppcc_graph.errors import CppccError, StoreUnavailable
from cppcc_graph.store.base import Store
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.workers import wire

OpenStore = Callable[[], Store]
_SNAPSHOTS = "snapshots"
_PIECE_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """
    The data of a server.

    Attributes:
        read: Reads them and gives what opens them in an evaluator; called before each nursery, in a process that must
            stay without threads. Raises `CppccError`.
        is_sealed: Whether evaluators need neither files nor connections once the store is open.
        is_written: Whether they are changed through this server and lie nowhere else.
        is_ours_alone: Whether they change only through this server.
        clean: Removes what `read` has left behind.
    """

    read: Callable[[], OpenStore]
    is_sealed: bool
    is_written: bool = False
    is_ours_alone: bool = True
    clean: Callable[[], None] = lambda: None


def in_memory(open_store: OpenStore, *, is_written: bool = False) -> Supply:
    """Data that *open_store* reads into this process, and that its forks share."""
    return Supply(read=lambda: partial(_itself, open_store()), is_sealed=True, is_written=is_written)


def on_disk(folder: Path, open_store: Callable[[], EmbeddedStore]) -> Supply:
    """
    Data in *folder*, served from a snapshot of hard links, so that the folder is free for who loads new data.

    Args:
        folder: Of the store.
        open_store: Opens it, filled.
    """
    snapshots = folder / _SNAPSHOTS / secrets.token_hex(4)
    return Supply(
        read=partial(_snapshot_taken, snapshots, open_store),
        is_sealed=False,
        clean=partial(_remove, snapshots),
    )


def elsewhere(open_store: OpenStore) -> Supply:
    """Data of another server, which each evaluator asks by itself."""
    return Supply(read=lambda: open_store, is_sealed=False, is_ours_alone=False)


def _itself(store: Store) -> Store:
    return store


def _snapshot_taken(snapshots: Path, open_store: Callable[[], EmbeddedStore]) -> OpenStore:
    """In a child, because the engine starts threads when it opens a folder."""
    target = snapshots / secrets.token_hex(4)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _take_snapshot(target, open_store, writing)
    os.close(writing)
    told = b"".join(iter(partial(os.read, reading, _PIECE_BYTES), b""))
    os.close(reading)
    os.waitpid(pid, 0)
    if told:
        raise wire.unpack_failure(told)
    if not target.exists():
        raise StoreUnavailable("the process that opened the store has ended without a word")
    return partial(EmbeddedStore.of_snapshot, target)


def _take_snapshot(target: Path, open_store: Callable[[], EmbeddedStore], telling: int) -> NoReturn:
    try:
        with closing(open_store()) as store:
            target.parent.mkdir(parents=True, exist_ok=True)
            store.take_snapshot(target)
    except CppccError as error:
        os.write(telling, wire.pack_failure(error))
    except OSError as error:
        reason = f"no snapshot of the store can be made in {target.parent}: {error.strerror}"
        os.write(telling, wire.pack_failure(StoreUnavailable(reason)))
    finally:
        os._exit(0)


def _remove(snapshots: Path) -> None:
    shutil.rmtree(snapshots, ignore_errors=True)
    with suppress(OSError):
        snapshots.parent.rmdir()
