"""Which IRI an address is about: spellings, suffixes, and what is to be said where nothing is known."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from cppcc_graph.describe import is_known, removal
from cppcc_graph.errors import BadSyntax, RemovedEntity, UnknownEntity
from cppcc_graph.formats import GRAPH_FORMATS
from cppcc_graph.store.base import Store
from cppcc_graph.terms import BASE
from cppcc_graph.web.links import OUTSIDE_ID
from cppcc_graph.web.wanted import HTML

_SUFFIXES = {candidate.extension: candidate.name for candidate in GRAPH_FORMATS} | {HTML: HTML}
_DOCUMENTS = ("ontology", "shapes", "history")
_SLASHES = re.compile("/+")


def iri_of(name: str) -> str:
    """The IRI of the thing that the document *name*, with or without a suffix, is about."""
    path, _format_name = without_suffix(name)
    return BASE + (path if path.partition("/")[0] in OUTSIDE_ID else f"id/{path}")


def without_suffix(name: str) -> tuple[str, str | None]:
    """The name of a document and the format that its suffix names; None where it has none."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, _SUFFIXES[suffix]) if dot and suffix in _SUFFIXES else (name, None)


def is_vocabulary(iri: str) -> bool:
    """Whether it is a document whose terms have hash IRIs."""
    rest = iri.removeprefix(BASE)
    first, _, below = rest.partition("/")
    return rest in _DOCUMENTS or (first == "vocabulary" and "/" not in below)


def other_spelling(of: Store, name: str) -> str | None:
    """
    The document that *name* must mean, though it is written otherwise; None when nothing is known by any spelling.

    IRIs are compared character by character, so a slash too many, capitals, decomposed characters, or escapes in the
    IRI itself are another IRI, of which nothing is said.
    """
    for candidate in _spellings(name):
        if candidate != name and _is_known(of, iri_of(candidate)):
            return candidate
    return None


def absence(of: Store, iri: str) -> UnknownEntity | RemovedEntity:
    """
    Why nothing is known by this name: it never was, or it has been removed.

    Spec: RFC 9110, sections 15.5.5 (404) and 15.5.11 (410).
    """
    version = removal(of.history, iri) if of.history is not None else 0
    return RemovedEntity(iri, version=version) if version else UnknownEntity(iri)


def _spellings(name: str) -> Iterator[str]:
    cleaned = _SLASHES.sub("/", name.strip("/"))
    composed = unicodedata.normalize("NFC", cleaned)
    for spelling in dict.fromkeys((cleaned, composed, composed.lower(), quote(cleaned), quote(cleaned).lower())):
        yield spelling
        yield spelling.removeprefix("id/")


def _is_known(of: Store, iri: str) -> bool:
    try:
        return is_known(of, iri)
    except BadSyntax:
        return False
