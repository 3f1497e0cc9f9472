"""
Every kind of failure, one body.

RFC 9457: ``type``, ``title``, ``status``, ``detail``; ``line`` and ``column`` or ``supported`` where a program can act
on them. Browsers get a page, who asks for plain text gets that, and nobody ever sees a trace or a path.
"""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cppcc_graph import errors
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}

FAILURES = {
    "bad-syntax": (errors.BadSyntax("no such thing", line=3, column=7), 400, {"line": 3, "column": 7}),
    "unknown-function": (errors.UnknownFunction("f is not here", token="<x:f>"), 400, {"function": "<x:f>"}),
    "too-complex": (errors.TooComplex("nested too deeply"), 400, {}),
    "service-refused": (errors.ServiceRefused(line=1, column=9), 403, {"line": 1, "column": 9}),
    "update-refused": (errors.UpdateRefused("CLEAR", line=1, column=1), 403, {"line": 1, "column": 1}),
    "load-refused": (errors.LoadRefused(line=2, column=3), 403, {"line": 2, "column": 3}),
    "unauthorised": (errors.Unauthorised("this token has expired; ask for another one"), 401, {}),
    "not-granted": (errors.NotGranted.operation("anna", "publish"), 403, {}),
    "too-many-attempts": (errors.TooManyAttempts(retry_after_s=30), 429, {}),
    "read-only": (errors.ReadOnly(), 403, {}),
    "term-not-kept": (errors.Unkeepable("a triple within a triple is not kept here"), 409, {}),
    "update-failed": (errors.UpdateFailed("the graph <x:g> already exists"), 409, {}),
    "service-not-allowed": (
        errors.ServiceNotAllowed(endpoint="http://ex/s", reason="its host is not known"),
        403,
        {"endpoint": "http://ex/s"},
    ),
    "service-failed": (
        errors.ServiceFailed(endpoint="http://ex/s", reason="it answered with status %(status)s", values=("500",)),
        502,
        {"endpoint": "http://ex/s"},
    ),
    "unknown-entity": (errors.UnknownEntity("http://ex/x"), 404, {}),
    "removed-entity": (errors.RemovedEntity("https://w3id.org/cppcc-graph/id/x/y", version=3), 410, {}),
    "unknown-graph": (errors.UnknownGraph("http://ex/g"), 404, {}),
    "no-history": (errors.NoHistory(), 404, {}),
    "unknown-version": (errors.UnknownVersion("9", last=3), 404, {}),
    "outdated": (errors.Outdated(version=3), 412, {}),
    "write-interrupted": (errors.WriteInterrupted(), 503, {}),
    "judgement-interrupted": (errors.JudgementInterrupted(retry_after_s=5), 503, {}),
    "too-many-changes": (errors.TooManyChanges(2_000_000, limit=100_000), 503, {}),
    "unknown-format": (errors.UnknownFormat("pdf", known=["json"]), 406, {"supported": ["json"]}),
    "unsuitable-format": (
        errors.UnsuitableFormat(["csv"], form="graph", suitable=["turtle"]),
        406,
        {"supported": ["turtle"]},
    ),
    "not-conforming": (errors.NotConforming(["a label is missing"]), 422, {"findings": ["a label is missing"]}),
    "query-timeout": (errors.QueryTimeout(deadline_s=2.5), 503, {"deadline_s": 2.5}),
    "query-killed": (errors.QueryKilled(memory_mib=2048), 503, {"memory_mib": 2048}),
    "answer-too-large": (errors.AnswerTooLarge(limit_bytes=1_000_000), 503, {"limit_bytes": 1_000_000}),
    "store-unavailable": (errors.StoreUnavailable("/srv/secret is locked"), 502, {}),
    "not-whole": (errors.NotWhole("the engine's answer breaks off"), 502, {}),
    "not-kept": (errors.NotKept("/srv/secret is full"), 507, {}),
    "store-busy": (errors.StoreBusy(retry_after_s=4), 503, {}),
}


@pytest.fixture(scope="module")
def failing(store: EmbeddedStore) -> Flask:
    """An application with one more route, which fails as it is told."""
    app = create_app(Settings(), store)

    @app.route("/fail/<kind>")
    def fail(kind: str) -> str:
        if kind == "internal-error":
            raise ZeroDivisionError("secret/path.py")
        raise FAILURES[kind][0]

    return app


