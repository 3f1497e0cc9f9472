"""
The questions that the data answer: ``ontology/questions/<slug>.rq``.

Each file begins with comment lines ``# title@zh: …`` and ``# title@en: …``; the query follows. Other comment lines of
this form (``# note@en: …``) are read too and are for who writes pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cppcc_graph.bundled import ontology_folder
from cppcc_graph.errors import BadSource

_HEADER = re.compile(r"#\s*([a-z-]+)(?:@(zh|en))?:\s*(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    A question and its query.

    Attributes:
        slug: The file's name without ``.rq``; stable.
        titles: The question by language tag, ``zh`` and ``en``.
        header: Everything that the header says, by key: ``title@zh``, ``answer`` …
        query: The whole file, header included.
    """

    slug: str
    titles: Mapping[str, str]
    header: Mapping[str, str]
    query: str


def questions() -> list[Question]:
    """All questions in the order of their slugs; empty when the ontology has none."""
    folder = ontology_folder() / "questions"
    return [read_question(path) for path in sorted(folder.glob("*.rq"))]


def question(slug: str) -> Question | None:
    """The question of this slug, or None."""
    return next((found for found in questions() if found.slug == slug), None)


def read_question(path: Path) -> Question:
    """
    What a file asks.

    Raises:
        BadSource: it is no text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSource(f"the question cannot be read: {error}", path=str(path)) from error
    header: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        if match := _HEADER.match(line):
            header[f"{match[1]}@{match[2]}" if match[2] else match[1]] = match[3].strip()
    titles = {language: header[key] for language in ("zh", "en") if (key := f"title@{language}") in header}
    return Question(slug=path.stem, titles=titles, header=header, query=text)
