"""curl: every way of the protocol, byte by byte."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.slow

QUERY = 'SELECT ("100%25 中国+1 & = #" AS ?x) {}'
CSV = "x\r\n100%25 中国+1 & = #\r\n".encode()
METHODS = "GET, HEAD, OPTIONS, POST, QUERY"
AS_CSV = ("-H", "Accept: text/csv")
AS_QUERY = ("-H", "Content-Type: application/sparql-query")
ACROSS = ("-H", "Origin: https://example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What curl received: the last answer's status, headers by lower-case name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@pytest.fixture
def curl(program, tmp_path) -> Callable[..., Told]:
    path = program("curl", package="curl")
    body, written = tmp_path / "body", "%{stderr}%{http_code} %{header_json}"

    def run(*arguments: str, given: str = "") -> Told:
        body.write_bytes(b"")
        command = [path, "-q", "-sS", "--max-time", "30", "-o", str(body), "-w", written, *arguments]
        done = subprocess.run(command, input=given.encode(), capture_output=True, check=True)
        status, _, headers = done.stderr.decode().partition(" ")
        one_each = {name: ", ".join(values) for name, values in json.loads(headers).items()}
        return Told(status=int(status), headers=one_each, body=body.read_bytes())

    return run


WAYS = {
    "get": ("-G", "--data-urlencode", f"query={QUERY}"),
    "form": ("--data-urlencode", f"query={QUERY}"),
    "direct": ("--data-binary", QUERY, *AS_QUERY),
    "direct-with-charset": ("--data-binary", QUERY, "-H", "Content-Type: application/sparql-query; charset=UTF-8"),
    "query-method": ("-X", "QUERY", "--data-binary", QUERY, *AS_QUERY),
    "query-method-form": ("-X", "QUERY", "--data-urlencode", f"query={QUERY}"),
    "http-1.0": ("--http1.0", "--data-urlencode", f"query={QUERY}"),
    "compressed": ("--compressed", "--data-urlencode", f"query={QUERY}"),
    "chunked": ("--data-binary", QUERY, *AS_QUERY, "-H", "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_bytes_come_by_every_way(endpoint, curl, way):
    told = curl(endpoint, *AS_CSV, *WAYS[way])

    assert (told.status, told.content_type, told.body) == (200, "text/csv; charset=utf-8", CSV)


def test_text_that_is_not_percent_encoded_is_understood(endpoint, curl):
    told = curl(endpoint, *AS_CSV, "-d", "query=SELECT ('中国' AS ?x) {}")

    assert told.body == "x\r\n中国\r\n".encode()


def test_a_query_file_goes_as_it_is(endpoint, question, curl):
    told = curl(endpoint, *AS_CSV, *AS_QUERY, "--data-binary", "@-", given=question("who-guides-and-who-leads"))

    assert told.body.decode().splitlines() == [
        "body,relation,other,start,end",
        "中国人民政治协商会议衡阳市委员会,受…指导,中国人民政治协商会议湖南省委员会,118,155",
        "中国人民政治协商会议衡阳市委员会,受…领导,中国共产党衡阳市委员会,118,165",
    ]


def test_without_a_wish_json_comes_for_rows_and_turtle_for_a_graph(endpoint, curl):
    rows = curl(endpoint, "--data-urlencode", "query=ASK {}")
    graph = curl(endpoint, "--data-urlencode", "query=CONSTRUCT { <x:s> <x:p> '政协' } {}")

    assert (rows.content_type, json.loads(rows.body)) == (
        "application/sparql-results+json",
        {"head": {}, "boolean": True},
    )
    assert (graph.content_type, graph.body.decode()) == ("text/turtle; charset=utf-8", '<x:s> <x:p> "政协" .\n')


def test_head_tells_what_get_would_send(endpoint, curl):
    got = curl(endpoint, *AS_CSV, *WAYS["get"])
    told = curl(endpoint, *AS_CSV, *WAYS["get"], "-I")

    assert (told.status, told.headers["content-length"]) == (200, str(len(CSV)))
    assert {**told.headers, "date": ""} == {**got.headers, "date": ""}


def test_options_tells_the_methods_to_anyone(endpoint, curl):
    preflight = ("-H", "Access-Control-Request-Method: POST", "-H", "Access-Control-Request-Headers: content-type")
    told = curl(endpoint, "-X", "OPTIONS", *ACROSS, *preflight)

    assert (told.status, told.body, told.headers["allow"]) == (204, b"", METHODS)
    assert told.headers["access-control-allow-methods"] == METHODS
    assert told.headers["access-control-allow-origin"] == "*"
    assert "content-type" in told.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize("query", ["ASK {}", "ASK {"])
def test_any_page_may_read_answers_and_failures(endpoint, curl, query):
    told = curl(endpoint, *ACROSS, "--data-urlencode", f"query={query}")

    assert told.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in told.headers


def test_compression_changes_no_byte_of_a_large_answer(endpoint, curl):
    everything = ("-G", "--data-urlencode", "query=SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o")
    plain = curl(endpoint, *AS_CSV, *everything)
    compressed = curl(endpoint, *AS_CSV, *everything, "--compressed")

    assert len(plain.body) > 1_000_000
    assert compressed.body == plain.body


def test_a_large_answer_comes_compressed_to_who_asks_for_that(endpoint, curl):
    everything = ("-G", "--data-urlencode", "query=SELECT * { ?s ?p ?o } LIMIT 2000")
    told = {
        coding: curl(endpoint, *AS_CSV, *everything, "--compressed", "-H", f"Accept-Encoding: {coding}")
        for coding in ("identity", "gzip", "zstd", "br;q=1, gzip;q=0.5", "gzip;q=0")
    }

    assert {asked: answer.headers.get("content-encoding") for asked, answer in told.items()} == {
        "identity": None,
        "gzip": "gzip",
        "zstd": "zstd",
        "br;q=1, gzip;q=0.5": "gzip",
        "gzip;q=0": None,
    }
    assert len({answer.body for answer in told.values()}) == 1


def test_an_answer_that_curl_has_is_not_sent_again(endpoint, curl, tmp_path):
    known = tmp_path / "etag.txt"
    first = curl(endpoint, *AS_CSV, *WAYS["get"], "--etag-save", str(known))
    again = curl(endpoint, *AS_CSV, *WAYS["get"], "--etag-compare", str(known))
    other = curl(endpoint, "-H", "Accept: text/tab-separated-values", *WAYS["get"], "--etag-compare", str(known))

    assert (first.status, first.body) == (200, CSV)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert other.status == 200


def test_a_large_query_is_taken_after_100_continue(endpoint, curl):
    told = curl(endpoint, *AS_CSV, "--data-urlencode", "query@-", given=f"{QUERY} #{'长' * 200_000}")

    assert (told.status, told.body) == (200, CSV)


def test_a_connection_serves_several_requests(endpoint, program):
    path = program("curl", package="curl")
    addresses = [f"{endpoint}?query=ASK%7B%7D", f"{endpoint}?query=ASK%7B", f"{endpoint}?query=ASK%7B%7D"]
    quiet = [word for _ in addresses for word in ("-o", "/dev/null")]
    command = [path, "-q", "-sS", "-w", "%{num_connects} %{http_code}\n", *quiet, *addresses]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)

    assert told.stdout.splitlines() == ["1 200", "0 400", "0 200"]


def test_the_description_of_the_service_names_its_own_address(endpoint, curl):
    told = curl(endpoint, "-H", "Accept: application/n-triples")

    assert f"<http://www.w3.org/ns/sparql-service-description#endpoint> <{endpoint}> ." in told.body.decode()


AS_PROBLEM = ("-H", "Accept: application/sparql-results+json, application/problem+json")
REFUSALS = [
    (("--data-urlencode", "query=ASK {", *AS_PROBLEM), 400, "bad-syntax"),
    (("-d", "query=ASK{}", "-d", "query=ASK{}", *AS_PROBLEM), 400, "bad-request"),
    (("-d", "update=CLEAR ALL", *AS_PROBLEM), 403, "forbidden"),
    (("-G", "-d", "update=CLEAR%20ALL", *AS_PROBLEM), 400, "bad-request"),
    (("-d", "query=ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", *AS_PROBLEM), 403, "service-not-allowed"),
    (("-X", "PUT", "--data-binary", "ASK {}", *AS_QUERY, *AS_PROBLEM), 405, "method-not-allowed"),
    (("-G", "-d", "query=ASK{}", "-H", "Accept: image/png"), 406, "not-acceptable"),
    (("-G", "-d", "query=ASK{}", "-d", f"x={'x' * 8_000}", *AS_PROBLEM), 414, "address-too-long"),
    (("--data-binary", "ASK {}", "-H", "Content-Type: text/plain", *AS_PROBLEM), 415, "unsupported-media-type"),
    (("-F", "query=ASK {}", *AS_PROBLEM), 415, "unsupported-media-type"),
]


@pytest.mark.parametrize(("arguments", "status", "kind"), REFUSALS)
def test_what_is_refused_is_told_with_its_kind(endpoint, curl, arguments, status, kind):
    told = curl(endpoint, *arguments)
    problem = json.loads(told.body)

    assert (told.status, told.content_type) == (status, "application/problem+json")
    assert (problem["status"], problem["type"]) == (status, f"https://w3id.org/cppcc-graph/problems#{kind}")


def test_curl_itself_is_told_in_plain_text(endpoint, curl):
    told = curl(endpoint, "--data-urlencode", "query=SELECT ?x\nWHERE { ?x ?y }")

    assert (told.status, told.content_type) == (400, "text/plain; charset=utf-8")
    assert told.body.decode().startswith("The text does not parse\n\nLine 2, column 15")


def test_a_failure_is_told_in_chinese_to_who_reads_chinese(endpoint, curl):
    told = curl(endpoint, "-H", "Accept-Language: zh-CN", "-H", "Accept: text/plain", "--data-urlencode", "query=ASK {")

    assert (told.status, told.content_type, told.headers["content-language"]) == (
        400,
        "text/plain; charset=utf-8",
        "zh",
    )
    assert "第 1 行" in told.body.decode()


def test_a_graph_is_put_read_and_deleted(bare, curl):
    address = f"{bare.removesuffix('sparql')}graphs?graph=http%3A%2F%2Fexample.org%2F%E6%94%BF%E5%8D%8F"
    turtle = "<http://example.org/s> <http://example.org/p> '政协'@zh ."
    put = ("-X", "PUT", "-H", "Content-Type: text/turtle", "--data-binary", "@-")
    steps = [
        curl(address, *put, given=turtle),
        curl(address, *put, given=turtle),
        curl(address, "-H", "Accept: application/n-triples"),
        curl(address, *put, given="<http://example.org/s> oops"),
        curl(address, "-I", "-H", "Accept: application/n-triples"),
        curl(address, "-X", "DELETE"),
        curl(address, "-H", "Accept: application/n-triples"),
    ]

    assert [told.status for told in steps] == [201, 204, 200, 400, 200, 204, 404]
    assert steps[2].body.decode() == '<http://example.org/s> <http://example.org/p> "政协"@zh .\n'
    assert steps[4].headers["content-length"] == str(len(steps[2].body))
