"""The SPARQL Protocol, query operation, as a client meets it."""

import json
from urllib.parse import quote, quote_plus

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cppcc_graph.web import MAX_BODY_BYTES

REPORT = "https://w3id.org/cppcc-graph/report/mingchuan-2033"
ONTOLOGY = "https://w3id.org/cppcc-graph/ontology"
FORM = "application/x-www-form-urlencoded"
ONE_ROW = 'SELECT ("a" AS ?x) {}'
ONE_TRIPLE = "CONSTRUCT { <http://ex/s> <http://ex/p> 1 } {}"
JSON_TRUE = {"head": {}, "boolean": True}


@pytest.mark.parametrize("query", ["ASK {}", "ASK%20{}", "ASK+%7B%7D"])
def test_a_query_by_get_is_answered(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/sparql?query={query}")

    assert (answer.status_code, answer.json) == (200, JSON_TRUE)


def test_a_query_by_url_encoded_post_is_answered(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": "ASK {}"})

    assert (answer.status_code, answer.json) == (200, JSON_TRUE)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/sparql-query",
        "application/sparql-query; charset=UTF-8",
        'application/sparql-query;charset="utf-8"',
        "application/sparql-query;version=1.2",
    ],
)
def test_a_query_by_direct_post_is_answered(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/sparql", data="ASK {}", content_type=content_type)

    assert (answer.status_code, answer.json) == (200, JSON_TRUE)


def test_a_query_by_the_query_method_is_answered(client: FlaskClient) -> None:
    answer = client.open("/sparql", method="QUERY", data="ASK {}", content_type="application/sparql-query")

    assert (answer.status_code, answer.json) == (200, JSON_TRUE)


def test_head_tells_what_get_would_send_and_sends_nothing(client: FlaskClient) -> None:
    whole = client.get("/sparql?query=ASK{}")
    head = client.head("/sparql?query=ASK{}")

    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["Content-Type"] == "application/sparql-results+json"


def test_a_preflight_is_allowed_for_anyone_without_credentials(client: FlaskClient) -> None:
    answer = client.options(
        "/sparql",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST, QUERY"
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "image/png"])
def test_every_answer_may_be_read_by_anyone_and_is_not_guessed_at(client: FlaskClient, accept: str) -> None:
    answer = client.get("/sparql?query=ASK{}", headers={"Accept": accept, "Origin": "https://elsewhere.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Origin" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        (
            "application/sparql-results+json",
            "application/sparql-results+json",
            '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a"}}]}}',
        ),
        (
            "application/sparql-results+xml",
            "application/sparql-results+xml",
            (
                '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/>'
                '</head><results><result><binding name="x"><literal>a</literal></binding></result></results></sparql>'
            ),
        ),
        ("text/csv", "text/csv; charset=utf-8", "x\r\na\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", '?x\n"a"\n'),
    ],
)
def test_solutions_in_each_results_format(client: FlaskClient, accept: str, content_type: str, body: str) -> None:
    answer = client.get("/sparql", query_string={"query": ONE_ROW}, headers={"Accept": accept})

    assert answer.headers["Content-Type"] == content_type
    assert answer.text == body
    assert answer.headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize(
    ("accept", "content_type", "fragment"),
    [
        ("text/turtle", "text/turtle; charset=utf-8", "<http://ex/s> <http://ex/p> 1 ."),
        (
            "application/n-triples",
            "application/n-triples",
            '<http://ex/s> <http://ex/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        ),
        ("application/rdf+xml", "application/rdf+xml", 'rdf:about="http://ex/s"'),
        ("application/ld+json", "application/ld+json", '"@id":"http://ex/s"'),
        ("application/trig", "application/trig", "<http://ex/s> <http://ex/p> 1 ."),
        (
            "application/n-quads",
            "application/n-quads",
            '<http://ex/s> <http://ex/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        ),
    ],
)
def test_a_graph_in_each_rdf_format(client: FlaskClient, accept: str, content_type: str, fragment: str) -> None:
    answer = client.get("/sparql", query_string={"query": ONE_TRIPLE}, headers={"Accept": accept})

    assert answer.headers["Content-Type"] == content_type
    assert fragment in answer.text


def test_describe_is_a_graph_and_is_sent_as_turtle(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": f"DESCRIBE <{REPORT}>"})

    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert "明川市政协2033年工作综述" in answer.text


@pytest.mark.parametrize("accept", [None, "*/*", ""])
def test_without_a_wish_solutions_come_as_json_and_graphs_as_turtle(client: FlaskClient, accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}

    solutions = client.get("/sparql", query_string={"query": ONE_ROW}, headers=headers)
    graph = client.get("/sparql", query_string={"query": ONE_TRIPLE}, headers=headers)

    assert solutions.headers["Content-Type"] == "application/sparql-results+json"
    assert graph.headers["Content-Type"] == "text/turtle; charset=utf-8"


def test_repeated_accept_lines_are_one_list(client: FlaskClient) -> None:
    lines = [("Accept", "application/sparql-results+json;q=0.5"), ("Accept", "text/csv")]

    answer = client.get("/sparql", query_string={"query": ONE_ROW}, headers=lines)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("name", ["csv", "CSV", "text/csv"])
def test_the_format_in_the_address_wins_over_accept(client: FlaskClient, name: str) -> None:
    answer = client.get(
        "/sparql", query_string={"query": ONE_ROW, "format": name}, headers={"Accept": "application/sparql-results+xml"}
    )

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "name", "content_type"),
    [
        (ONE_ROW, "xml", "application/sparql-results+xml"),
        (ONE_ROW, "application/sparql-results json", "application/sparql-results+json"),
        (ONE_TRIPLE, "xml", "application/rdf+xml"),
        (ONE_TRIPLE, "json", "application/ld+json"),
        (ONE_TRIPLE, "application/json", "application/ld+json"),
        (ONE_TRIPLE, "json-ld", "application/ld+json"),
        (ONE_TRIPLE, "rdf+xml", "application/rdf+xml"),
        (ONE_TRIPLE, "n3", "text/turtle; charset=utf-8"),
    ],
)
def test_the_names_that_clients_send_mean_the_format_that_can_hold_the_answer(
    client: FlaskClient, query: str, name: str, content_type: str
) -> None:
    answer = client.get("/sparql", query_string={"query": query, "format": name})

    assert answer.headers["Content-Type"] == content_type


def test_vary_names_accept_only_where_accept_decided(client: FlaskClient) -> None:
    negotiated = client.get("/sparql", query_string={"query": ONE_ROW})
    addressed = client.get("/sparql", query_string={"query": ONE_ROW, "format": "csv"})
    page = client.get("/sparql", query_string={"query": ONE_ROW}, headers={"Accept": "text/html"})

    assert negotiated.headers["Vary"] == "Accept"
    assert "Vary" not in addressed.headers
    assert page.headers["Vary"] == "Accept, Accept-Language, Cookie"


def test_nothing_is_decoded_twice(client: FlaskClient) -> None:
    query = 'SELECT ("100%25 中国+1" AS ?x) {}'

    by_get = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    by_form = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    by_post = client.post(
        "/sparql", data=query.encode(), content_type="application/sparql-query", headers={"Accept": "text/csv"}
    )

    assert by_get.text == by_form.text == by_post.text == "x\r\n100%25 中国+1\r\n"


def test_raw_utf8_in_the_address_means_the_same_as_percent_encoding(client: FlaskClient) -> None:
    raw = 'query=ASK{FILTER("中"="中")}'.encode().decode("latin-1")

    answer = client.get("/sparql", environ_overrides={"QUERY_STRING": raw})

    assert answer.json == JSON_TRUE


def test_zero_and_false_survive_every_results_format(client: FlaskClient) -> None:
    query = {"query": "SELECT (0 AS ?x) (false AS ?y) {}"}

    assert client.get("/sparql", query_string={**query, "format": "csv"}).text == "x,y\r\n0,false\r\n"
    assert client.get("/sparql", query_string={**query, "format": "tsv"}).text == "?x\t?y\n0\tfalse\n"
    assert ">0<" in client.get("/sparql", query_string={**query, "format": "xml"}).text
    assert '"value":"false"' in client.get("/sparql", query_string={**query, "format": "json"}).text


def test_an_empty_solution_is_one_empty_row(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT ?x {}"})

    assert answer.json["results"]["bindings"] == [{}]


def test_repeated_default_graphs_are_merged(client: FlaskClient) -> None:
    query = f"ASK {{ <{REPORT}> ?p ?o . <{ONTOLOGY}> ?q ?r }}"
    graphs = [("default-graph-uri", REPORT), ("default-graph-uri", ONTOLOGY)]

    both = client.get("/sparql", query_string=[("query", query), *graphs])
    one = client.get("/sparql", query_string=[("query", query), graphs[0]])

    assert (both.json["boolean"], one.json["boolean"]) == (True, False)


def test_the_dataset_of_the_request_wins_over_that_of_the_query(client: FlaskClient) -> None:
    query = f"ASK FROM <{ONTOLOGY}> {{ <{REPORT}> ?p ?o }}"

    answer = client.post("/sparql", data={"query": query, "default-graph-uri": REPORT})

    assert answer.json["boolean"] is True


def test_named_graphs_of_the_request_are_the_only_ones(client: FlaskClient) -> None:
    answer = client.get(
        "/sparql",
        query_string={
            "query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
            "named-graph-uri": ONTOLOGY,
            "format": "csv",
        },
    )

    assert answer.text == f"g\r\n{ONTOLOGY}\r\n"


def test_graphs_of_a_direct_post_stand_in_the_address(client: FlaskClient) -> None:
    answer = client.post(
        f"/sparql?default-graph-uri={quote_plus(ONTOLOGY)}",
        data=f"ASK {{ <{REPORT}> ?p ?o }}",
        content_type="application/sparql-query",
    )

    assert answer.json["boolean"] is False


def test_no_file_is_ever_read_for_from(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"})

    assert answer.json["results"]["bindings"] == []


# --- refusals -------------------------------------------------------------------------------------


def refused(answer: TestResponse, status: int, kind: str) -> str:
    """The detail of a refusal, once status, type and the members of RFC 9457 are as expected."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.json["type"] == f"https://w3id.org/cppcc-graph/problems#{kind}"
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.json["title"]
    return answer.json["detail"]


@pytest.mark.parametrize(
    "query_string",
    ["query=ASK{}&query=SELECT*{}", "query=ASK{}&query=ASK{}", "default-graph-uri=http://ex/g", "query="],
)
def test_anything_but_one_query_is_refused(client: FlaskClient, query_string: str) -> None:
    refused(client.get(f"/sparql?{query_string}"), 400, "bad-request")


def test_a_second_query_in_the_address_of_a_post_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql?query=ASK{}", data="ASK {}", content_type="application/sparql-query")

    assert "2 query parameters" in refused(answer, 400, "bad-request")


def test_a_form_without_a_query_is_refused(client: FlaskClient) -> None:
    refused(client.post("/sparql", data={"q": "ASK {}"}), 400, "bad-request")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"ASK {}"),
        (None, b"query=ASK%20%7B%7D"),
        ("application/sparql-query; charset=UTF-16", "ASK {}".encode("utf-16")),
        ("application/json", b'{"query": "ASK {}"}'),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nASK{}\r\n--x--',
        ),
    ],
)
def test_a_body_in_another_format_is_refused(client: FlaskClient, content_type: str | None, body: bytes) -> None:
    answer = client.post("/sparql", data=body, content_type=content_type)

    refused(answer, 415, "unsupported-media-type")


def test_a_compressed_body_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/sparql", data=b"x", content_type="application/sparql-query", headers={"Content-Encoding": "gzip"}
    )

    refused(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("request_line", ["/sparql?query=%FF", "/sparql?query=ASK{}&default-graph-uri=%E4%B8"])
def test_what_is_not_utf8_is_refused_and_never_mended(client: FlaskClient, request_line: str) -> None:
    refused(client.get(request_line), 400, "bad-request")


def test_a_body_that_is_not_utf8_is_refused_with_the_place(client: FlaskClient) -> None:
    answer = client.post("/sparql", data=b"ASK { \xff }", content_type="application/sparql-query")

    assert "byte 6" in refused(answer, 400, "bad-request")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_and_the_right_ones_named(client: FlaskClient, method: str) -> None:
    answer = client.open("/sparql?query=ASK{}", method=method)

    assert "GET, HEAD, OPTIONS, POST, QUERY" in refused(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST, QUERY"


def test_a_client_that_accepts_nothing_here_learns_what_exists(client: FlaskClient) -> None:
    answer = client.get("/sparql?query=ASK{}", headers={"Accept": "image/png"})

    assert "text/turtle (format=turtle)" in refused(answer, 406, "not-acceptable")
    assert "text/csv (format=csv)" in answer.json["supported"]


def test_an_unknown_format_is_refused_with_those_that_exist(client: FlaskClient) -> None:
    answer = client.get("/sparql?query=ASK{}&format=pdf")

    assert "“pdf”" in refused(answer, 406, "unknown-format")
    assert answer.json["supported"][:2] == ["json", "xml"]


@pytest.mark.parametrize(
    ("query", "name", "supported"),
    [
        ("ASK {}", "csv", ["json", "xml"]),
        (ONE_ROW, "turtle", ["json", "xml", "csv", "tsv", "excel-csv"]),
        (
            ONE_TRIPLE,
            "csv",
            ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads", "graphml", "gexf", "lists"],
        ),
    ],
)
def test_a_format_that_cannot_hold_the_answer_is_refused(
    client: FlaskClient, query: str, name: str, supported: list[str]
) -> None:
    answer = client.get("/sparql", query_string={"query": query, "format": name})

    refused(answer, 406, "unsuitable-format")
    assert answer.json["supported"] == supported


@pytest.mark.parametrize("predicate", ["http://ex/123", "http://ex/p/", "http://ex/a,1"])
def test_a_predicate_that_is_no_xml_name_is_refused_as_rdf_xml(client: FlaskClient, predicate: str) -> None:
    query = f"CONSTRUCT {{ <http://ex/s> <{predicate}> 1 }} {{}}"
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "application/rdf+xml"})

    refused(answer, 406, "unsuitable-format")
    assert answer.json["supported"] == ["turtle", "ntriples", "jsonld", "trig", "nquads"]


def test_a_mistake_in_a_query_is_shown_with_its_place(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT ?x\nWHERE { ?x ?y }"})

    assert "Line 2, column 15" in refused(answer, 400, "bad-syntax")
    assert (answer.json["line"], answer.json["column"]) == (2, 15)


def test_service_is_refused_with_the_reason(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"})

    assert "opens no connection" in refused(answer, 403, "service-refused")


def test_an_update_is_refused_with_the_reason(client: FlaskClient) -> None:
    by_form = client.post("/sparql", data={"update": "CLEAR ALL"})
    by_post = client.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update")

    assert "only reads" in refused(by_form, 403, "forbidden")
    assert "only reads" in refused(by_post, 403, "forbidden")


def test_an_update_disguised_as_a_query_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": "DELETE WHERE { ?s ?p ?o }"})

    assert "DELETE is a SPARQL Update" in refused(answer, 403, "update-refused")


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("GET", {}),
        ("POST", {"update": ["CLEAR NAMED", "CLEAR DEFAULT"]}),
        ("POST", {"update": "CLEAR ALL", "query": "ASK {}"}),
    ],
)
def test_an_update_in_the_wrong_way_is_a_bad_request(client: FlaskClient, method: str, data: dict[str, object]) -> None:
    path = "/sparql?update=CLEAR%20ALL" if method == "GET" else "/sparql"

    refused(client.open(path, method=method, data=data or None), 400, "bad-request")


def test_no_update_has_changed_anything(client: FlaskClient) -> None:
    client.post("/sparql", data={"update": "CLEAR ALL"})
    client.get("/sparql?update=CLEAR%20ALL")

    assert client.get("/sparql", query_string={"query": f"ASK {{ <{REPORT}> ?p ?o }}"}).json == JSON_TRUE


def test_an_unknown_version_of_sparql_is_refused(client: FlaskClient) -> None:
    by_get = client.get("/sparql?query=ASK{}&version=9")
    by_post = client.post("/sparql", data="ASK {}", content_type="application/sparql-query;version=9")

    assert "1.0, 1.1, 1.2" in refused(by_get, 400, "bad-request")
    assert "1.0, 1.1, 1.2" in refused(by_post, 400, "bad-request")
    assert client.get("/sparql?query=ASK{}&version=1.2").status_code == 200


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.2-basic"])
def test_each_version_that_is_described_is_taken(client: FlaskClient, version: str) -> None:
    by_get = client.get("/sparql", query_string={"query": "ASK {}", "version": version})
    by_post = client.post("/sparql", data="ASK {}", content_type=f"application/sparql-query;version={version}")

    assert (by_get.status_code, by_post.status_code) == (200, 200)


@pytest.mark.parametrize("version", ["", "2", "1.1-basic", "1.2 "])
def test_a_version_that_does_not_exist_is_refused(client: FlaskClient, version: str) -> None:
    refused(client.get("/sparql", query_string={"query": "ASK {}", "version": version}), 400, "bad-request")


def test_a_body_that_says_it_is_not_coded_is_read(client: FlaskClient) -> None:
    answer = client.post(
        "/sparql", data="ASK {}", content_type="application/sparql-query", headers={"Content-Encoding": "Identity"}
    )

    assert answer.json == JSON_TRUE


def test_a_refusal_by_head_has_its_status_and_no_body(client: FlaskClient) -> None:
    answer = client.head("/sparql?query=ASK{", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.data) == (400, b"")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_query_of_a_megabyte_is_answered_by_post(client: FlaskClient) -> None:
    query = "ASK {} #".ljust(1_000_000, "x")

    assert client.post("/sparql", data={"query": query}).json == JSON_TRUE


def test_a_body_above_the_limit_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql", data=b" " * (MAX_BODY_BYTES + 1), content_type="application/sparql-query")

    assert str(MAX_BODY_BYTES) in refused(answer, 413, "too-large")


def test_an_address_above_the_limit_is_refused(client: FlaskClient) -> None:
    answer = client.get("/sparql?query=" + quote("ASK {} #" + "x" * 20_000))

    assert "POST" in refused(answer, 414, "address-too-long")


def test_deep_nesting_is_refused_and_the_next_query_answered(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": "ASK {FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ")}"})

    refused(answer, 400, "too-complex")
    assert client.get("/sparql?query=ASK{}").json == JSON_TRUE


# --- service description --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_without_a_query_machines_get_the_service_description(
    client: FlaskClient, accept: str | None, content_type: str
) -> None:
    answer = client.get("/sparql", headers={"Accept": accept} if accept else {})

    assert answer.headers["Content-Type"] == content_type
    assert "http://www.w3.org/ns/sparql-service-description#" in answer.text


def test_the_service_description_says_where_it_is_and_counts_what_is_there(client: FlaskClient) -> None:
    lines = client.get("/sparql?format=ntriples").text.splitlines()
    sd, xsd = "http://www.w3.org/ns/sparql-service-description#", "http://www.w3.org/2001/XMLSchema#"
    counted = client.get("/sparql", query_string={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).json
    n = counted["results"]["bindings"][0]["n"]["value"]

    assert f"_:service <{sd}endpoint> <http://localhost/sparql> ." in lines
    assert f"_:service <{sd}feature> <{sd}UnionDefaultGraph> ." in lines
    assert f'<http://localhost/sparql#default-graph> <http://rdfs.org/ns/void#triples> "{n}"^^<{xsd}integer> .' in lines
    assert sum(f"<{sd}name>" in line for line in lines) == 2
    assert not any("BasicFederatedQuery" in line for line in lines)


# --- the log line ---------------------------------------------------------------------------------


def test_each_request_writes_one_line_with_what_an_operator_asks_for(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="cppcc_graph.web.requests"):
        client.get("/sparql", query_string={"query": ONE_ROW})

    [line] = [json.loads(record.message) for record in caplog.records]
    assert line.pop("took_ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "client": "127.0.0.1",
        "method": "GET",
        "route": "/sparql",
        "status": 200,
        "outcome": "ok",
        "bytes": 85,
        "coding": None,
        "query_sha256": "17e44d0477fb",
        "query_form": "solutions",
        "rows": 1,
        "cache": "miss",
    }


def test_the_text_of_a_query_is_logged_only_when_asked_for(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="cppcc_graph.web.requests"):
        client.get("/sparql", query_string={"query": ONE_ROW})

    assert "SELECT" not in caplog.text
