"""Behind a proxy: whose word counts, and that everything agrees on what it said."""

import json
import re

import pytest

from cppcc_graph.errors import BadSetting
from cppcc_graph.settings import read_settings

ASK = "/sparql?query=ASK%7B%7D"
HERE = "/sparql?query=SELECT%20%28%3Chere%3E%20AS%20%3Fx%29%20%7B%7D"
PROXY, CLIENT = "10.0.0.1", "203.0.113.9"
NETWORKS = ("10.0.0.0/8", "fd00::/8")


def client_of(lines):
    return lines()[-1]["client"]


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ({"x_forwarded_for": CLIENT}, CLIENT),
        ({"x_forwarded_for": f"{CLIENT}:4711"}, CLIENT),
        ({"x_forwarded_for": f"198.51.100.1, {CLIENT}"}, CLIENT),
        ({"x_forwarded_for": f"198.51.100.1, {CLIENT}, 10.9.9.9"}, CLIENT),
        ({"x_forwarded_for": f"198.51.100.1\n{CLIENT}\n10.9.9.9"}, CLIENT),
        ({"x_forwarded_for": "10.2.2.2, 10.9.9.9"}, "10.2.2.2"),
        ({"x_forwarded_for": "2001:db8::1"}, "2001:db8::1"),
        ({"x_forwarded_for": "[2001:db8::1]:443"}, "2001:db8::1"),
        ({"x_forwarded_for": "[2001:db8::1]"}, "2001:db8::1"),
        ({"x_forwarded_for": "::ffff:203.0.113.9"}, CLIENT),
        ({"x_forwarded_for": f"{CLIENT}, fd00::5"}, CLIENT),
        ({"x_forwarded_for": f"{CLIENT}, unknown, 10.9.9.9"}, "10.9.9.9"),
        ({"x_forwarded_for": "unknown"}, PROXY),
        ({"x_forwarded_for": f"{CLIENT},"}, PROXY),
        ({"x_forwarded_for": '"; DROP'}, PROXY),
        ({"x_forwarded_for": "[2001:db8::1"}, PROXY),
        ({"x_forwarded_for": f"{CLIENT}:http"}, PROXY),
        ({"x_forwarded_for": ", ".join(["10.9.9.9"] * 5000)}, "10.9.9.9"),
        ({"forwarded": f"for={CLIENT}"}, CLIENT),
        ({"forwarded": f"For={CLIENT};Proto=https, for=10.9.9.9;by=10.0.0.1"}, CLIENT),
        ({"forwarded": 'for="[2001:db8::1]:4711";proto=https'}, "2001:db8::1"),
        ({"forwarded": f'for=198.51.100.1, for="{CLIENT}:80"'}, CLIENT),
        ({"forwarded": f"for=198.51.100.1\nfor={CLIENT}"}, CLIENT),
        ({"forwarded": "for=_hidden"}, PROXY),
        ({"forwarded": f"for={CLIENT}, for=unknown"}, PROXY),
        ({"forwarded": f"for={CLIENT}, nonsense"}, PROXY),
        ({"forwarded": f'for=198.51.100.1;x=", for={CLIENT};by=""'}, PROXY),
        ({"forwarded": f"for={CLIENT}", "x_forwarded_for": CLIENT}, PROXY),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_trusted_proxy(door, lines, told, client):
    door(proxies=NETWORKS).get(ASK, peer=PROXY, **told)

    assert client_of(lines) == client


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::7", "11.0.0.1"])
def test_what_an_untrusted_peer_says_is_not_heard(door, lines, peer):
    told = {"x_forwarded_for": CLIENT, "x_forwarded_proto": "https", "x_forwarded_host": "evil.example"}
    seen = door(proxies=NETWORKS).get(HERE, peer=peer, x_forwarded_prefix="/evil", **told)

    assert client_of(lines) == peer
    assert "http://cppcc.example/here" in seen.text


def test_without_trusted_proxies_nobody_is_believed(door, lines):
    seen = door().get(HERE, peer="127.0.0.1", forwarded=f"for={CLIENT};host=evil.example")

    assert client_of(lines) == "127.0.0.1"
    assert "http://cppcc.example/here" in seen.text


@pytest.mark.parametrize("peer", ["::ffff:10.0.0.1", "fd00::1%eth0", "fd00::1"])
def test_a_proxy_is_known_however_its_address_is_written(door, lines, peer):
    door(proxies=NETWORKS).get(ASK, peer=peer, x_forwarded_for=CLIENT)

    assert client_of(lines) == CLIENT


def test_a_peer_without_an_address_is_not_trusted(door, lines):
    door(proxies=NETWORKS).get(ASK, peer=None, x_forwarded_for=CLIENT)

    assert client_of(lines) == ""


