"""
YASGUI in a browser, on a page of another origin: its own requests under the browser's CORS, its own reading of answers.

Both lines of it: @zazuko/yasgui, which asks with fetch, and @triply/yasgui, which asks with XMLHttpRequest.
"""

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
PATIENCE_S = 60
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

OBSERVATION = "https://w3id.org/cppcc-graph/report/hengyang-2024/observation/research-activities"
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"
PEOPLE = "https://w3id.org/cppcc-graph/entities/people"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LABEL = "调研视察活动场数：286场（衡阳市政协，2024年）"
QUERIES = {
    "rows": f"SELECT ?label {{ <{OBSERVATION}> <{RDFS_LABEL}> ?label FILTER (LANG(?label) = 'zh') }}",
    "percent": 'SELECT ("100%25 中国+1 & = #" AS ?x) {}',
    "yes": f"ASK {{ <{OBSERVATION}> ?p ?o }}",
    "construct": f"CONSTRUCT {{ ?s <{RDFS_LABEL}> ?l }} {{ VALUES ?s {{ <{OBSERVATION}> }} ?s <{RDFS_LABEL}> ?l }}",
    "describe": f"DESCRIBE <{OBSERVATION}>",
    "graphs": f"SELECT ?g {{ GRAPH ?g {{ <{OBSERVATION}> a ?c }} }}",
    "bad": "SELECT ?x\nWHERE { ?x ?y }",
}

Told = dict[str, dict[str, Any]]


class Page(BaseHTTPRequestHandler):
    """Serves the page, the library and the queries, and takes what the page tells."""

    def __init__(self, *arguments: object, files: dict[str, tuple[str, bytes]], told: "Queue[bytes]") -> None:
        self.files, self.told = files, told
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        content_type, body = self.files.get(self.path, ("text/plain", b""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.told.put(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing: pytest shows what matters."""


@pytest.fixture(scope="module", params=["@zazuko", "@triply"])
def library(request, node: str) -> bytes:  # noqa: ARG001  # Node's packages must be there
    return (HERE / "node_modules" / request.param / "yasgui" / "build" / "yasgui.min.js").read_bytes()


@pytest.fixture(scope="module", params=["POST", "GET"])
def told(request, endpoint, library, program, tmp_path_factory) -> Iterator[Told]:
    """What YASGUI made of the answer to each query, by the query's name."""
    asked = [{"query": query, "method": request.param} for query in QUERIES.values()]
    asked[list(QUERIES).index("graphs")]["namedGraphs"] = [PEOPLE, REPORT]
    files = {
        "/": ("text/html", (HERE / "yasgui.html").read_bytes()),
        "/yasgui.min.js": ("text/javascript", library),
        "/asked.json": ("application/json", json.dumps({"endpoint": endpoint, "queries": asked}).encode()),
    }
    heard: Queue[bytes] = Queue()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Page, files=files, told=heard)) as pages:
        Thread(target=pages.serve_forever, daemon=True).start()
        profile = tmp_path_factory.mktemp("chromium")
        outcome = _opened(program("chromium", package="chromium"), profile, pages.server_port, heard)
        pages.shutdown()
    assert "error" not in outcome, outcome
    return dict(zip(QUERIES, outcome["told"], strict=True))


def _opened(chromium: str, profile: Path, port: int, heard: "Queue[bytes]") -> dict[str, Any]:
    command = [chromium, *QUIET, f"--user-data-dir={profile}", f"http://127.0.0.1:{port}/"]
    with (profile / "words.txt").open("wb") as words, subprocess.Popen(command, stdout=words, stderr=words) as browser:
        try:
            return json.loads(heard.get(timeout=PATIENCE_S))
        except Empty:
            return {"error": (profile / "words.txt").read_text(encoding="utf-8", errors="replace")[-2_000:]}
        finally:
            browser.terminate()


def test_rows_are_read_with_their_language(told):
    assert told["rows"]["bindings"] == [{"label": {"type": "literal", "value": LABEL, "xml:lang": "zh"}}]
    assert LABEL in told["rows"]["shown"]


def test_nothing_is_decoded_twice(told):
    assert told["percent"]["bindings"][0]["x"]["value"] == "100%25 中国+1 & = #"


def test_a_yes_is_read(told):
    assert told["yes"]["boolean"] is True


@pytest.mark.parametrize("name", ["construct", "describe"])
def test_a_graph_is_read(told, name):
    assert [OBSERVATION, RDFS_LABEL, LABEL] in told[name]["statements"]


def test_named_graphs_of_the_request_are_those_of_the_answer(told):
    assert [row["g"]["value"] for row in told["graphs"]["bindings"]] == [REPORT]


def test_a_bad_query_is_shown_with_its_line(told):
    assert told["bad"]["bindings"] is None
    assert "Line 2, column 15" in told["bad"]["shown"]
