"""Whole graphs over HTTP, and updates, where the server is writable; refusals in words where it is not."""

import io

import pytest
from flask.testing import FlaskClient
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from werkzeug.test import TestResponse

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

GRAPH = "http://ex/g/1.ttl"
TURTLE = {"Content-Type": "text/turtle"}
REPORT = "https://w3id.org/cppcc-graph/report/mingchuan-2033"


@pytest.fixture
def bare() -> FlaskClient:
    """A client of an empty writable server."""
    settings = Settings(empty=True, default_graph="separate", shapes="none", writable=True, no_auth=True, body_mib=1)
    return create_app(settings, EmbeddedStore(is_merged=False)).test_client()


def put(client: FlaskClient, turtle: str, **address: str) -> TestResponse:
    return client.put("/graphs", query_string=address, data=turtle, headers=TURTLE)


def get(client: FlaskClient, **address: str) -> TestResponse:
    return client.get("/graphs", query_string=address, headers={"Accept": "text/turtle"})


def number(client: FlaskClient, query: str) -> int:
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    return int(answer.text.split()[1])


def canonical(turtle: str | bytes) -> list[str]:
    quads = parse(turtle, format=RdfFormat.TURTLE)
    dataset = Dataset(Quad(*quad.triple) for quad in quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def test_a_graph_is_made_by_put_and_then_replaced(bare: FlaskClient) -> None:
    assert put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH).status_code == 201
    assert put(bare, "<http://ex/s> <http://ex/p> [] .", graph=GRAPH).status_code == 204

    answer = get(bare, graph=GRAPH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert canonical(answer.data) == canonical("<http://ex/s> <http://ex/p> _:b .")


def test_the_default_graph_needs_no_value(bare: FlaskClient) -> None:
    assert put(bare, "<http://ex/s> <http://ex/p> 1 .", default="").status_code == 204
    assert canonical(get(bare, default="").data) == canonical("<http://ex/s> <http://ex/p> 1 .")
    assert bare.get("/graphs?default").status_code == 200
    assert bare.delete("/graphs?default").status_code == 204
    assert (bare.get("/graphs?default").status_code, bare.get("/graphs?default").data) == (200, b"")


def test_a_deleted_graph_is_not_found_and_neither_is_one_that_never_was(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH)

    assert bare.delete("/graphs", query_string={"graph": GRAPH}).status_code == 204
    for method in ("GET", "HEAD", "DELETE"):
        assert bare.open("/graphs", method=method, query_string={"graph": GRAPH}).status_code == 404
    problem = bare.delete("/graphs", query_string={"graph": GRAPH}).json
    assert problem["detail"] == f"the dataset has no named graph <{GRAPH}>"


def test_post_adds_and_blank_nodes_of_two_requests_stay_apart(bare: FlaskClient) -> None:
    for status in (201, 204):
        answer = bare.post(f"/graphs?graph={GRAPH}", data="_:b <http://ex/p> 1 .", headers=TURTLE)
        assert answer.status_code == status

    assert number(bare, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 2


def test_post_without_a_graph_makes_one_and_tells_where(bare: FlaskClient) -> None:
    answer = bare.post("/graphs", data="<http://ex/s> <http://ex/p> 1 .", headers=TURTLE)

    location = answer.headers["Location"]
    assert answer.status_code == 201
    assert location.startswith("http://localhost/graphs/")
    for address in (f"/graphs?graph={location}", location):
        assert canonical(bare.get(address, headers={"Accept": "text/turtle"}).data) != []


def test_a_form_adds_its_files_together(bare: FlaskClient) -> None:
    """SPARQL 1.1 Graph Store HTTP Protocol, section 5.5: multipart/form-data."""
    files = [
        (io.BytesIO(b"<http://ex/s> <http://ex/p> _:b ."), "a.ttl", "text/turtle; charset=utf-8"),
        (io.BytesIO(b'{"@id": "http://ex/s", "http://ex/p": {"@id": "_:b"}}'), "b.jsonld", "application/ld+json"),
        (io.BytesIO(b"<http://ex/s> <http://ex/p> 1 ."), "c.nt", "application/octet-stream"),
    ]
    answer = bare.post(f"/graphs?graph={GRAPH}", data={"file": files[:2]})
    last = bare.post(f"/graphs?graph={GRAPH}", data={"file": files[2]})

    assert (answer.status_code, last.status_code) == (201, 400)  # N-Triples has no numbers
    assert number(bare, "SELECT (COUNT(DISTINCT ?o) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 2


@pytest.mark.parametrize("data", [{}, {"text": "<http://ex/s> <http://ex/p> 1 ."}])
def test_a_form_without_files_is_told(bare: FlaskClient, data: dict[str, str]) -> None:
    answer = bare.post(f"/graphs?graph={GRAPH}", data=data, content_type="multipart/form-data")

    assert (answer.status_code, answer.json["detail"]) == (
        400,
        "A form holds the documents as files, and nothing else.",
    )


def test_head_says_what_get_would(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH)
    head = bare.head("/graphs", query_string={"graph": GRAPH}, headers={"Accept": "application/n-triples"})

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == "application/n-triples"


def test_the_name_of_a_graph_is_decoded_once(bare: FlaskClient) -> None:
    for name in ("http://ex/%31", "http://ex/%2531", "http%3A%2F%2Fex%2F1"):
        bare.put(f"/graphs?graph={name}", data="<http://ex/s> <http://ex/p> 1 .", headers=TURTLE)

    assert number(bare, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 2
    assert bare.get("/graphs?graph=http://ex/1").status_code == 200
    assert bare.get("/graphs?graph=http://ex/%2531").status_code == 200
    assert bare.get("/graphs?graph=http://ex/%252531").status_code == 404


@pytest.mark.parametrize("address", ["", "?default&graph=http://ex/g", "?graph=a&graph=b", "?default&default"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_exactly_one_graph_is_named(bare: FlaskClient, method: str, address: str) -> None:
    answer = bare.open(f"/graphs{address}", method=method, data="", headers=TURTLE)

    assert answer.status_code == 400
    if method != "HEAD":
        assert answer.json["detail"] == "Name exactly one graph: ?graph= with its IRI, or ?default."


@pytest.mark.parametrize("name", ["", "relative", "http://ex/%20x", "x:%3E%20%7B%7D"])
def test_a_graph_has_an_absolute_iri(bare: FlaskClient, name: str) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = bare.open(f"/graphs?graph={name}", method=method, data="", headers=TURTLE)
        assert (answer.status_code, "is not an absolute IRI" in answer.json["detail"]) == (400, True)


def test_relative_iris_of_a_document_belong_to_its_graph(bare: FlaskClient) -> None:
    put(bare, "<> <p> <#o> .", graph=GRAPH)

    answer = get(bare, graph=GRAPH)
    assert canonical(answer.data) == canonical(f"<{GRAPH}> <http://ex/g/p> <{GRAPH}#o> .")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        ("<http://ex/s> <http://ex/p>", "text/turtle", 400, "Line 1, column 28"),
        ("<http://ex/s> <http://ex/p> 1 <http://ex/g> .", "text/turtle", 400, "Line 1"),
        ("<http://ex/s> <http://ex/p> 1 .", "text/html", 415, "Send the graph as one of text/turtle"),
        ("<http://ex/s> <http://ex/p> 1 .", "", 415, "Send the graph as one of text/turtle"),
        ("<http://ex/s> <http://ex/p> 1 .", "text/turtle; charset=utf-16", 415, "A graph is sent in UTF-8."),
        (b"<http://ex/s> <http://ex/p> '\xff' .", "text/turtle", 400, "not UTF-8"),
        ("<http://ex/s> <http://ex/p> <http://ex/o> <http://ex/g> .", "application/n-quads", 400, "names the graph"),
        (" " * (1024 * 1024 + 1), "text/turtle", 413, "1048576 bytes"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_bad_document_is_told_and_leaves_the_old_graph(
    bare: FlaskClient, method: str, body: str, content_type: str, status: int, words: str
) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 0 .", graph=GRAPH)
    answer = bare.open(f"/graphs?graph={GRAPH}", method=method, data=body, headers={"Content-Type": content_type})

    assert answer.status_code == status
    assert words in answer.json["detail"]
    assert canonical(get(bare, graph=GRAPH).data) == canonical("<http://ex/s> <http://ex/p> 0 .")


@pytest.mark.parametrize(
    ("method", "address", "sent"),
    [
        ("PUT", f"/graphs?graph={GRAPH}", {"content_type": "text/turtle"}),
        ("POST", "/graphs", {"content_type": "text/turtle"}),
        ("POST", "/sparql", {"content_type": "application/sparql-update"}),
    ],
)
def test_a_person_at_a_terminal_sees_what_is_wrong_with_what_was_sent(
    bare: FlaskClient, method: str, address: str, sent: dict[str, str]
) -> None:
    body = (
        "\ufeffPREFIX x: <http://ex/>\nINSRT x:政协 x:p 1 ."
        if "update" in sent["content_type"]
        else ("\ufeff@prefix x: <http://ex/> .\nx:政协 y:p 1 .")
    )
    answer = bare.open(address, method=method, data=body, headers={"User-Agent": "curl/8.5.0"}, **sent)

    shown, carets = answer.text.splitlines()[-2:]
    assert answer.status_code == 400
    assert (shown, carets.strip("^ ")) == (f"2 | {body.splitlines()[1]}", "")
    assert "^" in carets


def test_of_several_documents_none_is_shown_as_nobody_says_which_one_is_wrong(bare: FlaskClient) -> None:
    def post(*texts: bytes) -> TestResponse:
        files = [(io.BytesIO(text), "a.ttl", "text/turtle") for text in texts]
        return bare.post("/graphs", data={"files": files}, headers={"User-Agent": "curl/8.5.0"})

    one, two = post(b"\nnonsense"), post(b"", b"\nnonsense")
    assert (one.status_code, "2 | nonsense" in one.text) == (400, True)
    assert (two.status_code, "^" in two.text) == (400, False)


def test_a_document_compressed_in_another_way_than_gzip_is_told(bare: FlaskClient) -> None:
    answer = bare.put(f"/graphs?graph={GRAPH}", data=b"", headers={**TURTLE, "Content-Encoding": "br"})

    assert answer.status_code == 415


def test_other_methods_are_told(bare: FlaskClient) -> None:
    answer = bare.patch(f"/graphs?graph={GRAPH}", data="CLEAR ALL", content_type="application/sparql-update")
    preflight = bare.options("/graphs")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "HEAD", "PUT", "POST", "DELETE"}
    assert set(preflight.headers["Access-Control-Allow-Methods"].split(", ")) >= {"GET", "PUT", "POST", "DELETE"}


def test_a_graph_is_negotiated_like_any_answer(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/123> 1 .", graph=GRAPH)
    address = f"/graphs?graph={GRAPH}"

    types = {
        accept: bare.get(address, headers={"Accept": accept}).headers["Content-Type"]
        for accept in ("*/*", "application/ld+json", "text/html, */*;q=0.1", "application/rdf+xml", "text/html")
    }
    assert types == {
        "*/*": "text/turtle; charset=utf-8",
        "application/ld+json": "application/ld+json",
        "text/html, */*;q=0.1": "text/turtle; charset=utf-8",
        "application/rdf+xml": "application/problem+json",
        "text/html": "text/html; charset=utf-8",
    }
    assert bare.get(address, headers={"Accept": "text/html"}).status_code == 406
    assert bare.get(address + "&format=nt").headers["Content-Type"] == "application/n-triples"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("address", ["?default", "?graph=http://ex/g", "", "/below"])
def test_a_server_that_only_reads_says_so(client: FlaskClient, method: str, address: str) -> None:
    answer = client.open(f"/graphs{address}", method=method, data="", headers=TURTLE)

    assert (answer.status_code, answer.json["detail"]) == (
        403,
        "The graphs are only read here. The data change where they are published.",
    )


def test_a_server_that_only_reads_shows_its_graphs_and_their_merge(client: FlaskClient) -> None:
    named = client.get("/graphs", query_string={"graph": REPORT}, headers={"Accept": "application/n-triples"})
    default = client.get("/graphs?default", headers={"Accept": "application/n-triples"})
    lines = set(named.text.splitlines())

    assert (named.status_code, default.status_code) == (200, 200)
    assert len(lines) > 100
    assert lines < set(default.text.splitlines())
    assert client.get("/graphs?graph=http://ex/nowhere").status_code == 404


@pytest.mark.parametrize(
    "request_as",
    [
        {"data": {"update": "INSERT DATA { <http://ex/s> <http://ex/p> 1 }"}},
        {"data": "INSERT DATA { <http://ex/s> <http://ex/p> 1 }", "content_type": "application/sparql-update"},
        {
            "data": "INSERT DATA { <http://ex/s> <http://ex/p> 1 }",
            "content_type": "application/sparql-update; charset=UTF-8",
        },
    ],
)
def test_an_update_is_carried_out_and_answered_with_nothing(bare: FlaskClient, request_as: dict[str, object]) -> None:
    answer = bare.post("/sparql", **request_as)

    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert number(bare, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1


@pytest.mark.parametrize(
    ("method", "request_as", "status"),
    [
        ("GET", {"query_string": {"update": "CLEAR ALL"}}, 400),
        ("HEAD", {"query_string": {"update": "CLEAR ALL"}}, 400),
        ("QUERY", {"data": "CLEAR ALL", "content_type": "application/sparql-update"}, 400),
        ("PUT", {"data": "CLEAR ALL", "content_type": "application/sparql-update"}, 405),
        ("POST", {"data": {"update": "CLEAR ALL", "query": "ASK {}"}}, 400),
        ("POST", {"data": {"update": ["CLEAR ALL", "CLEAR ALL"]}}, 400),
        ("POST", {"data": {"update": "CLEAR ALL", "default-graph-uri": "http://ex/g"}}, 400),
        ("POST", {"data": {"update": "CLEAR ALX"}}, 400),
        ("POST", {"data": {"query": "CLEAR ALL"}}, 403),
        ("POST", {"data": "CLEAR ALL", "content_type": "text/plain"}, 415),
        ("POST", {"data": {"update": "CLEAR ALL; LOAD <http://127.0.0.1:9/>"}}, 403),
        ("POST", {"data": {"update": "CLEAR ALL; CREATE GRAPH <http://ex/g>; CREATE GRAPH <http://ex/g>"}}, 409),
        ("POST", {"data": {"update": "WITH <http://ex/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"}}, 204),
    ],
)
def test_what_is_no_proper_update_changes_nothing(
    bare: FlaskClient, method: str, request_as: dict[str, object], status: int
) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", default="")
    answer = bare.open("/sparql", method=method, **request_as)

    assert answer.status_code == status
    assert number(bare, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1


ORIGINS = {
    "https://elsewhere.example": 403,
    "http://elsewhere.example:8000": 403,
    "http://127.0.0.1.elsewhere.example": 403,
    "null": 403,
    "": 403,
    "http://[": 403,
    "http://localhost:3000": 204,
    "http://127.0.0.1:8000": 204,
    "http://[::1]:8000": 204,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_of_another_site_writes_nothing_through_a_browser_here(bare: FlaskClient, origin: str) -> None:
    """A form may be sent anywhere without asking first, and a name may be made to lead to 127.0.0.1."""
    headers = {"Origin": origin}
    turtle = "<http://ex/s> <http://ex/p> 1 ."
    answers = [
        bare.post("/sparql", data={"update": "INSERT DATA { <http://ex/s> <http://ex/p> 1 }"}, headers=headers),
        bare.put("/graphs?default", data=turtle, headers={**TURTLE, **headers}),
        bare.post(
            "/graphs?default", data={"f": (io.BytesIO(turtle.encode()), "a.ttl", "text/turtle")}, headers=headers
        ),
        bare.delete("/graphs?default", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [ORIGINS[origin]] * 4
    if ORIGINS[origin] == 403:
        assert "may not write here" in answers[0].json["detail"]
    assert bare.get("/sparql?query=ASK{}", headers=headers).status_code == 200


def test_an_answer_after_a_write_is_never_the_old_one(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", default="")
    old = bare.get("/sparql?query=ASK{?s ?p 1}")
    put(bare, "<http://ex/s> <http://ex/p> 2 .", default="")
    new = bare.get("/sparql?query=ASK{?s ?p 1}", headers={"If-None-Match": old.headers["ETag"]})

    assert (old.json["boolean"], new.status_code, new.json["boolean"]) == (True, 200, False)


WRITES = {
    "put": lambda client, address, headers: client.put(
        f"/graphs?graph={GRAPH}{address}", data="<http://ex/s> <http://ex/p> 2 .", headers={**TURTLE, **headers}
    ),
    "post": lambda client, address, headers: client.post(
        f"/graphs?graph={GRAPH}{address}", data="<http://ex/s> <http://ex/p> 2 .", headers={**TURTLE, **headers}
    ),
    "delete": lambda client, address, headers: client.delete(f"/graphs?graph={GRAPH}{address}", headers=headers),
    "update": lambda client, address, headers: client.post(
        f"/sparql?{address[1:]}", data="CLEAR ALL", headers={"Content-Type": "application/sparql-update", **headers}
    ),
    "form": lambda client, address, headers: client.post(
        f"/sparql?{address[1:]}", data={"update": "CLEAR ALL"}, headers=headers
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_dry_run_is_refused_where_nothing_judges(bare: FlaskClient, way: str) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH)
    before = get(bare, graph=GRAPH)

    answer = WRITES[way](bare, "&validate=only", {})

    assert (answer.status_code, "Nothing is judged here" in answer.json["detail"]) == (400, True)
    assert get(bare, graph=GRAPH).headers["ETag"] == before.headers["ETag"]
    assert WRITES[way](bare, "", {}).status_code == 204


def test_a_dry_run_that_a_form_asks_for_is_refused_where_nothing_judges(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH)

    forms = [{"update": "CLEAR ALL", "validate": "only"}, {"update": "CLEAR ALL", "validate": ["only", "only"]}]
    assert [bare.post("/sparql", data=form).status_code for form in forms] == [400, 400]
    assert bare.delete(f"/graphs?graph={GRAPH}", data={"validate": "only"}).status_code == 400
    assert get(bare, graph=GRAPH).data


@pytest.mark.parametrize("way", WRITES)
def test_a_change_made_for_older_data_is_refused(bare: FlaskClient, way: str) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", graph=GRAPH)
    old = get(bare, graph=GRAPH).headers["ETag"]
    put(bare, "<http://ex/s> <http://ex/p> 3 .", graph=GRAPH)
    new = get(bare, graph=GRAPH).headers["ETag"]

    for tag in (old, f"W/{new}", '"x"', "x", "", '"7"'):
        answer = WRITES[way](bare, "", {"If-Match": tag})
        assert (answer.status_code, answer.json["type"].rpartition("#")[2]) == (412, "outdated")
    assert get(bare, graph=GRAPH).headers["ETag"] == new
    assert WRITES[way](bare, "", {"If-Match": f"{old}, {new}"}).status_code == 204


def test_any_answer_from_the_data_has_a_tag_that_a_change_may_be_made_for(bare: FlaskClient) -> None:
    put(bare, "<http://ex/s> <http://ex/p> 1 .", default="")
    tag = bare.get("/sparql?query=ASK{?s ?p 1}").headers["ETag"]

    assert bare.put("/graphs?default", data="", headers={**TURTLE, "If-Match": tag}).status_code == 204
    assert bare.put("/graphs?default", data="", headers={**TURTLE, "If-Match": tag}).status_code == 412


def test_conditions_on_whether_a_graph_is_there_are_kept(bare: FlaskClient) -> None:
    new, old = {"If-None-Match": "*"}, {"If-Match": "*"}

    statuses = [
        WRITES[way](bare, "", headers).status_code
        for way, headers in [
            ("put", old), ("delete", old), ("put", new), ("put", new), ("post", new), ("delete", new),
            ("post", old), ("delete", old), ("post", old), ("post", new),
        ]
    ]  # fmt: skip

    assert statuses == [412, 412, 201, 412, 412, 412, 204, 204, 412, 201]
    assert bare.put("/graphs?default", data="", headers={**TURTLE, **new}).status_code == 412
    assert bare.put("/graphs?default", data="", headers={**TURTLE, **old}).status_code == 204


@pytest.mark.parametrize("path", ["/", "/sparql", "/questions/", "/problems", "/sparql?query=SELECT*{?s ?p ?o}"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_over_no_data_at_all(bare: FlaskClient, path: str, language: str) -> None:
    answer = bare.get(path, headers={"Accept": "text/html", "Accept-Language": language})

    assert (answer.status_code, answer.mimetype) == (200, "text/html")


@pytest.mark.slow
def test_every_question_opens_over_no_data_at_all(bare: FlaskClient) -> None:
    page = bare.get("/questions/", headers={"Accept": "text/html"}).text
    paths = {part.split('"')[0] for part in page.split('href="') if part.startswith("/questions/")} - {"/questions/"}

    assert len(paths) > 20
    assert {bare.get(path, headers={"Accept": "text/html"}).status_code for path in paths} == {200}


@pytest.mark.parametrize("path", ["/doc/org/nobody", "/doc/report/none", "/doc/ontology", "/doc/vocabulary/units"])
def test_a_thing_that_is_not_there_is_not_found(bare: FlaskClient, path: str) -> None:
    assert bare.get(path, headers={"Accept": "text/html"}).status_code == 404
