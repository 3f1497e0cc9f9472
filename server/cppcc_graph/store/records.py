"""
The bytes of a journal: records one behind the other, each of which can be told from what a power cut leaves of one.

A record is a head of fixed length, an entry, the text of a patch and a line feed. The head has a checksum of its own,
so that its lengths can be believed, and the SHA-256 of the record, which covers the SHA-256 of the record before it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

_HEAD = struct.Struct(">4sBIQ32s")  # magic, packing, bytes of the entry, bytes of the patch, hash of the record before
_CHECK = struct.Struct(">I")  # CRC-32 of the head
_MAGIC, _END = b"cpj1", b"\n"
_HASH_BYTES = 32
_HEAD_BYTES = _HEAD.size + _CHECK.size + _HASH_BYTES
_PLAIN, _DEFLATED = 0, 1
_LONG_BYTES = 512
_FAST = 1
_SECTOR_BYTES = 512
_PIECE_BYTES = 256 * 1024
FIRST = bytes(_HASH_BYTES)
"""What stands in the first record for the hash of the one before it."""


class Damaged(ValueError):
    """Bytes that are no record and that no power cut explains; ``str()`` says what is wrong with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    One record.

    Attributes:
        entry: What is said about the patch.
        packing: How the patch's text is kept.
        body: The patch's text, packed.
        previous: SHA-256 of the record before.
        hash: SHA-256 of this one.
        end: Where the next one begins in the file.
    """

    entry: bytes
    packing: int
    body: bytes
    previous: bytes
    hash: bytes
    end: int

    @property
    def patch(self) -> bytes:
        """The patch's text."""
        return zlib.decompress(self.body) if self.packing == _DEFLATED else self.body

    def patch_pieces(self) -> Iterator[bytes]:
        """The patch's text, a piece at a time."""
        if self.packing == _PLAIN:
            yield self.body
            return
        unpacking, left = zlib.decompressobj(), self.body
        while left:
            yield unpacking.decompress(left, _PIECE_BYTES)
            left = unpacking.unconsumed_tail
        yield unpacking.flush()


def packed(entry: bytes, patch: bytes, *, previous: bytes) -> tuple[bytes, bytes]:
    """The bytes of a record, and their hash."""
    is_long = len(patch) > _LONG_BYTES
    body = zlib.compress(patch, _FAST) if is_long else patch
    head = _HEAD.pack(_MAGIC, _DEFLATED if is_long else _PLAIN, len(entry), len(body), previous)
    checked = head + _CHECK.pack(zlib.crc32(head))
    digest = _digest(checked, entry, body)
    return b"".join((checked, digest, entry, body, _END)), digest


def records(file: BinaryIO, *, size: int, start: int = 0, previous: bytes = FIRST) -> Iterator[Record]:
    """
    The records of *file*, each checked, up to the end or to one that was never written whole.

    Args:
        file: Of a journal.
        size: Its bytes.
        start: The byte at which the first one begins.
        previous: SHA-256 of the record that ends there.

    Raises:
        Damaged: something else stands where a record should.
    """
    end = start
    while end < size:
        record = record_at(file, end, size=size)
        if record is None:
            return
        if record.previous != previous:
            raise Damaged("it does not continue the record before it")
        yield record
        end, previous = record.end, record.hash


def record_at(file: BinaryIO, start: int, *, size: int) -> Record | None:
    """
    The record that begins at byte *start* of *file*, which has *size* bytes; None when it was not written whole.

    Raises:
        Damaged: it is there and is none.
    """
    file.seek(start)
    first = file.read(_HEAD_BYTES)
    head, check, digest = first[: _HEAD.size], first[_HEAD.size : -_HASH_BYTES], first[-_HASH_BYTES:]
    if len(first) < _HEAD_BYTES or zlib.crc32(head) != int.from_bytes(check):
        if _was_cut_in_its_head(first) or _is_blank(file, start):
            return None
        raise Damaged("its head is not what was written")
    magic, packing, entry_bytes, patch_bytes, previous = _HEAD.unpack(head)
    end = start + _HEAD_BYTES + entry_bytes + patch_bytes + len(_END)
    if magic != _MAGIC or packing not in (_PLAIN, _DEFLATED):
        raise Damaged("it was written by another version of this program")
    if end > size:
        return None
    entry, body, last = file.read(entry_bytes), file.read(patch_bytes), file.read(len(_END))
    if _digest(head + check, entry, body) != digest or last != _END:
        if end == size and _has_unwritten_sector(first + entry + body + last, start):
            return None
        raise Damaged("its bytes are not those that were written")
    return Record(entry=entry, packing=packing, body=body, previous=previous, hash=digest, end=end)


def hash_at(file: BinaryIO, start: int) -> bytes:
    """What stands in the record that begins at byte *start* for its SHA-256, unchecked."""
    file.seek(start + _HEAD.size + _CHECK.size)
    return file.read(_HASH_BYTES)


def _digest(*parts: bytes) -> bytes:
    digest = sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def _was_cut_in_its_head(first: bytes) -> bool:
    return len(first) < _HEAD_BYTES and _MAGIC.startswith(first[: len(_MAGIC)])


def _is_blank(file: BinaryIO, start: int) -> bool:
    """Whether nothing but zeros follows: a file may have grown before its bytes were written."""
    file.seek(start)
    return not any(any(piece) for piece in iter(lambda: file.read(65536), b""))


def _has_unwritten_sector(whole: bytes, start: int) -> bool:
    """Whether a disk's sector of the bytes from *start* on holds only zeros, which neither text nor zlib writes."""
    edges = range(-(start % _SECTOR_BYTES), len(whole), _SECTOR_BYTES)
    return any(not any(whole[max(0, edge) : edge + _SECTOR_BYTES]) for edge in edges)
