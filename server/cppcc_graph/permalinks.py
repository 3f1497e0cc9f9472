"""
Links to a query for ever: each says the query, and which data it was asked of.

A link carries its query itself, compressed (:func:`code_of`), so that it needs no storage, breaks nowhere and leads to
the same answer at any server of the same data. Where a folder is given, links are also kept under a short name
(:class:`Links`), the hash of what they say: the same query of the same data has the same name, and nobody can put
anything else behind it.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from cppcc_graph.store.durable import replace_file

MAX_QUERY_CHARACTERS = 20_000
"""The longest query that is linked to."""
MAX_CODE_CHARACTERS = 7_000
"""The longest link that carries its query; proxies on the way take little more."""
MAX_LINKS = 50_000
"""As many are kept; 400 MB at most, 50 MB as queries usually are."""

_NAME = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"([0-9a-z-]{1,40})\.([A-Za-z0-9_-]+)")
_N_HASH_CHARACTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    Attributes:
        query: SPARQL text.
        version: Of the data when the link was made; see :func:`version_of`.
    """

    query: str
    version: str


def version_of(number: int, content_hash: str) -> str:
    """How a link names data: the number of commits, if they are counted, and the beginning of the content hash."""
    short = re.sub(r"[^0-9a-z]", "", content_hash.lower())[:16]
    return f"{number}-{short}" if number else short


def code_of(link: Link) -> str | None:
    """What stands in the address of a link that carries its query; None for a query too long for an address."""
    packed = zlib.compress(link.query.encode("utf-8", "surrogatepass"), level=9)
    code = f"{link.version}.{base64.urlsafe_b64encode(packed).rstrip(b'=').decode()}"
    return code if len(code) <= MAX_CODE_CHARACTERS and len(link.query) <= MAX_QUERY_CHARACTERS else None


def link_of(code: str) -> Link | None:
    """The link that a text of :func:`code_of` carries; None for another text. Never longer than a query may be."""
    match = _CODE.fullmatch(code)
    if match is None or len(code) > MAX_CODE_CHARACTERS:
        return None
    unpacking = zlib.decompressobj()
    try:
        packed = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4))
        text = unpacking.decompress(packed, 4 * MAX_QUERY_CHARACTERS).decode("utf-8")
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        return None
    if not unpacking.eof or unpacking.unused_data or not text or len(text) > MAX_QUERY_CHARACTERS:
        return None
    return Link(query=text, version=match[1])


class Links:
    """Links kept in a folder, each in a file that bears its name; threads share it, one process writes."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: Made when the first link is kept.
        """
        self._folder = folder
        self._lock = Lock()
        self._n_kept: int | None = None

    def keep(self, link: Link) -> str | None:
        """
        The name of *link*, which is on the disk; None when there are `MAX_LINKS`, or it is too long.

        Raises:
            OSError: the disk does not take it.
        """
        if len(link.query) > MAX_QUERY_CHARACTERS:
            return None
        content = _content(link)
        name = _hash_of(content)
        with self._lock:
            if (self._folder / name).is_file():
                return name
            self._folder.mkdir(exist_ok=True)
            if self._n_kept is None:
                self._n_kept = sum(1 for path in self._folder.iterdir() if _NAME.fullmatch(path.name))
            if self._n_kept >= MAX_LINKS:
                return None
            replace_file(self._folder / name, content)
            self._n_kept += 1
        return name

    def find(self, name: str) -> Link | None:
        """The link kept under *name*; None when there is none, or its file says something else by now."""
        if not _NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        if _hash_of(content) != name:
            return None
        known: dict[str, str] = json.loads(content)
        return Link(query=known["query"], version=known["version"])


def _content(link: Link) -> bytes:
    return json.dumps(asdict(link), ensure_ascii=True, sort_keys=True).encode()


def _hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_N_HASH_CHARACTERS]
