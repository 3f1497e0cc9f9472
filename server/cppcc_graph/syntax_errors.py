"""The root of the exception tree, and its branch of text that does not parse; ``errors`` draws the whole tree."""

from collections.abc import Sequence

from cppcc_graph.phrases import filled


class CppccError(Exception):
    """Root of the tree; ``str()`` of any member is a whole sentence for a reader."""


class BadSyntax(CppccError):
    """
    Text that does not parse.

    Attributes:
        message: What is wrong, in English, without the place.
        line: 1-based, or None when unknown.
        column: 1-based, in characters, or None when unknown.
        source: What was read: a file name, ``query``; empty when it goes without saying.
        token: The piece of text that is wrong; empty when unknown, or where the text ends too early.
        expected: What could stand there instead, as far as known.
        suggestion: Text that would mend it: a word, a declaration; else empty.
        template: `message` with places for `values`; see `phrases.filled`.
        values: What is filled in.
    """

    def __init__(
        self,
        template: str,
        *,
        values: Sequence[str] = (),
        line: int | None = None,
        column: int | None = None,
        source: str = "",
        token: str = "",
        expected: Sequence[str] = (),
        suggestion: str = "",
    ) -> None:
        self.template = template
        self.values = tuple(values)
        self.message = filled(template, self.values)
        self.line = line
        self.column = column
        self.source = source
        self.token = token
        self.expected = tuple(expected)
        self.suggestion = suggestion
        super().__init__(": ".join(part for part in (source, place(line, column), self.message) if part))

    def moved(self, line: int | None, column: int | None) -> "BadSyntax":
        """The same mistake at another place, for who put text before the reader's own."""
        told = vars(self) | {"line": line, "column": column}
        del told["message"]
        return type(self)(told.pop("template"), **told)


class UnknownFunction(BadSyntax):
    """A text that parses and calls a function that does not exist here; `token` is its IRI as ``<…>``."""


class TooComplex(BadSyntax):
    """A query above the size or nesting limit; it was refused before parsing."""


def place(line: int | None, column: int | None) -> str:
    """``line 3, column 7``; shorter or empty when less is known."""
    if line is None:
        return ""
    return f"line {line}" if column is None else f"line {line}, column {column}"
