"""Where the evaluators' data come from: memory that is forked with them, or a snapshot of a folder on disk."""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from cppcc_graph.errors import CppccError, StoreUnavailable
from cppcc_graph.gate import Gate, Progress
from cppcc_graph.history import history_of
from cppcc_graph.lexicon.pinyin import prepare as prepare_lexicon
from cppcc_graph.store.base import Store
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.proposal import Proposal, Verdict
from cppcc_graph.store.versioned import take_snapshot
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.evaluator import called
from cppcc_graph.store.workers.under_way import UnderWay, Write, Written
from cppcc_graph.store.workers.values import CODECS, PROPOSE

OpenStore = Callable[[], Store]
_SNAPSHOTS = "snapshots"
_INDEX = ".index"
_PIECE_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """
    The data of a server.

    Attributes:
        read: Reads them and gives what opens them in an evaluator; called before each nursery, in a process that must
            stay without threads. Raises `CppccError`.
        is_sealed: Whether evaluators need neither files nor connections once the store is open.
        write: Carries out a write, where the data are changed through this server; after `read`.
        prepare: Makes the first write faster; after `read`.
        let_go: Gives the right to write back, in a forked process that only reads.
        is_volatile: Whether they lie nowhere else.
        is_ours_alone: Whether they change only through this server.
        clean: Removes what `read` has left behind.
    """

    read: Callable[[], OpenStore]
    is_sealed: bool
    write: Write | None = None
    prepare: Callable[[], None] = lambda: None
    let_go: Callable[[], None] = lambda: None
    is_volatile: bool = False
    is_ours_alone: bool = True
    clean: Callable[[], None] = lambda: None


def in_memory(open_store: OpenStore) -> Supply:
    """Data that *open_store* reads into this process, and that its forks share."""
    return Supply(read=lambda: partial(_itself, _searchable(open_store())), is_sealed=True)


def written_in_memory(open_store: OpenStore) -> Supply:
    """Data in memory that any of the store's own writes changes, and that go with the server."""
    opened: list[Store] = []

    def read() -> OpenStore:
        opened[:] = [open_store()]
        prepare_lexicon()
        return partial(_itself, opened[0])

    def write(call: bytes, _under_way: UnderWay) -> Written:
        return Written(called(opened[0], call), is_committed=True)

    return Supply(read=read, is_sealed=True, write=write, is_volatile=True)


def versioned(open_gate: Callable[[], Gate]) -> Supply:
    """
    Data in memory that change through a gate, and lie in a folder.

    Args:
        open_gate: Reads them; called once, and kept up to date with the folder's journal.
    """
    opened: list[Gate] = []

    def read() -> OpenStore:
        if opened:
            opened[0].catch_up()
        else:
            opened.append(open_gate())
        _searchable(opened[0].store)
        return partial(_itself, opened[0].store)

    def write(call: bytes, under_way: UnderWay) -> Written:
        verdict = proposed(call, opened[0], under_way)
        return Written(CODECS[PROPOSE].write(verdict), is_committed=verdict.is_committed, number=verdict.version)

    def prepare() -> None:
        opened[0].prepare()

    def let_go() -> None:
        for gate in opened:
            gate.close()

    return Supply(read=read, is_sealed=True, write=write, prepare=prepare, let_go=let_go)


def proposed(call: bytes, gate: Gate, progress: Progress) -> Verdict:
    """
    What a gate says to a call of its one method.

    Raises:
        StoreUnavailable: the call is of another one.
        CppccError: as `Gate.propose` tells.
    """
    name, arguments, _named = wire.unpack_call(call)
    if name != PROPOSE or not isinstance(arguments[0], Proposal):
        raise StoreUnavailable(f"a gate does not take the call “{name}”")
    return gate.propose(arguments[0], progress)


def on_disk(folder: Path, open_store: Callable[[], EmbeddedStore]) -> Supply:
    """
    Data in *folder*, served from a snapshot of hard links, so that the folder is free for who loads new data.

    Args:
        folder: Of the store.
        open_store: Opens it, filled, which is all that is asked of it.
    """
    snapshots = folder / _SNAPSHOTS / secrets.token_hex(4)
    return Supply(
        read=partial(_snapshot_taken, folder, snapshots, open_store),
        is_sealed=False,
        clean=partial(_remove, snapshots),
    )


def elsewhere(open_store: OpenStore) -> Supply:
    """Data of another server, which each evaluator asks by itself."""
    return Supply(read=lambda: open_store, is_sealed=False, is_ours_alone=False)


def _searchable(store: Store) -> Store:
    """*store*, with the index that its forks inherit, and what they need to read words."""
    prepare_lexicon()
    if isinstance(store, EmbeddedStore):
        store.searching.index()
    return store


def _itself(store: Store) -> Store:
    return store


def _snapshot_taken(folder: Path, snapshots: Path, open_store: Callable[[], EmbeddedStore]) -> OpenStore:
    """In a child, because the engine starts threads when it opens a folder."""
    target = snapshots / secrets.token_hex(4)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _take_snapshot(folder, target, open_store, writing)
    os.close(writing)
    told = b"".join(iter(partial(os.read, reading, _PIECE_BYTES), b""))
    os.close(reading)
    os.waitpid(pid, 0)
    if told:
        raise wire.unpack_failure(told)
    if not target.exists():
        raise StoreUnavailable("the process that opened the store has ended without a word")
    journal = Journal.read(folder)
    return partial(_with_history, target, journal.version, history_of(journal) if journal.version else None)


def _with_history(snapshot: Path, number: int, history: EmbeddedStore | None) -> Store:
    store = EmbeddedStore.of_snapshot(snapshot)
    store.searching.read(snapshot.with_suffix(_INDEX))
    store.number, store.history = number, history
    return store


def _take_snapshot(folder: Path, target: Path, open_store: Callable[[], EmbeddedStore], telling: int) -> NoReturn:
    try:
        open_store().close()
        target.parent.mkdir(parents=True, exist_ok=True)
        take_snapshot(folder, target)
        EmbeddedStore.of_snapshot(target).searching.index().save(target.with_suffix(_INDEX))
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