@pytest.mark.parametrize("kind", FAILURES)
def test_each_failure_of_ours_has_its_status_and_the_one_body(failing: Flask, kind: str) -> None:
    _error, status, members = FAILURES[kind]
    answer = failing.test_client().get(f"/fail/{kind}")

    body = answer.json
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, body.pop("status")) == (status, status)
    assert body.pop("type") == f"https://w3id.org/cppcc-graph/problems#{kind}"
    assert body.pop("title")
    assert body.pop("detail")
    assert body == members


@pytest.mark.parametrize("kind", FAILURES)
def test_each_failure_of_ours_is_told_in_chinese(failing: Flask, kind: str) -> None:
    answer = failing.test_client().get(f"/fail/{kind}", headers=CHINESE)

    assert answer.headers["Content-Language"] == "zh"
    assert not answer.json["title"].isascii()


def test_every_error_of_the_tree_has_a_status_of_its_own() -> None:
    told = {type(error) for error, _status, _members in FAILURES.values()}
    never_in_a_request = {"BadSource", "BadSetting", "BadShapes", "BadGrant", "WrongText"}

    def leaves(root: type[errors.CppccError]) -> set[type[errors.CppccError]]:
        return {root} | {leaf for child in root.__subclasses__() for leaf in leaves(child)}

    assert {error.__name__ for error in leaves(errors.CppccError) - told} <= {"CppccError"} | never_in_a_request


def test_the_type_of_each_problem_leads_to_a_row_of_a_page(client: FlaskClient) -> None:
    text = client.get("/problems").text

    assert [kind for kind in [*FAILURES, "not-found", "internal-error"] if f'<tr id="{kind}">' not in text] == []


@pytest.mark.parametrize(("kind", "seconds"), [("store-busy", "4"), ("judgement-interrupted", "5")])
def test_what_may_go_well_later_says_when_to_come_back(failing: Flask, kind: str, seconds: str) -> None:
    assert failing.test_client().get(f"/fail/{kind}").headers["Retry-After"] == seconds


@pytest.mark.parametrize("kind", ["query-timeout", "query-killed", "answer-too-large"])
def test_a_query_that_would_fail_again_is_not_asked_for_again(failing: Flask, kind: str) -> None:
    assert "Retry-After" not in failing.test_client().get(f"/fail/{kind}").headers


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("query-timeout", "en", "stopped after 2.5 s"),
        ("query-timeout", "zh", "运行 2.5 秒"),
        ("query-killed", "en", "more than 2,048 MiB"),
        ("query-killed", "zh", "超过 2,048 MiB"),
        ("answer-too-large", "en", "more than 1,000,000 bytes"),
        ("answer-too-large", "zh", "超过 1,000,000 字节"),
    ],
)
def test_a_limit_that_was_reached_is_told_with_its_figure(failing: Flask, kind: str, language: str, words: str) -> None:
    answer = failing.test_client().get(f"/fail/{kind}", headers={"Accept-Language": language})

    assert words in answer.json["detail"]


@pytest.mark.parametrize("kind", ["internal-error", "store-unavailable"])
@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/plain"])
def test_a_failure_of_the_server_shows_no_trace_and_no_path(failing: Flask, kind: str, accept: str) -> None:
    answer = failing.test_client().get(f"/fail/{kind}", headers={"Accept": accept})

    assert answer.status_code in (500, 502)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_the_trace_of_an_unforeseen_failure_is_in_the_log(failing: Flask, caplog: pytest.LogCaptureFixture) -> None:
    failing.test_client().get("/fail/internal-error")

    assert "ZeroDivisionError" in caplog.text


def test_a_missing_page_is_a_problem_for_programs(client: FlaskClient) -> None:
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": "https://w3id.org/cppcc-graph/problems#not-found",
        "title": "There is nothing here",
        "status": 404,
        "detail": "No page has this address. The home page leads to all that exist.",
    }


def test_a_missing_page_is_a_page_for_browsers(client: FlaskClient) -> None:
    answer = client.get("/no/such/page", headers=BROWSER)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>There is nothing here</h1>" in answer.text


def test_a_missing_page_is_plain_text_for_who_asks_for_that(client: FlaskClient) -> None:
    answer = client.get("/no/such/page", headers={"Accept": "text/plain"})

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == (
        "There is nothing here\n\nNo page has this address. The home page leads to all that exist.\n"
    )


