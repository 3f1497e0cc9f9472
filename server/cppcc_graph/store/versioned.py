"""
A folder with a journal, opened.

The engine's files in it hold the state at some version that is not below the one in ``checkpoint``. Carrying out the
patches of the journal that come after the checkpoint gives the state at the journal's end, wherever between the two the
engine has been left: what has been carried out already changes nothing when it is carried out again.

A folder without a journal is one that has no history yet: its state is version 0.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
from pyoxigraph import RdfFormat

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.applying import apply_to
from cppcc_graph.store.child import in_child, may_fork
from cppcc_graph.store.durable import replace_file
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import check_exists, is_store, opened, opened_to_read, translated
from cppcc_graph.store.journal import NAME as JOURNAL
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_files, lock_for_writing
from cppcc_graph.store.merging import fill, holds_merge
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import DefaultGraph, Quad

_CHECKPOINT = "checkpoint"
_MANY_QUADS = 10_000
_SHARING, _NOT_SHARING = b"+", b"-"  # whether two graphs share a triple


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """
    Up to where the engine's files hold the journal at least.

    Attributes:
        version: 0 before the first commit.
        hash: SHA-256 of that version's record; empty before the first.
        end: Byte of the journal where that record ends.
    """

    version: int = 0
    hash: str = ""
    end: int = 0


def brought_up(folder: Path) -> None:
    """
    The engine's files hold the state at the journal's end, for who holds the lock; this process starts no thread.

    Not for a moment in which another process of the same server appends: a record that is taken back must not be in
    the files.

    Raises:
        StoreUnavailable: a file in the folder cannot be read or written, is damaged, or is being read for too long.
    """
    if not may_fork():
        bring_up(folder)
        return
    with in_child(lambda _: bring_up(folder)) as written:
        written.read()


def bring_up(folder: Path) -> None:
    """As :func:`brought_up`, in this process, where the engine starts its threads."""
    if is_store(folder) and _is_current(folder):
        return
    with lock_files(folder, is_writing=True):
        journal = Journal.read(folder)
        known = _checkpoint_in(folder, journal)
        engine = opened(folder)
        with translated(folder):
            _carry_out_since(known, journal, engine)
            engine.flush()
        del engine
        gc.collect()
        now = Checkpoint(version=journal.version, hash=journal.last_hash, end=journal.end)
        if now.version:
            _keep(folder, now)


def in_memory(folder: Path) -> EmbeddedStore:
    """
    The state at the journal's end in memory, blank nodes under their labels; nothing in the folder is changed.

    Where this process has no threads it starts none, so it may fork afterwards.

    Raises:
        StoreUnavailable: a file in the folder cannot be read or is damaged.
    """
    with lock_files(folder, is_writing=False):
        journal = Journal.read(folder)
        known = _checkpoint_in(folder, journal)
        engine = _engine_in_memory(folder)
    _carry_out_since(known, journal, engine)
    store = EmbeddedStore.over(engine)
    store.number = journal.version
    return store


def open_to_read(folder: Path) -> EmbeddedStore:
    """
    The state at the journal's end, to be read only: from the engine's files, which are brought up if nobody else
    writes, else from memory.

    Raises:
        StoreUnavailable: there is no store, a file in it cannot be read, or is damaged.
    """
    check_exists(folder)
    if not _is_current(folder):
        try:
            lock = lock_for_writing(folder, patience_s=0)
        except StoreUnavailable:
            return in_memory(folder)
        with lock:
            Journal.open(folder)
            bring_up(folder)
    with ExitStack() as held:
        held.enter_context(lock_files(folder, is_writing=False))
        engine, version = opened_to_read(folder), checkpoint_of(folder).version
        store = EmbeddedStore.over(engine, folder, held=held.pop_all())
        store.number = version
        return store


def take_snapshot(folder: Path, target: Path) -> None:
    """
    The state at the journal's end in *target*, which must not exist: hard links to the engine's files, and what the
    journal adds. Nothing in *folder* is changed, so a server may write meanwhile; this process gets threads.

    Raises:
        StoreUnavailable: a file in *folder* cannot be read or is damaged, or the copy cannot be made.
    """
    with lock_files(folder, is_writing=False), translated(folder):
        journal = Journal.read(folder)
        known = _checkpoint_in(folder, journal)
        opened_to_read(folder).backup(str(target))
    if known.version < journal.version:
        engine = opened(target)
        with translated(target):
            _carry_out_since(known, journal, engine)
            engine.flush()
        del engine
        gc.collect()


def checkpoint_of(folder: Path) -> Checkpoint:
    """
    The checkpoint that *folder* names, unchecked.

    Raises:
        StoreUnavailable: the file cannot be read.
    """
    path = folder / _CHECKPOINT
    try:
        return Checkpoint(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Checkpoint()
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise StoreUnavailable(f"{path} is damaged; take the folder from a backup") from error


def _checkpoint_in(folder: Path, journal: Journal) -> Checkpoint:
    known = checkpoint_of(folder)
    if known.version == 0:
        return known
    if known.version > journal.version or journal.entries[known.version - 1].hash != known.hash:
        raise StoreUnavailable(
            f"the journal in {folder} is not the one that the store was made from: version {known.version} is missing "
            "from it; take both from one backup"
        )
    if not is_store(folder):
        raise StoreUnavailable(f"{folder} holds a journal and has lost its store; take the folder from a backup")
    return known


def _is_current(folder: Path) -> bool:
    path = folder / JOURNAL
    return (path.stat().st_size if path.exists() else 0) == checkpoint_of(folder).end


def _keep(folder: Path, checkpoint: Checkpoint) -> None:
    try:
        replace_file(folder / _CHECKPOINT, json.dumps(asdict(checkpoint)).encode() + b"\n")
    except OSError as error:
        raise StoreUnavailable(f"{folder / _CHECKPOINT} cannot be written: {error.strerror}") from error


def _carry_out_since(checkpoint: Checkpoint, journal: Journal, engine: pyoxigraph.Store) -> None:
    for version in range(checkpoint.version + 1, journal.version + 1):
        _carry_out(engine, journal.patch(version))


def _carry_out(engine: pyoxigraph.Store, patch: Patch) -> None:
    if len(patch.added) < _MANY_QUADS:
        apply_to(engine, patch, is_merged=True)
        return
    apply_to(engine, Patch(removed=patch.removed), is_merged=True)
    fill(engine, patch.added)


def _engine_in_memory(folder: Path) -> pyoxigraph.Store:
    engine = pyoxigraph.Store()
    if not is_store(folder):
        return engine
    if not may_fork():
        source = opened_to_read(folder)
        fill(engine, _quads(source), shares=holds_merge(source))
        return engine
    with in_child(lambda into: _send(folder, into)) as sent:
        shares = sent.read(1) == _SHARING
        fill(engine, pyoxigraph.parse(sent, format=RdfFormat.N_QUADS), shares=shares)
    return engine


def _send(folder: Path, into: BinaryIO) -> None:
    engine = opened_to_read(folder)
    with translated(folder):
        shares = holds_merge(engine)
        into.write(_SHARING if shares else _NOT_SHARING)
        if shares:
            pyoxigraph.serialize(_quads(engine), into, format=RdfFormat.N_QUADS)
        else:
            engine.dump(into, format=RdfFormat.N_QUADS)


def _quads(engine: pyoxigraph.Store) -> Iterator[Quad]:
    return (quad for quad in engine if not isinstance(quad.graph_name, DefaultGraph))
