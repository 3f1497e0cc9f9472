"""Where documents are written in pieces."""

import re
from typing import Protocol

_NO_XML = re.compile(rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]")


class Sink(Protocol):
    """Where a document is written in pieces."""

    def write(self, piece: bytes, /) -> int:
        """Takes the next piece and tells its length."""


class XmlSink:
    """
    What the engine's XML writers leave out: a carriage return is written so that a reader keeps it, and a character
    that no XML document can hold is noticed.

    Attributes:
        is_wrong: Whether there was such a character.

    Spec: XML 1.0, sections 2.2 (characters) and 2.11 (end-of-line handling).
    """

    def __init__(self, into: Sink | None) -> None:
        """
        Args:
            into: Takes what is written; without it the document is held.
        """
        self.is_wrong = False
        self._into = into
        self._pieces: list[bytes] = []
        self._tail = b""

    def write(self, piece: bytes, /) -> int:
        """Takes the next piece and tells its length."""
        self.is_wrong = self.is_wrong or _NO_XML.search(self._tail + piece) is not None
        self._tail = bytes(piece[-2:])
        written = bytes(piece).replace(b"\r", b"&#xD;")
        if self._into is None:
            self._pieces.append(written)
        else:
            self._into.write(written)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def held(self) -> bytes:
        """The document, or nothing when it was written elsewhere."""
        return b"".join(self._pieces)
