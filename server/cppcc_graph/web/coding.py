"""Content codings: which one a client gets, and the coded bytes."""

import re
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache

import zstandard

MIN_BYTES = 1_024
"""Shorter documents gain nothing."""
MAX_BYTES = 64 * 1024 * 1024
"""Longer ones are sent as they are, because they are coded in one piece."""

_GZIP_LEVEL = 5
_ZSTD_LEVEL = 3
_GZIP_WINDOW = 31  # a gzip header around the deflate stream
_ELEMENT = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$", re.ASCII)


def _gzip(document: bytes) -> bytes:
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(document) + packer.flush()


def _zstd(document: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(document)


_CODERS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip}
_SPELLINGS = {"x-gzip": "gzip"}


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str) -> str:
    """
    The best coding that the client accepts: ``zstd``, ``gzip``, or empty for none.

    A client that forbids the uncoded document gets it all the same when it accepts no coding of ours.

    Spec: RFC 9110, section 12.5.3 (Accept-Encoding); RFC 8878 (zstd).
    """
    weights: dict[str, float] = {}
    for element in accept_encoding.lower().split(","):
        match = _ELEMENT.match(element)
        if match:
            weights[_SPELLINGS.get(match[1], match[1])] = float(match[2] or 1)
    found = {name: weights.get(name, weights.get("*", 0.0)) for name in _CODERS}
    best = max(found, key=lambda name: found[name])
    return best if found[best] > 0 and found[best] >= weights.get("identity", 0.0) else ""


def is_worth_coding(n_bytes: int) -> bool:
    """Whether a document of this length is coded for who accepts it."""
    return MIN_BYTES <= n_bytes <= MAX_BYTES


def coded(document: bytes, coding: str) -> bytes:
    """*document* in a coding of :func:`choose_coding`; as it is for the empty one."""
    return _CODERS[coding](document) if coding else document
