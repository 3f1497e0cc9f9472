"""Every text that a person reads exists in both languages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from cppcc_graph import web

WEB = Path(web.__file__).parent
PACKAGE = WEB.parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SAID_IN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


def messages() -> set[str]:
    """Every msgid in the code and the templates."""
    found = extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python"), ("web/templates/**.html", "jinja2")],
        options_map={"web/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={**DEFAULT_KEYWORDS, "mark": None, "mark_plural": (1, 2)},
    )
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _notes, _context in found}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (WEB / "translations" / "zh.po").open("rb") as source:
        return read_po(source, locale="zh", abort_invalid=True)


def entries(catalogue: Catalog) -> dict[str, Message]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue if message.id
    }


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_every_text_is_translated(catalogue: Catalog) -> None:
    translated = {msgid for msgid, message in entries(catalogue).items() if all(texts(message))}

    assert sorted(messages() - translated) == []


def test_no_translation_is_fuzzy_and_none_is_left_over(catalogue: Catalog) -> None:
    fuzzy = [msgid for msgid, message in entries(catalogue).items() if message.fuzzy]

    assert fuzzy == []
    assert sorted(entries(catalogue).keys() - messages()) == []
    assert catalogue.obsolete == {}


def test_translations_fill_in_the_same_values(catalogue: Catalog) -> None:
    differing = [
        msgid
        for msgid, message in entries(catalogue).items()
        if any(set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(msgid)) for text in texts(message))
    ]

    assert differing == []


def test_chinese_texts_are_chinese(catalogue: Catalog) -> None:
    foreign = [text for message in entries(catalogue).values() for text in texts(message) if text.isascii()]

    assert foreign == []


def test_chinese_texts_have_chinese_punctuation(catalogue: Catalog) -> None:
    narrow = re.compile("[\u4e00-\u9fff”][,;:?!(]|[,;:?!)][\u4e00-\u9fff“]")
    found = [text for message in entries(catalogue).values() for text in texts(message) if narrow.search(text)]

    assert found == []


# --- what is not wrapped --------------------------------------------------------------------------


class _Words(HTMLParser):
    """Collects the words of a template that stand outside every Jinja tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SAID_IN_ATTRIBUTES and value:
                self._keep(value)

    def _keep(self, text: str) -> None:
        if any(letter.isalpha() for letter in text):
            self.found.append(text.strip())


JINJA = re.compile(r"{% *-?trans.*?endtrans *-?%}|{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
NAMES = {"cppcc-graph", "· cppcc-graph", "SHA-256 …"}
SAMPLES = re.compile(r"<pre[ >].*?</pre>", re.DOTALL)


def unwrapped(template: str) -> Iterator[str]:
    words = _Words()
    words.feed(SAMPLES.sub("", JINJA.sub("", template)))
    return (text for text in words.found if text not in NAMES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_outside_the_catalogue(path: Path) -> None:
    assert list(unwrapped(path.read_text(encoding="utf-8"))) == []


def test_a_forgotten_word_would_be_found() -> None:
    assert list(unwrapped('<p title="hello">{{ _("fine") }} forgotten</p>')) == ["hello", "forgotten"]
