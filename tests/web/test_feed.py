"""The last changes as a feed: well-formed whatever strangers wrote, with names that stay."""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad
from tests.history.conftest import noted
from tests.web.test_pages import Read

from cppcc_graph.settings import Settings
from cppcc_graph.store.commits import Commit
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch
from cppcc_graph.web import create_app

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '</summary><script xmlns="http://www.w3.org/1999/xhtml">alert("&amp;")</script>]]>\tend'


def adding(text: str, graph: str = "https://example.org/g") -> Patch:
    return Patch(
        added=(
            Quad(
                NamedNode("https://example.org/s"), NamedNode("https://example.org/p"), Literal(text), NamedNode(graph)
            ),
        )
    )


def read(client: FlaskClient, address: str = "/feed", **headers: str) -> Element:
    return fromstring(client.get(address, headers=headers).data)


def text_of(element: Element, *path: str) -> str:
    return element.findtext("/".join(f"{ATOM}{name}" for name in path), default="")


@pytest.fixture
def client(kept_app: Flask, commit: Callable[..., None]) -> FlaskClient:
    commit(adding("one"), agent="local:hui", operation="load", message="the beginning")
    commit(adding("two", "https://example.org/a&b"), agent="cu<r>ator", message=HOSTILE)
    return kept_app.test_client()


def test_the_feed_is_atom_and_the_newest_change_stands_first(client: FlaskClient) -> None:
    answer = client.get("/feed")
    feed = fromstring(answer.data)
    entries = feed.findall(f"{ATOM}entry")

    assert answer.headers["Content-Type"] == "application/atom+xml"
    assert feed.tag == f"{ATOM}feed"
    assert text_of(feed, "updated") == "2033-05-01T09:00:00Z"
    assert [text_of(entry, "title") for entry in entries] == ["Version 2: SPARQL Update", "Version 1: files loaded"]
    assert [text_of(entry, "author", "name") for entry in entries] == ["cu<r>ator", "local:hui"]
    assert [text_of(entry, "updated") for entry in entries] == ["2033-05-01T09:00:00Z", "2033-05-01T08:00:00Z"]
    assert text_of(entries[1], "summary") == "the beginning\nAdded: 1, removed: 0.\nhttps://example.org/g"


def test_what_strangers_wrote_stays_text(client: FlaskClient) -> None:
    feed = read(client)
    [entry, _first] = feed.findall(f"{ATOM}entry")

    assert text_of(entry, "summary").startswith(HOSTILE)
    assert "https://example.org/a&b" in text_of(entry, "summary")
    assert {element.tag for element in feed.iter() if "Atom}" not in element.tag} == set()


def test_what_xml_cannot_hold_is_replaced(kept_app: Flask, folder: Path) -> None:
    strange = Commit(agent="x", operation="put", graphs={"https://example.org/\x01\x0b\ufffe": None}, data_version="")
    Journal.open(folder).append(strange, Patch())
    entry = read(kept_app.test_client()).find(f"{ATOM}entry")

    assert text_of(entry, "summary").endswith("https://example.org/\ufffd\ufffd\ufffd")


def test_every_entry_leads_to_its_version(client: FlaskClient) -> None:
    feed = read(client)
    links = [
        (link.get("rel"), link.get("href"))
        for element in (feed, *feed.findall(f"{ATOM}entry"))
        for link in element.findall(f"{ATOM}link")
    ]

    assert links == [
        ("self", "http://localhost/feed"),
        ("alternate", "http://localhost/versions"),
        ("alternate", "http://localhost/versions/2"),
        ("alternate", "http://localhost/versions/1"),
    ]
    assert client.get("/versions/2").status_code == 200


def test_names_stay_when_more_is_changed_and_in_every_language(
    client: FlaskClient, commit: Callable[..., None]
) -> None:
    before = read(client)
    commit(adding("three"))
    after = read(client, **{"Accept-Language": "zh"})
    names = [text_of(entry, "id") for entry in after.findall(f"{ATOM}entry")]

    assert names[1:] == [text_of(entry, "id") for entry in before.findall(f"{ATOM}entry")]
    assert text_of(after, "id") == text_of(before, "id")
    assert len({*names, text_of(after, "id")}) == 4
    assert all(name.startswith("urn:uuid:") for name in names)


def test_the_feed_speaks_the_language_of_its_reader(client: FlaskClient) -> None:
    chinese = read(client, "/feed?lang=zh")

    assert chinese.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    assert text_of(chinese, "title") == "数据的历史"
    assert chinese.find(f"{ATOM}link").get("href") == "http://localhost/feed?lang=zh"
    assert "Set-Cookie" not in client.get("/feed?lang=zh").headers


def test_fifty_changes_are_in_the_feed(kept_app: Flask, folder: Path) -> None:
    journal = Journal.open(folder)
    for _ in range(60):
        noted(journal, Patch())
    feed = read(kept_app.test_client())

    assert len(feed.findall(f"{ATOM}entry")) == 50


def test_who_has_the_feed_is_not_sent_it_again_until_something_changes(
    client: FlaskClient, commit: Callable[..., None]
) -> None:
    tag = client.get("/feed").headers["ETag"]
    known = client.get("/feed", headers={"If-None-Match": tag})
    commit(adding("three"))

    assert (known.status_code, known.data) == (304, b"")
    assert client.get("/feed", headers={"If-None-Match": tag}).status_code == 200


def test_pages_name_the_feed_and_lead_to_the_history_where_one_is_kept(client: FlaskClient) -> None:
    text = client.get("/").text
    plain = create_app(Settings(), EmbeddedStore()).test_client()
    feeds = [attrs for tag, attrs in Read(text).tags if tag == "link" and attrs.get("type") == "application/atom+xml"]

    assert [attrs["href"] for attrs in feeds] == ["/feed"]
    assert '<a href="/versions">History</a>' in text
    assert '<a href="/versions" aria-current="page">History</a>' in client.get("/versions?format=html").text
    assert "/versions" not in plain.get("/").text
    assert "/feed" not in plain.get("/").text
    assert plain.get("/feed").status_code == 404
