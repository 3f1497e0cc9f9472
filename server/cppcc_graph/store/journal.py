"""
The journal of a store's folder: every commit in order, and the truth about what the store holds.

A commit counts from the moment when its record is on the disk, and never changes afterwards. One process at a time may
append, the one that holds the folder's lock or one that it has forked; anybody may read, also while that happens.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cppcc_graph.errors import NotKept, StoreUnavailable
from cppcc_graph.store import records
from cppcc_graph.store.commits import Commit, Entry, entry_text, read_entry
from cppcc_graph.store.durable import opened, sync_folder, write_all
from cppcc_graph.store.patch import Patch, patch_text, read_patch

NAME = "journal"
_TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Journal:
    """
    The commits of one folder, as far as this object knows them; only `append` adds to them.

    It keeps no file open and starts no thread, so forked processes may go on with it.
    """

    folder: Path
    _entries: list[Entry] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "Journal":
        """
        The journal of *folder* as it is now, empty when there is none; a record that is not whole is not among it.

        Raises:
            StoreUnavailable: the journal cannot be read, or is damaged before its end.
        """
        journal = cls(folder)
        try:
            with journal._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                for record in records.records(file, size=size):
                    journal._take(record)
        except FileNotFoundError:
            return journal
        except OSError as error:
            raise StoreUnavailable(f"the journal {journal._path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise journal._damaged(journal.version + 1, journal.end, error) from error
        return journal

    @classmethod
    def open(cls, folder: Path) -> "Journal":
        """
        The journal of *folder*, for who holds its lock: what a write has left that was never answered is cut off.

        Raises:
            StoreUnavailable: the journal cannot be read or written, or is damaged before its end.
        """
        journal = cls.read(folder)
        try:
            if journal._path.stat().st_size > journal.end:
                with opened(journal._path, os.O_RDWR) as file:
                    os.ftruncate(file, journal.end)
                    os.fsync(file)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreUnavailable(f"the journal {journal._path} cannot be written: {error.strerror}") from error
        return journal

    def read_on(self) -> "Journal":
        """
        The journal as it is now, of which only what is new is read; this object where nothing is, and never changed.

        Raises:
            StoreUnavailable: as for :meth:`read`.
        """
        later = Journal(self.folder, self._entries.copy(), self._ends.copy())
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                previous = bytes.fromhex(self.last_hash)
                if self._ends and records.hash_at(file, self._start_of(self.version)) != previous:
                    raise records.Damaged("its last record is another one than before")
                for record in records.records(file, size=size, start=self.end, previous=previous):
                    later._take(record)
        except FileNotFoundError:
            return Journal(self.folder)
        except OSError as error:
            raise StoreUnavailable(f"the journal {self._path} cannot be read: {error.strerror}") from error
        except ValueError:  # what was read before was taken back, as its write had failed; or it is another journal
            return Journal.read(self.folder)
        return later if later.version > self.version else self

    @property
    def entries(self) -> Sequence[Entry]:
        """The commits, the oldest first: that of version n stands at n - 1."""
        return self._entries

    @property
    def version(self) -> int:
        """Of the last commit; 0 before the first."""
        return len(self._entries)

    @property
    def end(self) -> int:
        """Bytes of the file that count."""
        return self._ends[-1] if self._ends else 0

    @property
    def last_hash(self) -> str:
        """SHA-256 of the last record, which depends on all of them; zeros before the first."""
        return self._entries[-1].hash if self._entries else records.FIRST.hex()

    def patch(self, version: int) -> Patch:
        """
        What the commit of *version*, 1 … `version`, changed; its record is checked once more.

        Raises:
            StoreUnavailable: the journal cannot be read, or is no longer what it was.
        """
        record, start = self._record(version)
        try:
            return read_patch(record.patch)
        except ValueError as error:
            raise self._damaged(version, start, error) from error

    def patch_pieces(self, version: int) -> Iterator[bytes]:
        """The text of :meth:`patch`, unparsed, a piece at a time; failures as there, before the first piece."""
        record, _start = self._record(version)
        return record.patch_pieces()

    def _record(self, version: int) -> tuple[records.Record, int]:
        """The record of a version, checked, and where it begins."""
        if not 0 < version <= self.version:
            raise ValueError(f"the journal has no version {version}")
        start = self._start_of(version)
        try:
            with self._path.open("rb") as file:
                record = records.record_at(file, start, size=self._ends[version - 1])
            if record is None or record.hash.hex() != self._entries[version - 1].hash:
                raise records.Damaged("it is another one than before")
        except OSError as error:
            raise StoreUnavailable(f"the journal {self._path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise self._damaged(version, start, error) from error
        return record, start

    def append(self, commit: Commit, patch: Patch, *, now: datetime | None = None) -> Entry:
        """
        The commit, written and safe on the disk; or nothing is.

        Args:
            commit: Who, how and why.
            patch: What changes; blank nodes keep their labels.
            now: The time in UTC, instead of the clock's; where it is not later than the last commit's, it becomes so.

        Raises:
            NotKept: the disk is full, cannot be written, or failed, or the last record is no longer what was written,
                so that nothing behind it could be read; nothing was changed.
        """
        at = now or datetime.now(UTC)
        if self._entries:
            at = max(at, self._entries[-1].at + _TICK)
        entry = Entry(
            version=self.version + 1,
            at=at,
            commit=commit,
            n_added=len(patch.added),
            n_removed=len(patch.removed),
            previous=self.last_hash,
        )
        previous = bytes.fromhex(entry.previous)
        whole, digest = records.packed(entry_text(entry), patch_text(patch), previous=previous)
        self._write(whole)
        entry = replace(entry, hash=digest.hex())
        self._entries.append(entry)
        self._ends.append(self.end + len(whole))
        return entry

    def _check_last(self) -> None:
        """Nothing, if the last record is what it was, which takes less than writing it did."""
        try:
            if self.version:
                self._record(self.version)
        except StoreUnavailable as error:
            raise NotKept(f"{error.reason}; until then nothing is added to it") from error

    def _start_of(self, version: int) -> int:
        return self._ends[version - 2] if version > 1 else 0

    @property
    def _path(self) -> Path:
        return self.folder / NAME

    def _take(self, record: records.Record) -> None:
        entry = read_entry(record.entry, previous=record.previous.hex(), own_hash=record.hash.hex())
        if entry.version != self.version + 1:
            raise records.Damaged(f"it is version {entry.version}")
        self._entries.append(entry)
        self._ends.append(record.end)

    def _write(self, whole: bytes) -> None:
        try:
            with opened(self._path, os.O_RDWR | os.O_CREAT) as file:
                if os.fstat(file).st_size < self.end:
                    raise StoreUnavailable(f"the journal {self._path} has become shorter; nothing is added to it")
                self._check_last()
                try:
                    os.ftruncate(file, self.end)
                    write_all(file, whole, self.end)
                    os.fsync(file)
                    if self.end == 0:
                        sync_folder(self.folder)
                except OSError:
                    with suppress(OSError):
                        os.ftruncate(file, self.end)
                        os.fsync(file)
                    raise
        except OSError as error:
            reason = f"the journal {self._path} cannot be written: {error.strerror}; nothing was changed"
            raise NotKept(reason) from error

    def _damaged(self, version: int, start: int, error: ValueError) -> StoreUnavailable:
        return StoreUnavailable(
            f"the journal {self._path} is damaged: the record of version {version}, which begins at byte {start:,}, "
            f"cannot be used: {error}. Take the file from a backup; cut off at that byte, it ends a version earlier"
        )
