"""What the gate says of a change, for people: what broke, where, and what to do."""

import re
from dataclasses import asdict

import pytest
from flask import Flask, Response
from tests.web.test_pages import Read, words

from cppcc_graph.store.proposal import Job, Verdict
from cppcc_graph.validation.report import Finding
from cppcc_graph.web.verdicts import job_response, report_response

BASE = "https://w3id.org/cppcc-graph/"
GRAPH = f"{BASE}report/mingchuan-2033"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def finding(**more: object) -> dict[str, object]:
    told = {
        "severity": "Violation",
        "rule": "R12",
        "focus": f"{GRAPH}/observation/visits",
        "label_zh": "视察次数",
        "label_en": "Visits",
        "path": "cppcc:value",
        "value": '"many"',
        "message_zh": "数值必须是数。",
        "message_en": "A value is a number.",
        "evidence": ("12–15",),
        "shape": f"{BASE}shapes#Observation-value",
        "component": "DatatypeConstraintComponent",
    }
    return asdict(Finding(**{**told, **more}))


def verdict(*findings: dict[str, object], **more: object) -> Verdict:
    told = {
        "version": 3,
        "is_committed": False,
        "n_added": 1234,
        "n_removed": 5,
        "graphs": (GRAPH,),
        "new_graphs": (),
        "counts": {GRAPH: (1234, 5)},
        "conforms": not any(found["severity"] == "Violation" for found in findings),
        "findings": findings,
        "report": "",
        "n_focus_nodes": 7,
    }
    return Verdict(**{**told, **more})


def reported(app: Flask, outcome: Verdict, **headers: str) -> Response:
    with app.test_request_context("/graphs", headers={**BROWSER, **headers}):
        return report_response(outcome)


def told(app: Flask, job: Job, **headers: str) -> Response:
    with app.test_request_context("/jobs/x", headers={**BROWSER, **headers}):
        return job_response(job)


def test_a_refusal_is_a_page_with_a_line_for_each_finding(app: Flask) -> None:
    answer = reported(app, verdict(finding()))
    text = answer.get_data(as_text=True)

    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "The data break the shapes" in text
    assert f'<a href="/report/mingchuan-2033/observation/visits" title="{GRAPH}/observation/visits">Visits</a>' in text
    assert '<a href="/shapes#Observation-value"' in text
    assert "Violation R12 Visits 12–15 cppcc:value A value is a number. &#34;many&#34;" in words(text)
    assert "1,234 removed 5 Violation 1" in words(text)


def test_a_refusal_speaks_the_language_of_its_reader(app: Flask) -> None:
    text = words(reported(app, verdict(finding()), **{"Accept-Language": "zh"}).get_data(as_text=True))

    assert "违反 R12 视察次数 12–15 cppcc:value 数值必须是数。" in text


def test_what_a_stranger_wrote_never_becomes_markup(app: Flask) -> None:
    hostile = '<script>alert("x")</script>'
    found = finding(label_en=hostile, value=hostile, message_en=hostile, path=hostile, focus="javascript:alert(1)")
    text = reported(app, verdict(found, graphs=("javascript:alert(2)",))).get_data(as_text=True)

    assert "<script>" not in text
    assert text.count("<script") == text.count('<script type="module" src="/static/built/')
    assert 'href="javascript' not in text


def test_a_graph_is_linked_where_it_is_described_or_read_and_not_before_it_is_there(app: Flask) -> None:
    graphs = (GRAPH, f"{BASE}graph/old", f"{BASE}graph/new", "http://ex/g?<")
    text = reported(app, verdict(graphs=graphs, new_graphs=(f"{BASE}graph/new",))).get_data(as_text=True)

    assert re.findall(r'href="([^"]*)"', text.partition("<main")[2].partition("</main>")[0]) == [
        "/report/mingchuan-2033",
        "/graph/old",
        "/graphs?graph=http%3A%2F%2Fex%2Fg%3F%3C",
    ]


def test_a_dry_run_that_conforms_says_so(app: Flask) -> None:
    answer = reported(app, verdict(finding(severity="Warning")))
    text = words(answer.get_data(as_text=True))

    assert answer.status_code == 200
    assert "The data would conform to the shapes." in text
    assert "Warning 1" in text


def test_a_page_shows_the_first_findings_and_says_how_many_there_are(app: Flask) -> None:
    text = reported(app, verdict(*[finding()] * 600)).get_data(as_text=True)

    assert text.count('<th scope="row">') == 500
    assert "The first 500 of 600 findings are shown" in text


def test_blank_nodes_come_with_an_offer(app: Flask) -> None:
    lines = "".join(f"<http://ex/{n}> <http://ex/p> <http://ex/{n}> <{GRAPH}> .\n" for n in range(100))
    text = reported(app, verdict(finding(), skolemised=lines)).get_data(as_text=True)

    assert "?validate=only&amp;skolemise" in text
    assert text.count("&lt;http://ex/p&gt;") == 40


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("html", "text/html"),
        ("text", "text/plain"),
        ("problem", "application/problem+json"),
        ("turtle", "text/turtle"),
        ("jsonld", "application/ld+json"),
    ],
)
def test_the_format_in_the_address_wins(app: Flask, name: str, media_type: str) -> None:
    with app.test_request_context(f"/graphs?format={name}", headers=BROWSER):
        assert report_response(verdict(finding())).mimetype == media_type


def test_a_program_still_gets_the_report(app: Flask) -> None:
    assert reported(app, verdict(finding()), Accept="*/*").mimetype == "text/turtle"
    assert reported(app, verdict(finding()), Accept="application/json").mimetype == "application/problem+json"


def test_the_page_of_a_job_asks_again_by_itself_until_it_is_over(app: Flask) -> None:
    job = Job(key="k", operation="publish", agent="curator", n_focus_nodes=52_000)
    judging = told(app, job)
    job.verdict = verdict(is_committed=True)
    over = told(app, job)

    assert '<meta http-equiv="refresh" content="2">' in judging.get_data(as_text=True)
    assert "graphs published · curator" in words(judging.get_data(as_text=True))
    assert "52,000 nodes" in judging.get_data(as_text=True)
    assert judging.headers["Retry-After"] == "2"
    assert "http-equiv" not in over.get_data(as_text=True)
    assert '<a href="/versions/3">Version 3</a>' in over.get_data(as_text=True)
    assert "Retry-After" not in over.headers


def test_a_program_reads_a_job_as_json(app: Flask) -> None:
    job = Job(key="k", operation="publish", agent="curator", n_focus_nodes=52_000)

    assert told(app, job, Accept="*/*").get_json()["state"] == "judging"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_whole(app: Flask, language: str) -> None:
    job = Job(key="k", operation="publish", agent="curator", n_focus_nodes=52_000)
    pages = [
        reported(app, verdict(*[finding()] * 600, skolemised="x"), **{"Accept-Language": language}),
        told(app, job, **{"Accept-Language": language}),
    ]
    for page in pages:
        read = Read(page.get_data(as_text=True))

        assert (read.open, read.wrongly_closed) == ([], [])
        assert [attrs for tag, attrs in read.tags if tag == "th" and "scope" not in attrs] == []
        assert len(read.values("id")) == len(set(read.values("id")))
        assert re.findall(r"\bNone\b", words(page.get_data(as_text=True))) == []
