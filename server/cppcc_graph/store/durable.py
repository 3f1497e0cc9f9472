"""Files that survive a power cut."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """A descriptor of *path*, closed at the end; a new file may be read by all and written by its owner."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes, start: int) -> None:
    """*content* stands in the file from byte *start* on."""
    rest = memoryview(content)
    while rest:
        n_written = os.pwrite(descriptor, rest, start)
        rest, start = rest[n_written:], start + n_written


def sync_folder(folder: Path) -> None:
    """The names in *folder* are on the disk."""
    with opened(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
        os.fsync(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """*path* holds *content*, or what it held before, whenever the power is cut."""
    new = path.with_name(f"{path.name}.new")
    try:
        with opened(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as descriptor:
            write_all(descriptor, content, 0)
            os.fsync(descriptor)
        new.replace(path)
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
