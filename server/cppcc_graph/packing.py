"""Documents packed and unpacked: gzip and zstd, equal bytes for equal documents, never more than is allowed for."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import zstandard

from cppcc_graph.sinks import Sink

PLAIN, GZIP, ZSTD = "plain", "gzip", "zstd"
PACKINGS: Mapping[str, str] = {".gz": GZIP, ".zst": ZSTD}
"""What a file's last ending says about how it is packed."""

_GZIP_LEVEL, _ZSTD_LEVEL = 6, 9
_GZIP_MEMBER = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 64 * 1024
_ZSTD_PIECE_BYTES = 1024  # of which zstd makes 32 MiB at most, in blocks of 128 KiB
_MOST_MEMBERS = 10_000


class TooLong(ValueError):
    """A packed document that is longer than it may be."""


def packing_of(path: Path) -> str:
    """``gzip``, ``zstd`` or ``plain``, by the file's last ending."""
    return PACKINGS.get(path.suffix.lower(), PLAIN)


def without_packing(path: Path) -> Path:
    """*path* without the ending that tells how it is packed."""
    return path if packing_of(path) == PLAIN else path.with_suffix("")


def packed(pieces: Iterable[bytes], packing: str) -> Iterator[bytes]:
    """
    *pieces* packed as `packing_of` calls it; the same bytes each time, as no time and no name is among them.

    Spec: RFC 1952, section 2.3.1 (MTIME 0: no time stamp); RFC 8878, section 3.1.1 (Content_Checksum).
    """
    if packing == GZIP:
        yield from _gzipped(pieces)
    elif packing == ZSTD:
        packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()
        for piece in pieces:
            yield packer.compress(piece)
        yield packer.flush()
    else:
        yield from pieces


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    taken = Taken()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=taken, mtime=0) as file:
        for piece in pieces:
            file.write(piece)
            yield taken.all()
    yield taken.all()


class Taken(Sink):
    """A `Sink` that is emptied from time to time."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        """Takes the next piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def all(self) -> bytes:
        """What was written since the last time."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def unpacked(content: bytes, packing: str, most_bytes: int) -> bytes:
    """
    What was packed, at most *most_bytes* of it; little more than that is ever in memory.

    Raises:
        TooLong: it is longer.
        ValueError: it is not packed so from its first to its last byte.
    """
    if packing != PLAIN:
        return _UNPACKERS[packing](content, most_bytes)
    if len(content) > most_bytes:
        raise TooLong("it is too long")
    return content


def _gunzipped(content: bytes, most_bytes: int) -> bytes:
    def begun() -> Callable[[bytes], tuple[bytes, bytes, bool]]:
        member = zlib.decompressobj(_GZIP_MEMBER)

        def step(piece: bytes) -> tuple[bytes, bytes, bool]:
            made = member.decompress(piece, _PIECE_BYTES)
            return made, member.unused_data if member.eof else member.unconsumed_tail, member.eof

        return step

    return _by_members(content, begun, most_bytes, piece_bytes=_PIECE_BYTES)


def _unzstd(content: bytes, most_bytes: int) -> bytes:
    def begun() -> Callable[[bytes], tuple[bytes, bytes, bool]]:
        frame = zstandard.ZstdDecompressor().decompressobj()

        def step(piece: bytes) -> tuple[bytes, bytes, bool]:
            made = frame.decompress(piece)
            return made, frame.unused_data if frame.eof else b"", frame.eof

        return step

    return _by_members(content, begun, most_bytes, piece_bytes=_ZSTD_PIECE_BYTES)


_UNPACKERS: Mapping[str, Callable[[bytes, int], bytes]] = {GZIP: _gunzipped, ZSTD: _unzstd}


def _by_members(
    content: bytes,
    begin: Callable[[], Callable[[bytes], tuple[bytes, bytes, bool]]],
    most_bytes: int,
    *,
    piece_bytes: int,
) -> bytes:
    """
    Members or frames, one after the other.

    Spec: RFC 1952, section 2.2 (file format); RFC 8878, section 3.1 (frames).
    """
    whole, rest, position, n_members = bytearray(), b"", 0, 0
    step = None
    while rest or position < len(content):
        if not rest:
            rest = content[position : position + piece_bytes]
            position += piece_bytes
        if step is None:
            step, n_members = begin(), n_members + 1
        try:
            made, rest, is_over = step(rest)
        except (zlib.error, zstandard.ZstdError) as error:
            raise ValueError("it is damaged") from error
        whole += made
        if len(whole) > most_bytes:
            raise TooLong("it is too long")
        if is_over:
            step = None
        if n_members > _MOST_MEMBERS:
            raise ValueError("it has too many members")
    if step is not None or not n_members:
        raise ValueError("its end is missing")
    return bytes(whole)
