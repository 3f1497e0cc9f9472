"""What the page of the catalogue shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from markupsafe import Markup

from cppcc_graph.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """
    A file with all of the data.

    Attributes:
        file: Its name, which leads to it.
        format: In words.
        size: In words; empty when it is not known.
        sha256: In hexadecimal digits; empty when it is not known.
    """

    file: Link
    format: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """
    The graph of one report.

    Attributes:
        report: Its title, which leads to the page about it.
        issued: Day of publication, or None.
        files: Its graph in several formats.
    """

    report: Link
    issued: date | None
    files: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePage:
    """
    The page at ``/catalogue``.

    Attributes:
        title: What the whole is called.
        description: What it is about; may be empty.
        licence: Under which it may be used, or None.
        makers: Who made it; may be empty.
        files: With all of it; none where the data lie in another engine.
        sums: The checksums of the files as a file.
        reports: Those of which there is a dataset each; may be empty.
        services: Ways to ask.
        void: The document with the numbers.
        formats: The catalogue for machines.
        data: The same in the words of schema.org, as an element; empty when there is nothing to say.
    """

    TEMPLATE: ClassVar[str] = "catalogue.html"

    title: str
    description: str
    licence: Link | None
    makers: str
    files: Sequence[FileRow]
    sums: Link
    reports: Sequence[DatasetRow]
    services: Sequence[Link]
    void: Link
    formats: Sequence[Link]
    data: Markup
