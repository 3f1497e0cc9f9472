"""A span in its sentence, read from the folder of texts, and only from a text whose SHA-256 is the recorded one."""

import re
from dataclasses import dataclass
from pathlib import Path

from cppcc_graph.describe import Source, Span
from cppcc_graph.errors import BadSource, WrongText
from cppcc_graph.verify.evidence import Text
from cppcc_graph.verify.texts import read_text

# A sentence ends with its stop and the closing marks after it, or with the line.
_STOPS, _CLOSING = "\u3002\uff01\uff1f!?", "\u201d\u2019\u300f\u300d\uff09)\u300b"
_SENTENCE = re.compile(rf"[^{_STOPS}\n]*(?:[{_STOPS}][{_CLOSING}]*|(?=\n)|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The characters of a span, and what stands before and after them in their sentence."""

    before: str
    marked: str
    after: str


def quote(span: Span, folder: Path | None) -> Quote | None:
    """*span* in its sentence; None without a folder, and when the folder does not hold the text that was counted in."""
    if folder is None:
        return None
    try:
        text = read_text(_text(span.source), folder)
    except (BadSource, WrongText):
        return None
    start, end = sentence(text, span.start, span.end)
    return Quote(before=text[start : span.start], marked=text[span.start : span.end], after=text[span.end : end])


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Code-point offsets of the sentence around ``text[start:end]``; of several where it spans several."""
    first, last = start, end
    for match in _SENTENCE.finditer(text):
        if match.start() <= start:
            first = match.start()
        if match.end() >= end:
            last = match.end()
            break
    while first < start and text[first].isspace():
        first += 1
    return first, last


def _text(source: Source) -> Text:
    return Text(iri=source.iri, file_name=source.file_name, sha256=source.sha256, length=source.length)
