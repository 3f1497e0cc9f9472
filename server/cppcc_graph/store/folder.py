"""A store's folder on disk: opened, or a sentence that says why not."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TypeVar

import pyoxigraph

from cppcc_graph.errors import StoreUnavailable

_Found = TypeVar("_Found")
_MARK = "CURRENT"  # a file that every store of the engine (RocksDB) has
_OURS = r"(checkpoint|journal|links|lock|tokens\.json)(\..+)?"
_HALF_MADE = r"IDENTITY|LOCK|LOG(\.old\.\d+)?|MANIFEST-\d+|\d+\.dbtmp"  # before the engine has its mark
_HARMLESS = re.compile(f"{_OURS}|{_HALF_MADE}")


def opened(folder: Path) -> pyoxigraph.Store:
    """
    The engine over *folder*; an absent or empty folder becomes an empty store.

    Raises:
        StoreUnavailable: the folder cannot be made, read or written, is in use, or holds something else.
    """
    prepare(folder)
    with translated(folder):
        return pyoxigraph.Store(str(folder))


def opened_to_read(folder: Path) -> pyoxigraph.Store:
    """
    The engine over *folder*, which is only read and which nobody writes to meanwhile; several processes may.

    Raises:
        StoreUnavailable: the folder is unreadable or holds something else.
    """
    with translated(folder):
        return pyoxigraph.Store.read_only(str(folder))


def check_exists(folder: Path) -> None:
    """
    Lets only a store pass, so that who reads makes none by a slip of the pen.

    Raises:
        StoreUnavailable: *folder* is none.
    """
    if not is_store(folder):
        raise StoreUnavailable(f"there is no store at {folder}; make one with: cppcc load --store {quote(str(folder))}")


def is_store(folder: Path) -> bool:
    """Whether *folder* has been made a store before."""
    return (folder / _MARK).is_file()


def prepare(folder: Path) -> None:
    """
    Makes *folder* where it does not exist, and lets only one pass that is a store or may become one.

    Raises:
        StoreUnavailable: the folder cannot be made or read, or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder.iterdir() if not _HARMLESS.fullmatch(path.name))
    except FileExistsError as error:
        raise StoreUnavailable(f"{folder} is a file, but a store is a folder") from error
    except OSError as error:
        raise StoreUnavailable(f"the store folder {folder} cannot be used: {_reason(error)}") from error
    if names and not is_store(folder):
        raise StoreUnavailable(
            f"{folder} is not a store: it holds other files ({names[0]}, …); name an empty or a new folder"
        )


@contextmanager
def translated(folder: Path | None) -> Iterator[None]:
    """What the engine raises while opening, reading or writing comes out as `StoreUnavailable`."""
    try:
        yield
    except OSError as error:
        raise unavailable(error, folder) from error
    except RuntimeError as error:
        raise StoreUnavailable(f"the store {folder} is damaged: {error}; load the data into a new folder") from error


def read(found: Iterable[_Found], folder: Path | None) -> Iterator[_Found]:
    """What the engine finds in *folder*, one after the other; what it raises meanwhile is `translated`."""
    with translated(folder):
        yield from found


def unavailable(error: OSError, folder: Path | None) -> StoreUnavailable:
    """What an error of the engine over *folder*, or in memory, means to who runs it."""
    return StoreUnavailable(_sentence(error, folder))


def _sentence(error: OSError, folder: Path | None) -> str:
    text = str(error)
    if "lock hold by" in text or "LOCK" in text:
        return f"the store {folder} is in use by another process; stop that one, or copy the folder and use the copy"
    where = "the store in memory" if folder is None else f"the store {folder}"
    return f"{where} cannot be read or written: {_reason(error)}"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
