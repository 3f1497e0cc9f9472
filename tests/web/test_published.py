"""The pages over the data that we publish: nothing leads nowhere, and nothing is shown without a name."""

import html
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from cppcc_graph.publish import open_store
from cppcc_graph.settings import Settings
from cppcc_graph.web import create_app

pytestmark = pytest.mark.slow

HREF = re.compile(r'href="(/[^"]*)"')
STARTS = ("/", "/questions/", "/doc/ontology.html")


@pytest.fixture(scope="module")
def published() -> Iterator[Flask]:
    store = open_store(None, ())
    yield create_app(Settings(), store)
    store.close()


@pytest.fixture(scope="module")
def crawled(published: Flask) -> dict[str, str]:
    """Each local page that can be reached without asking a query, with its text; graphs are data and no pages."""
    client = published.test_client()
    found: dict[str, str] = {}
    waiting = list(STARTS)
    while waiting:
        address = waiting.pop().partition("#")[0]
        is_the_same = re.search(r"[?&](lang|theme)=", address)
        if (
            address in found
            or address.startswith(("/static/", "/sparql", "/graphs/"))
            or is_the_same
            or "." in address[-7:]
        ):
            continue
        answer = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
        found[address] = answer.text if answer.status_code == 200 else f"status {answer.status_code}"
        waiting += [html.unescape(href) for href in HREF.findall(found[address])]
    return found


def test_every_link_leads_to_a_page(crawled: dict[str, str]) -> None:
    dead = {address: text for address, text in crawled.items() if text.startswith("status")}

    assert dead == {}
    assert len(crawled) > 100


def test_pages_with_parameters_of_their_own_take_language_and_theme_too(published: Flask) -> None:
    client = published.test_client()
    addresses = [
        f"/{page}{more}lang=zh&theme=dark" for page, more in (("questions/all-units", "?"), ("search", "?q=a&"))
    ]

    assert [client.get(address, headers={"Accept": "text/html"}).status_code for address in addresses] == [200, 200]


def test_every_link_into_a_vocabulary_has_its_anchor(crawled: dict[str, str]) -> None:
    anchors = {address: set(re.findall(r'id="([^"]+)"', text)) for address, text in crawled.items()}
    pointed = {
        (address, fragment)
        for text in crawled.values()
        for address, fragment in re.findall(r'href="(/(?:ontology|shapes|vocabulary/[^"#]+))#([^"]+)"', text)
    }

    assert {f"{address}#{fragment}" for address, fragment in pointed if fragment not in anchors[address]} == set()


def test_every_page_of_a_thing_is_headed_by_a_name(crawled: dict[str, str]) -> None:
    exempt = re.compile(r"/(span|paragraph|text)(/|$)")
    heads = {address: re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL) for address, text in crawled.items()}
    unnamed = [
        address
        for address, head in heads.items()
        if head and re.match(r"(id|report)/|[a-z]+:", head[1]) and not exempt.search(address)
    ]

    assert unnamed == []
