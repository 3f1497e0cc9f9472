"""What operators see: alive, ready, metrics, and a line for each request."""

import json
import re
from datetime import UTC, datetime

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus_text
from tests.operations.conftest import ASK, asking, value_of

from cppcc_graph import __version__
from cppcc_graph.web.measures import Workings

OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
THREE_ROWS = asking("SELECT ?x { VALUES ?x { 1 2 3 } }")


def ways(door, published_client):
    """The same address through the front, and of Flask alone."""
    return door.get, lambda target, **headers: published_client.get(
        target, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("target", "status", "text"), [("/healthz", 200, "alive\n"), ("/readyz", 200, "ready\n")], ids=["health", "ready"]
)
def test_both_ways_say_alive_and_ready(door, published_client, target, status, text):
    for ask in ways(door(), published_client):
        seen = ask(target)

        assert (seen.status if hasattr(seen, "body") else seen.status_code, seen.text) == (status, text)


def test_a_server_that_is_not_ready_says_why_and_is_alive(door):
    stopping = door(why_not_ready=lambda: "the server is stopping")
    seen = stopping.get("/readyz")

    assert (seen.status, seen.text) == (503, "the server is stopping\n")
    assert stopping.get("/healthz").status == 200
    assert value_of(stopping.get("/metrics").text, "cppcc_ready") == 0


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
def test_what_operators_ask_is_never_kept_guessed_or_framed(door, target):
    headers = door().get(target).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert int(headers["content-length"]) > 0


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
def test_they_take_no_post(door, target):
    seen = door().get(target, method="POST", content_length="0")

    assert (seen.status, seen.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_of_the_metrics_has_no_body(door):
    seen = door().get("/metrics", method="HEAD")

    assert (seen.status, seen.body) == (200, b"")


@pytest.mark.parametrize(
    ("accept", "content_type", "parsed"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8", prometheus_text),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", prometheus_text),
        (OPEN_METRICS, OPEN_METRICS, open_metrics),
    ],
)
def test_metrics_come_as_the_scraper_wants_them(door, published_client, accept, content_type, parsed):
    for ask in ways(door(), published_client):
        seen = ask("/metrics", Accept=accept)
        names = {family.name for family in parsed(seen.text)}

        assert seen.headers["content-type"].startswith(content_type)
        assert seen.headers["vary"] == "Accept"
        assert {"cppcc_ready", "cppcc_evaluators", "cppcc_query_duration_seconds", "process_cpu_seconds"} <= names


@pytest.mark.parametrize(
    ("target", "headers", "outcome"),
    [
        (ASK, {}, "ok"),
        (ASK, {"accept": "text/html"}, "ok"),
        (asking("ASK {"), {}, "bad-request"),
        (asking("ASK {"), {"accept": "text/html"}, "bad-request"),
        ("/sparql?query=", {}, "bad-request"),
        ("/sparql?update=CLEAR%20ALL", {}, "bad-request"),
        (asking("ASK { SERVICE <http://127.0.0.1:1/> { } }"), {}, "refused"),
    ],
)
def test_each_query_is_counted_by_how_it_ended(door, target, headers, outcome):
    asked = door()
    asked.get(target, **headers)
    counted = re.findall(r'cppcc_queries_total\{outcome="(.*)"\} 1\.0', asked.get("/metrics").text)

    assert counted == [outcome]


def test_an_answer_that_the_client_has_already_is_counted_as_not_modified(door):
    asked = door()
    known = asked.get(ASK).headers["etag"]
    asked.get(ASK, if_none_match=known)
    counted = re.findall(r'cppcc_queries_total\{outcome="(.*)"\} 1\.0', asked.get("/metrics").text)

    assert sorted(counted) == ["not-modified", "ok"]


def test_pages_descriptions_and_probes_are_no_queries(door):
    asked = door()
    for target in ("/", "/sparql", "/healthz", "/metrics", "/nowhere", "/doc/ontology"):
        asked.get(target)
    metrics = asked.get("/metrics").text

    assert value_of(metrics, "cppcc_query_duration_seconds_count") == 0
    assert value_of(metrics, 'cppcc_requests_total{code="200"}') == 5
    assert value_of(metrics, 'cppcc_requests_total{code="404"}') == 1


def test_durations_and_bytes_add_up(door):
    asked = door()
    seen = [asked.get(THREE_ROWS), asked.get(ASK)]
    metrics = asked.get("/metrics").text

    assert value_of(metrics, 'cppcc_query_duration_seconds_bucket{le="+Inf"}') == 2
    assert value_of(metrics, "cppcc_query_duration_seconds_sum") > 0
    assert value_of(metrics, "cppcc_answer_bytes_total") == sum(len(answer.body) for answer in seen)


