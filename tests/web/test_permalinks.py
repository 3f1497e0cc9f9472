"""Links to queries: whole in themselves, or kept under the hash of what they say; never anything but a query."""

import base64
import re
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from cppcc_graph import permalinks
from cppcc_graph.permalinks import Link, Links, code_of, link_of
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

QUERY = 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o } # 政协 "+%&'
NEW = [pyoxigraph.Triple(*[pyoxigraph.NamedNode("http://example.org/new")] * 3)]


@pytest.fixture
def own_store() -> EmbeddedStore:
    store = EmbeddedStore()
    store.replace_graph("http://example.org/g", NEW)
    return store


@pytest.fixture
def keeping(own_store: EmbeddedStore, tmp_path: Path) -> FlaskClient:
    return create_app(Settings(store=tmp_path, writable=True), own_store).test_client()


def made(client: FlaskClient, query: str = QUERY) -> str:
    response = client.get(f"/q?{urlencode({'query': query})}")
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def test_a_link_carries_its_query_and_is_answered_in_any_format(client: FlaskClient) -> None:
    link = made(client)

    assert client.get(link, headers={"Accept": "text/csv"}).text.startswith("n\r\n")
    assert client.get(f"{link}?format=json").json["head"] == {"vars": ["n"]}
    assert "政协 &#34;+%&amp;" in client.get(f"{link}?format=html").text


def test_a_link_says_whether_the_data_have_changed_since(own_store: EmbeddedStore) -> None:
    client = create_app(Settings(), own_store).test_client()
    link = made(client)
    before = client.get(f"{link}?format=html&lang=en").text
    own_store.replace_graph("http://example.org/h", NEW)
    after = client.get(f"{link}?format=html&lang=en").text

    assert "The data are as they were when this link was made" in before
    assert "The data have changed since this link was made" in after


def test_where_nothing_is_kept_a_posted_query_becomes_a_link_that_carries_it(client: FlaskClient) -> None:
    assert client.post("/q", data={"query": QUERY}).headers["Location"] == made(client)


def test_a_kept_link_is_the_hash_of_its_query_and_of_the_data(keeping: FlaskClient, own_store: EmbeddedStore) -> None:
    links = [keeping.post("/q", data={"query": QUERY}).headers["Location"] for _ in range(2)]
    own_store.replace_graph("http://example.org/h", NEW)
    later = keeping.post("/q", data={"query": QUERY}).headers["Location"]

    assert re.fullmatch("/q/[0-9a-f]{32}", links[0])
    assert links[0] == links[1] != later
    assert keeping.get(f"{links[0]}?format=csv").text == keeping.get(f"{later}?format=csv").text == "n\r\n1\r\n"
    assert "have changed since" in keeping.get(f"{links[0]}?format=html&lang=en").text


def test_a_kept_link_outlives_the_server_and_no_other_query_takes_its_place(tmp_path: Path) -> None:
    link = Link(query=QUERY, version="0123456789abcdef")
    name = Links(tmp_path / "links").keep(link)
    assert name is not None

    assert Links(tmp_path / "links").find(name) == link
    (tmp_path / "links" / name).write_text('{"query": "ASK {}", "version": ""}')
    assert Links(tmp_path / "links").find(name) is None


@pytest.mark.parametrize("name", ["0" * 32, "../tokens.json", "..%2Ftokens.json", "a.!!", "a.AAAA", "a." + "A" * 7_000])
def test_what_is_no_link_is_not_found(keeping: FlaskClient, name: str) -> None:
    assert keeping.get(f"/q/{name}").status_code == 404


def test_a_link_that_unpacks_to_very_much_is_none() -> None:
    packed = zlib.compress(b" " * 4_000_000, level=9)

    assert link_of(f"a.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}") is None


def test_a_query_that_is_too_long_is_refused_in_words(client: FlaskClient) -> None:
    response = client.post("/q", data={"query": f"ASK {{}} #{'x' * permalinks.MAX_QUERY_CHARACTERS}"})

    assert response.status_code == 413
    assert "20000" in response.json["detail"]


def test_only_what_is_answered_is_linked_to(keeping: FlaskClient, tmp_path: Path) -> None:
    statuses = [keeping.post("/q", data={"query": query}).status_code for query in ("ASK {", "CLEAR ALL", "")]

    assert statuses == [400, 403, 400]
    assert keeping.post("/q").status_code == 400
    assert keeping.get("/q").status_code == 400
    assert not (tmp_path / "links").exists()


def test_a_page_of_another_site_has_no_links_kept(keeping: FlaskClient) -> None:
    elsewhere = {"Origin": "http://elsewhere.example"}

    assert keeping.post("/q", data={"query": QUERY}, headers=elsewhere).status_code == 403


def test_who_asks_for_many_short_links_gets_long_ones(keeping: FlaskClient, tmp_path: Path) -> None:
    links = [keeping.post("/q", data={"query": f"ASK {{}} # {n}"}).headers["Location"] for n in range(12)]

    assert len(list((tmp_path / "links").iterdir())) == 10
    assert [len(link) == len("/q/") + 32 for link in links] == [True] * 10 + [False] * 2
    assert keeping.get(f"{links[-1]}?format=json").json["boolean"] is True


def test_no_more_links_are_kept_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permalinks, "MAX_LINKS", 1)
    links = Links(tmp_path / "links")

    assert links.keep(Link(query="ASK {}", version="a")) is not None
    assert links.keep(Link(query="ASK {} ", version="a")) is None
    assert code_of(Link(query="ASK {} ", version="a")) is not None


def test_the_query_page_offers_the_link(client: FlaskClient, keeping: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": QUERY, "format": "html", "lang": "en"}).text
    kept = keeping.get("/sparql", query_string={"query": QUERY, "format": "html", "lang": "en"}).text

    assert f'href="{made(client)}"' in page
    assert "Make a short one" not in page
    assert "Make a short one" in kept
