"""Which format and which language a header asks for (RFC 9110, sections 12.4.2 and 12.5)."""

from time import perf_counter

import pytest

from cppcc_graph.web.negotiate import choose_language, ranking

OFFERS = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml"),
    "csv": ("text/csv",),
    "turtle": ("text/turtle",),
    "html": ("text/html", "application/xhtml+xml"),
}
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
OLD_JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
COMUNICA = "application/n-quads,application/trig;q=0.95,text/turtle;q=0.6,application/xml;q=0.3,text/html;q=0.2"


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/*", "csv"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/csv;charset=utf-8", "csv"),
        ("text/csv; charset=UTF-8; header=present", "csv"),
        ('text/csv;charset="utf-8"', "csv"),
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("application/sparql-results+json;q=0.5, text/csv", "csv"),
        ("text/csv;q=0.5, application/sparql-results+json;q=0.50", "json"),
        ("text/csv;q=0.8;level=1, text/turtle;q=0.7", "turtle"),
        ("text/*;q=0.9, text/csv;q=0.1", "turtle"),
        ("*/*;q=0.1, application/sparql-results+json;q=0", "xml"),
        ("*/*, text/turtle", "turtle"),
        ("image/png, text/turtle;q=0.001", "turtle"),
        ('text/csv;x="a,b;q=1";q=0.5, text/html;q=0.1', "html"),
        ("not a media type", "json"),
        ("text/csv;q=much, text/turtle;q=0.2", "turtle"),
        ("text/csv;Q=0.1, text/turtle;q=0.2", "turtle"),
        ("text/csv\t; q=0.1 , text/turtle ; q=0.2", "turtle"),
        (", ,text/csv,", "csv"),
        ("text/csv;q=1.000, text/turtle", "csv"),
        ("text/csv;q=, text/turtle;q=0.1", "turtle"),
        ("text/csv;q=-1, text/turtle;q=0.1", "turtle"),
        ("text/csv;version=1.2", "csv"),
        ("application/sparql-results+json;version=1.2-basic, */*;q=0.1", "json"),
        ('text/turtle;profile="http://x/y,z";q=0.9, text/csv;q=0.1', "turtle"),
        ("*/*;q=0.1, text/*;q=0.5, text/csv;q=0.2", "turtle"),
        ("text/turtle;level=1, text/csv;q=0.1", "csv"),
        ("application/json, application/sparql-results+json;q=0.5, text/csv;q=0.9", "json"),
        ("*/csv, text/turtle;q=0.1", "turtle"),
        ("*;q=0.1, text/turtle", "turtle"),
        (FIREFOX, "html"),
        (CHROME, "html"),
        (OLD_JAVA, "html"),
        (COMUNICA, "turtle"),
    ],
)
def test_the_best_format_for_an_accept_header(header: str | None, best: str) -> None:
    assert ranking(header, OFFERS)[0] == best


@pytest.mark.parametrize(
    "header",
    [
        "image/png",
        "text/csv;q=0",
        "text/csv;q=0.000",
        "text/*;q=0",
        "*/*;q=0",
        "*/*;charset=utf-16",
        "text/csv;charset=utf-16",
        "text/csv;header=absent",
        "application/*+json",
        "application/json;q=0.5, application/sparql-results+json;q=0",
    ],
)
def test_a_client_that_accepts_nothing_of_ours_gets_nothing(header: str) -> None:
    assert ranking(header, OFFERS) == []


def test_a_wildcard_never_means_an_alias() -> None:
    assert ranking("application/*;q=0.5, application/sparql-results+json;q=0", OFFERS) == ["xml"]


def test_the_ranking_lists_everything_acceptable_best_first() -> None:
    header = "text/turtle;q=0.3, text/csv;q=0.9, application/xml;q=0.6"

    assert ranking(header, OFFERS) == ["csv", "xml", "turtle"]


def test_what_a_wildcard_takes_back_is_not_sent() -> None:
    assert ranking("text/*;q=0, */*;q=0.1", OFFERS) == ["json", "xml"]


def test_a_header_of_thousands_of_wishes_is_read_as_far_as_anybody_means_it() -> None:
    many = ", ".join(f"image/x{number};q=0.9" for number in range(20_000))

    started_s = perf_counter()

    assert ranking(f"text/csv, {many}", OFFERS) == ["csv"]
    assert ranking(f"{many}, text/csv", OFFERS) == []
    assert ranking("a/b," * 64 + "text/csv", OFFERS) == []
    assert ranking("a/b," * 63 + "text/csv", OFFERS) == ["csv"]
    assert choose_language(f"zh, {many}", ("en", "zh")) == "zh"
    assert perf_counter() - started_s < 0.1


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("ZH_cn", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("en;q=0.5,zh;q=0.7", "zh"),
        ("fr", "en"),
        ("fr,zh;q=0.1", "zh"),
        ("*", "en"),
        ("en;q=0,*", "zh"),
        ("zhuang", "en"),
        ("zh;q=0, en;q=0", "en"),
        ("*;q=0", "en"),
        ("zh-CN;q=0, zh;q=0.5, en;q=0.1", "zh"),
        ("en-US;q=0.8, zh-HK", "zh"),
        ("zh;q=much, en;q=0.1", "en"),
    ],
)
def test_the_language_for_an_accept_language_header(header: str | None, language: str) -> None:
    assert choose_language(header, ("en", "zh")) == language
