"""Every document is listed, every address on the list answers, and the list is never too long."""

from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, Literal, NamedNode, Triple
from cppcc_graph.web import create_app, sitemap

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(client, address="/sitemap.xml"):
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    root = ET.fromstring(answer.data)
    return root.tag.removeprefix(NAMESPACE), [entry.findtext(f"{NAMESPACE}loc") for entry in root]


def client_with(*iris):
    store = EmbeddedStore()
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store.replace_graph("x:g", [Triple(NamedNode(iri), label, Literal("a name")) for iri in iris])
    return create_app(Settings(), store).test_client()


def test_every_thing_of_the_data_is_listed_once(published, published_client):
    kind, addresses = listed(published_client)
    things = {
        quad.subject.value
        for quad in published.quads()
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(f"{BASE}id/")
    }
    expected = {f"http://localhost/doc/{iri.removeprefix(f'{BASE}id/')}" for iri in things}

    assert kind == "urlset"
    assert expected <= set(addresses)
    assert len(addresses) == len(set(addresses))
    assert "http://localhost/doc/report/hengyang-2024" in addresses
    assert not any("#" in address for address in addresses)


def test_every_address_is_a_page(published_client):
    _kind, addresses = listed(published_client)
    for address in addresses[::15]:
        answer = published_client.get(address, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_a_long_list_is_divided(monkeypatch):
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 200)
    client = client_with(*(f"{BASE}id/thing/{n:03}" for n in range(300)))
    kind, parts = listed(client)
    in_parts = [listed(client, part) for part in parts]

    assert (kind, {name for name, _addresses in in_parts}) == ("sitemapindex", {"urlset"})
    assert max(len(addresses) for _name, addresses in in_parts) <= 200
    assert {f"http://localhost/doc/thing/{n:03}" for n in range(300)} <= {a for _name, some in in_parts for a in some}
    assert client.get("/sitemap-0.xml").status_code == 404
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def test_an_iri_stands_in_it_as_an_address():
    client = client_with(f"{BASE}id/地/名&x=<".replace("<", "%3C"), "https://example.org/other")
    _kind, addresses = listed(client)
    [address] = [address for address in addresses if "/doc/" in address]

    assert address.isascii()
    assert client.get(address, headers={"Accept": "text/turtle"}).status_code == 200


def test_it_follows_the_data():
    store = EmbeddedStore()
    client = create_app(Settings(), store).test_client()
    before = client.get("/sitemap.xml")
    store.replace_graph("x:g", [Triple(NamedNode(f"{BASE}id/new"), NamedNode("x:p"), Literal("x"))])

    assert client.get("/sitemap.xml", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
    assert "http://localhost/doc/new" in listed(client)[1]


@pytest.mark.parametrize(
    ("path", "is_welcome"),
    [("/", True), ("/doc/report/hengyang-2024", True), ("/catalogue", True), ("/sparql?query=x", False)],
)
def test_robots_are_told_where_they_may_read(published_client, path, is_welcome):
    answer = published_client.get("/robots.txt")
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())

    assert answer.mimetype == "text/plain"
    assert robots.can_fetch("anyone", f"http://localhost{path}") is is_welcome
    assert robots.site_maps() == ["http://localhost/sitemap.xml"]