@pytest.mark.parametrize(("accept", "agent"), [("*/*", "curl/8.5.0"), (None, "curl/8.5.0"), ("*/*", "Wget/1.21")])
def test_a_person_at_a_terminal_sees_the_wrong_piece(client: FlaskClient, accept: str | None, agent: str) -> None:
    headers = {"User-Agent": agent} | ({"Accept": accept} if accept else {})
    answer = client.post("/sparql", data={"query": "SELECT *\n{ ?政协 ?p ?o } LIMIT ten"}, headers=headers)

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == (
        "The text does not parse\n\n"
        "Line 2, column 21: ten is not a word of SPARQL\n\n"
        "2 | { ?政协 ?p ?o } LIMIT ten\n"
        "                          ^^^\n"
    )


@pytest.mark.parametrize("accept", ["application/json", "application/sparql-results+json, */*;q=0.1"])
def test_a_program_that_calls_curl_gets_what_it_asks_for(client: FlaskClient, accept: str) -> None:
    answer = client.get("/sparql?query=ASK{", headers={"User-Agent": "curl/8.5.0", "Accept": accept})

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "User-Agent" not in answer.headers["Vary"]


def test_a_long_line_is_cut_around_the_wrong_piece(client: FlaskClient) -> None:
    query = f"SELECT * {{ {'?s ?p ?o . ' * 50} ?s ?p ?o {'. ?s ?p ?o ' * 50} . ?s ?p here }}"
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/plain"})

    shown, carets = answer.text.splitlines()[-2:]
    assert shown.startswith("1 | …")
    assert shown.index("here") == carets.index("^^^^")
    assert len(shown) < 110


def test_a_client_that_accepts_no_form_of_a_problem_gets_json(client: FlaskClient) -> None:
    answer = client.get("/no/such/page", headers={"Accept": "text/csv"})

    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_problem_is_told_in_the_language_of_the_reader(client: FlaskClient) -> None:
    answer = client.get("/no/such/page", headers=CHINESE)

    assert answer.headers["Content-Language"] == "zh"
    assert json.loads(answer.data)["title"] == "这里什么也没有"
    assert answer.headers["Vary"] == "Accept, Accept-Language, Cookie, User-Agent"


BAD = {"query": "ASK {\n  ?report a qb:DataSet\n}"}
DECLARATION = "PREFIX qb: <http://purl.org/linked-data/cube#>"


def test_a_program_gets_the_token_and_the_declaration_to_paste(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string=BAD)

    known = {name: answer.json[name] for name in ("line", "column", "token", "suggestion")}
    assert known == {"line": 2, "column": 13, "token": "qb:DataSet", "suggestion": DECLARATION}


def test_a_program_gets_what_could_stand_at_the_wrong_place(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT ?x\nWHERE ?x ?y ?z"})

    known = {name: answer.json[name] for name in ("line", "column", "token", "expected")}
    assert known == {"line": 2, "column": 7, "token": "?x", "expected": ["{"]}


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (BAD["query"], f"第 2 行第 13 列：前缀 qb: 没有声明；请在查询开头写上 {DECLARATION}"),
        ("ASK { FILTER(?a = ) }", "第 1 行第 19 列：此处应为“(”、“变量”、“<IRI>”、“"),
        ("DESCRIBE", "第 1 行第 9 列：此处应为“变量”、“<IRI>”、“*”之一，查询却已结束"),
        ("SELEC * {}", "第 1 行第 1 列：SELEC 不是 SPARQL 的词；是否想写 SELECT？"),
        ("SELECT ?x (COUNT(*) AS ?n) {?x ?y ?z}", "第 1 行第 8 列：?x 既不在 GROUP BY 中"),
        ("ASK { FILTER(" + "(" * 200, "第 1 行第 140 列：括号嵌套超过 128 层；请拆分查询"),
        ("SELECT (<x:f>(1) AS ?y) {}", "第 1 行第 9 列：这里没有函数 <x:f>"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_in_chinese(client: FlaskClient, query: str, detail: str) -> None:
    answer = client.get("/sparql", query_string={"query": query}, headers=CHINESE)

    assert answer.json["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("service-not-allowed", "拒绝 SERVICE <http://ex/s>：找不到它的主机。没有发送任何内容。"),
        ("service-failed", "SERVICE <http://ex/s> 失败：它以状态码 500 应答。若写 SERVICE SILENT，则略过它继续执行。"),
    ],
)
def test_what_other_endpoints_did_is_told_in_chinese(failing: Flask, kind: str, detail: str) -> None:
    assert failing.test_client().get(f"/fail/{kind}", headers=CHINESE).json["detail"] == detail


def test_a_page_that_takes_no_post_says_what_it_takes(client: FlaskClient) -> None:
    answer = client.post("/")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
