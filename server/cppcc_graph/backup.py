"""Files of a backup: whole or not there, with a checksum beside them; read back only as they were written."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cppcc_graph.errors import BadSource
from cppcc_graph.formats import DATASET_FORMATS, Format, format_of_file
from cppcc_graph.packing import TooLong, packed, packing_of, unpacked, without_packing
from cppcc_graph.store.durable import sync_folder

MIB = 1024 * 1024
_CHECKSUM = ".sha256"
_HEX_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """
    A file of a backup, read.

    Attributes:
        content: The document, unpacked.
        format: In which it is written.
        is_checked: Whether a checksum lay beside the file, and was right.
    """

    content: bytes
    format: Format
    is_checked: bool


def checksum_path(path: Path) -> Path:
    """Where the checksum of *path* lies."""
    return path.with_name(f"{path.name}{_CHECKSUM}")


def write_backup(path: Path, pieces: Iterable[bytes], *, packing: str) -> None:
    """
    *path* holds the pieces, packed, and its checksum lies beside it; or both are as they were.

    Both are whole before either gets its name, so only a cut between two renamings leaves a pair that does not fit,
    which :func:`read_backup` then refuses.

    Raises:
        BadSource: it cannot be written.
    """
    digest = hashlib.sha256()
    with _told(path), ExitStack() as unnamed:
        document = unnamed.enter_context(_New(path))
        for piece in packed(pieces, packing):
            digest.update(piece)
            document.file.write(piece)
        checksum = unnamed.enter_context(_New(checksum_path(path)))
        checksum.file.write(_checksum_line(digest.hexdigest(), path.name).encode())
        for new in (document, checksum):
            new.sync()
        for new in (document, checksum):
            new.take_name()
        sync_folder(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    """
    *path* holds *content*, or what it held before.

    Raises:
        BadSource: it cannot be written.
    """
    with _told(path), _New(path) as new:
        new.file.write(content)
        new.sync()
        new.take_name()
        sync_folder(path.parent)


def read_backup(path: Path, most_bytes: int, *, is_checked: bool = True) -> Backup:
    """
    The document in *path*, once its checksum was compared, if one lies beside it.

    Args:
        path: Its endings say how it is written and packed: ``.nq``, ``.trig``, ``.jsonld``; ``.gz``, ``.zst``.
        most_bytes: The longest document.
        is_checked: Whether a checksum is looked for.

    Raises:
        BadSource: it cannot be read, is of no format that names graphs, is another file than its checksum says, is
            damaged or cut off, or too long.
    """
    rdf_format = format_of_file(without_packing(path).suffix)
    if rdf_format not in DATASET_FORMATS:
        endings = ", ".join(f".{known.extension}" for known in DATASET_FORMATS)
        raise BadSource(
            f"only a format that names graphs can be restored: {endings}, or these with .gz or .zst", path=str(path)
        )
    whole = _read(path, most_bytes)
    has_checksum = is_checked and checksum_path(path).exists()
    if has_checksum:
        _check(path, whole)
    try:
        content = unpacked(whole, packing_of(path), most_bytes)
    except TooLong as error:
        raise _too_long(path, most_bytes) from error
    except ValueError as error:
        raise BadSource(f"the file is not whole {packing_of(path)}: {error}", path=str(path)) from error
    return Backup(content=content, format=rdf_format, is_checked=has_checksum)


class _New:
    """A file without its name yet; it goes away unless it takes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "_New":
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".", suffix=".new")
        self._temporary = Path(name)
        self.file: BinaryIO = os.fdopen(descriptor, "wb")
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self.file.close()
        self._temporary.unlink(missing_ok=True)

    def sync(self) -> None:
        """All of it is on the disk."""
        self.file.flush()
        os.fchmod(self.file.fileno(), 0o644)
        os.fsync(self.file.fileno())

    def take_name(self) -> None:
        """Spec: POSIX rename replaces the target in one step."""
        self._temporary.replace(self._path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadSource(f"the file cannot be written: {error.strerror}", path=str(path)) from error


def _checksum_line(digest: str, name: str) -> str:
    """Spec: sha256sum(1): a backslash before the digest says that the name is escaped."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def _read(path: Path, most_bytes: int) -> bytes:
    try:
        if path.stat().st_size > most_bytes:
            raise _too_long(path, most_bytes)
        return path.read_bytes()
    except OSError as error:
        raise BadSource(f"the file cannot be read: {error.strerror}", path=str(path)) from error


def _too_long(path: Path, most_bytes: int) -> BadSource:
    limit = f"{most_bytes // MIB:,} MiB"
    return BadSource(f"unpacked, it is longer than {limit}; if it may be, say so with --most", path=str(path))


def _check(path: Path, content: bytes) -> None:
    beside = checksum_path(path)
    try:
        lines = beside.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSource("the checksum cannot be read; --no-checksum goes without", path=str(beside)) from error
    given = [line for line in lines if line.strip()]
    own = [line for line in given if line.endswith((f" {path.name}", f"*{path.name}"))] or given
    digests = {line.removeprefix("\\")[:_HEX_DIGITS].lower() for line in own}
    if len(digests) != 1:
        raise BadSource(
            f"it does not say what the checksum of {path.name} is; --no-checksum goes without", path=str(beside)
        )
    if digests != {hashlib.sha256(content).hexdigest()}:
        reason = (
            f"it is not the file that {beside.name} was made for: damaged, cut off, or another one; nothing was changed"
        )
        raise BadSource(reason, path=str(path))