FORWARDED = {
    "x_forwarded_for": CLIENT,
    "x_forwarded_proto": "https",
    "x_forwarded_host": "data.example:8443",
    "x_forwarded_prefix": "/cppcc/",
}
PUBLIC = "https://data.example:8443/cppcc/"


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html,*/*;q=0.1"])
def test_relative_iris_are_resolved_against_the_public_address_on_both_ways(door, accept):
    seen = door(proxies=NETWORKS).get(HERE, peer=PROXY, accept=accept, **FORWARDED)

    assert f"{PUBLIC}here" in seen.text


def test_the_endpoint_describes_itself_by_the_public_address(door):
    seen = door(proxies=NETWORKS).get("/sparql", peer=PROXY, accept="text/turtle", **FORWARDED)

    assert f"<{PUBLIC}sparql>" in seen.text


def test_the_standard_header_gives_scheme_and_host_too(door):
    told = 'for=203.0.113.9;proto=https;host="data.example:8443", for=10.9.9.9'
    seen = door(proxies=NETWORKS).get(HERE, peer=PROXY, forwarded=told)

    assert "https://data.example:8443/here" in seen.text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x_forwarded_host", "evil.example, data.example", "http://data.example/here"),
        ("x_forwarded_host", "evil.example\ndata.example", "http://data.example/here"),
        ("x_forwarded_proto", "http, HTTPS", "https://cppcc.example/here"),
        ("x_forwarded_prefix", "/evil, /good", "http://cppcc.example/good/here"),
    ],
)
def test_of_several_values_the_last_one_counts(door, name, value, expected):
    seen = door(proxies=NETWORKS).get(HERE, peer=PROXY, **{name: value})

    assert expected in seen.text


def test_what_the_client_wrote_before_the_proxy_is_not_believed(door):
    told = "for=198.51.100.1;host=evil.example;proto=https, for=203.0.113.9;host=data.example"
    seen = door(proxies=NETWORKS).get(HERE, peer=PROXY, forwarded=told)

    assert "http://data.example/here" in seen.text


@pytest.mark.parametrize("page", ["/", "/questions/", "/sparql", "/doc/report/hengyang-2024", "/problems"])
def test_every_link_of_a_page_stays_below_the_prefix(door, page):
    told = {**FORWARDED, "accept": "text/html"}
    seen = door(proxies=NETWORKS).get(page, peer=PROXY, **told)
    local = [link for link in re.findall(r'(?:href|action|src)="([^"]*)"', seen.text) if link.startswith("/")]

    assert seen.status == 200
    assert local
    assert [link for link in local if not link.startswith("/cppcc/")] == []


def test_a_thing_leads_to_its_document_below_the_prefix(door):
    seen = door(proxies=NETWORKS).get("/report/hengyang-2024", peer=PROXY, **FORWARDED)

    assert (seen.status, seen.headers["location"]) == (303, "/cppcc/doc/report/hengyang-2024")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x_forwarded_proto", "javascript"),
        ("x_forwarded_proto", "https://evil.example"),
        ("x_forwarded_host", "evil.example/path"),
        ("x_forwarded_host", 'a"><script>'),
        ("x_forwarded_host", "a b"),
        ("x_forwarded_host", "cppcc.example:99999"),
        ("x_forwarded_prefix", "//evil.example"),
        ("x_forwarded_prefix", "/a/../b"),
        ("x_forwarded_prefix", "/.."),
        ("x_forwarded_prefix", "https://evil.example"),
        ("x_forwarded_prefix", "/a b"),
        ("x_forwarded_prefix", '/"'),
        ("forwarded", "for=203.0.113.9;host=a/b;proto=gopher"),
    ],
)
def test_a_value_that_cannot_be_used_is_passed_over(door, name, value):
    seen = door(proxies=NETWORKS).get(HERE, peer=PROXY, **{name: value})

    assert "http://cppcc.example/here" in seen.text


@pytest.mark.parametrize(
    "host",
    [
        'a"b',
        "a>b",
        "a b",
        "a/b",
        "a@b",
        "ä.example",
        "a_b",
        "",
        "a:",
        "a:0",
        "a:65536",
        "a:80:80",
        "[::1",
        "[g::1]",
        "a\nb",
        "x" * 300,
        None,
    ],
)
def test_a_host_that_is_none_is_refused_in_words(door, host):
    asked = door()
    for target in (ASK, "/", "/sparql"):
        seen = asked.get(target, host=host, accept="application/json")

        assert seen.status == 400
        assert json.loads(seen.text)["detail"] == (
            "The header Host must be one host name or address, with or without a port."
        )


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8000", "127.0.0.1:1", "[::1]", "[2001:db8::1]:65535", "a.b-c"]
)
def test_any_other_host_is_served(door, host):
    assert door().get(ASK, host=host).status == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["a.example", "a.example:80", "a.example:443", "A.example:8000", "[::1]:80"])
def test_both_ways_name_the_same_address(door, scheme, host):
    behind = door(proxies=NETWORKS)
    told = {"peer": PROXY, "host": host, "x_forwarded_proto": scheme}
    fast = behind.get(HERE, **told, accept="text/csv")
    slow = behind.get(HERE, **told, accept="text/html")
    [resolved] = re.findall(r"\S+/here", fast.text)

    assert f">{resolved}<" in slow.text or f'"{resolved}"' in slow.text


@pytest.mark.parametrize("given", ["nowhere", "10.0.0.1/8", "10.0.0.0/33", "*", "10.0.0.0-10.0.0.9"])
def test_a_proxy_that_cannot_be_meant_is_told(given):
    with pytest.raises(BadSetting, match=r"trusted proxy: '.*' is neither an address nor a network"):
        read_settings({}, trusted_proxy=(given,))


def test_the_environment_lists_several_proxies():
    settings = read_settings({"CPPCC_TRUSTED_PROXY": "10.0.0.1 fd00::/8"})

    assert settings.trusted_proxy == ("10.0.0.1", "fd00::/8")