def test_the_evaluators_the_cache_and_the_versions_are_told(door):
    now = Workings(
        n_evaluators=5,
        n_running=4,
        n_slow=3,
        n_waiting=2,
        n_replaced=1,
        n_kept=10,
        n_kept_bytes=20,
        n_hits=30,
        n_shared=40,
        n_misses=50,
        generation=6,
        state="abc-6",
    )
    metrics = door(workings=lambda: now).get("/metrics").text

    expected = {
        "cppcc_evaluators": 5,
        "cppcc_queries_running": 4,
        "cppcc_queries_slow": 3,
        "cppcc_queries_waiting": 2,
        "cppcc_evaluators_replaced_total": 1,
        "cppcc_cache_answers": 10,
        "cppcc_cache_bytes": 20,
        'cppcc_cache_lookups_total{result="hit"}': 30,
        'cppcc_cache_lookups_total{result="shared"}': 40,
        'cppcc_cache_lookups_total{result="miss"}': 50,
        "cppcc_data_generation": 6,
    }

    assert {name: value_of(metrics, name) for name in expected} == expected
    assert value_of(metrics, f'cppcc_info{{data_state="abc-6",version="{__version__}"}}') == 1


def test_two_applications_count_apart(door):
    one, other = door(), door()
    one.get(ASK)

    assert value_of(one.get("/metrics").text, "cppcc_query_duration_seconds_count") == 1
    assert value_of(other.get("/metrics").text, "cppcc_query_duration_seconds_count") == 0


FIELDS = [
    "time",
    "client",
    "method",
    "route",
    "status",
    "outcome",
    "took_ms",
    "bytes",
    "coding",
    "query_sha256",
    "query_form",
    "rows",
    "cache",
]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (THREE_ROWS, {}),
        (THREE_ROWS, {"accept": "text/html"}),
        (asking("SELECT"), {}),
        ("/nowhere", {}),
        ("/healthz", {}),
        ("/doc/ontology", {}),
        (ASK, {"host": "a b"}),
    ],
)
def test_every_line_has_the_same_fields_whoever_answered(door, lines, target, headers):
    door().get(target, **headers)
    [line] = lines()

    assert list(line) == FIELDS


def test_the_fast_and_the_usual_way_write_the_same_line(door, published_client, lines):
    door().get(THREE_ROWS, peer="127.0.0.1", accept="text/csv", accept_encoding="gzip")
    published_client.get(THREE_ROWS, headers={"Accept": "text/csv", "Accept-Encoding": "gzip"})
    fast, usual = ({**line, "time": "", "took_ms": 0} for line in lines())

    assert fast == usual
    assert fast == {
        "time": "",
        "client": "127.0.0.1",
        "method": "GET",
        "route": "/sparql",
        "status": 200,
        "outcome": "ok",
        "took_ms": 0,
        "bytes": 12,
        "coding": None,
        "query_sha256": "453cfa074e2f",
        "query_form": "solutions",
        "rows": 3,
        "cache": "miss",
    }


def test_a_coded_answer_is_told_with_its_uncoded_length(door, published_client, lines):
    target = asking("SELECT * { ?s a ?o } LIMIT 200")
    plain = door().get(target)
    door().get(target, accept_encoding="gzip")
    published_client.get(target, headers={"Accept-Encoding": "gzip", "Accept": "application/sparql-results+json"})

    assert [(line["coding"], line["bytes"]) for line in lines()] == [
        (None, len(plain.body)),
        ("gzip", len(plain.body)),
        ("gzip", len(plain.body)),
    ]


def test_a_query_that_fails_is_told_with_its_hash(door, lines):
    door().get(asking("ASK {"))
    [line] = lines()

    assert (line["outcome"], line["status"]) == ("bad-request", 400)
    assert re.fullmatch("[0-9a-f]{12}", line["query_sha256"])


def test_the_time_of_day_is_in_utc(door, lines):
    door().get(ASK)
    told = datetime.fromisoformat(lines()[0]["time"])

    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


def test_a_line_stays_one_line_of_json_whatever_a_client_is_called(door, lines, caplog):
    door().get(ASK, peer='"\n\u2028ä')
    [line] = lines()

    assert line["client"] == '"\n\u2028ä'
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_nothing_of_the_query_is_told_above_debug(door, caplog):
    caplog.set_level("INFO")
    door().get(asking('SELECT ("geheim" AS ?x) {'))
    door().get(asking('SELECT ("geheim" AS ?x) {}'))

    assert "geheim" not in json.dumps([record.getMessage() for record in caplog.records])
