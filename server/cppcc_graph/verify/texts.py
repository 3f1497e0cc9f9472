"""The report's text, found in a folder by its file name and proven by its SHA-256."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cppcc_graph.errors import BadSource, WrongText
from cppcc_graph.verify.evidence import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its 1-based number and its code points *start* to *end*, line feed left out."""

    number: int
    start: int
    end: int


def read_text(text: Text, folder: Path) -> str:
    """
    The whole decoded file that *text* describes; no line ending is translated.

    A file of the right name must have the right hash; if there is none of that name, any file with the hash will do.

    Raises:
        BadSource: *folder* is no readable folder.
        WrongText: no such file, another hash, another length, or not UTF-8.
    """
    if not folder.is_dir():
        raise BadSource("is not a folder; name the folder that holds the reports' texts", path=str(folder))
    raw = _find(text, folder)
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongText(f"{text.file_name} is not UTF-8 (byte {error.start}); get the text as published") from error
    if len(decoded) != text.length:
        raise WrongText(
            f"the graph says {text.length} code points, {text.file_name} has {len(decoded)}; correct cppcc:length"
        )
    return decoded


def lines(text: str) -> list[Line]:
    """The lines of *text* as separated by line feeds; a text that ends in one has an empty last line."""
    found = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        found.append(Line(number, start, start + len(line)))
        start += len(line) + 1
    return found


def _find(text: Text, folder: Path) -> bytes:
    named = folder / Path(text.file_name).name
    if text.file_name and named.is_file():
        raw = _read(named)
        actual = sha256(raw).hexdigest()
        if actual != text.sha256:
            raise WrongText(
                f"{text.file_name} is another text: its SHA-256 is {actual}, the graph counts in {text.sha256}; "
                "put the file as first published there, or count all offsets anew"
            )
        return raw
    for candidate in sorted(folder.glob("*.txt")):
        raw = _read(candidate)
        if sha256(raw).hexdigest() == text.sha256:
            return raw
    name = text.file_name or "(no cppcc:fileName)"
    raise WrongText(f"{folder} holds no file {name}, and none with its SHA-256; put the published text there")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSource(f"cannot be read ({error.strerror})", path=str(path)) from error
