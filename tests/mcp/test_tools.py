"""A client of the official SDK uses every tool, with good and with bad arguments, over both transports."""

import http.client
import json
import subprocess
import sys

import pytest
from anyio.from_thread import start_blocking_portal

from mcp import Client, StdioServerParameters

pytestmark = pytest.mark.slow

BASE = "https://w3id.org/cppcc-graph/"
REPORT = f"{BASE}report/hengyang-2024"
FIGURE = f"{REPORT}/observation/advanced-individuals"
BODY = f"{BASE}id/organisation/cppcc-hengyang"
COMMAND = ("-m", "cppcc_graph", "mcp")
TOOLS = {
    "search_entities",
    "describe_entity",
    "get_evidence",
    "list_classes",
    "list_indicators",
    "example_queries",
    "validate_query",
    "run_query",
}
SLOW = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g"
BAD = [
    ("search_entities", {}, "words"),
    ("search_entities", {"words": ""}, "at least 1 character"),
    ("search_entities", {"words": "x" * 201}, "200"),
    ("search_entities", {"words": "x", "language": "de"}, "'zh' or 'en'"),
    ("search_entities", {"words": "x", "limit": 0}, "greater than or equal to 1"),
    ("search_entities", {"words": "x", "types": ["Committee"]}, "is no IRI"),
    ("describe_entity", {"iri": f"{BASE}id/organisation/nobody"}, "search_entities"),
    ("describe_entity", {"iri": "not an IRI: at all"}, "absolute IRI"),
    ("describe_entity", {"iri": "word"}, "is no IRI"),
    ("describe_entity", {"iri": 5}, "valid string"),
    ("get_evidence", {"iri": f"{REPORT}/observation/none"}, "search_entities"),
    ("list_classes", {"language": "fr"}, "'zh' or 'en'"),
    ("list_indicators", {"language": None}, "'zh' or 'en'"),
    ("example_queries", {"limit": 21}, "less than or equal to 20"),
    ("validate_query", {"query": ""}, "at least 1 character"),
    ("run_query", {"query": "SELECT ?x { ?x a cppcc:Report "}, "line 1, column 11"),
    ("run_query", {"query": "SELECT ?x { ?x a foo:Report }"}, "foo:"),
    ("run_query", {"query": "INSERT DATA { <x:a> <x:b> <x:c> }"}, "only answers queries"),
    ("run_query", {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, "SERVICE"),
    ("run_query", {"query": "SELECT * " + "{" * 200 + "}" * 200}, "nest"),
    ("run_query", {"query": SLOW, "timeout_s": 0.5}, "stopped after 0.5 s"),
    ("run_query", {"query": "ASK {}", "limit": 1001}, "less than or equal to 1000"),
    ("run_query", {"query": "ASK {}", "timeout_s": 61}, "less than or equal to 60"),
    ("no_such_tool", {}, "no_such_tool"),
]


@pytest.fixture(scope="module")
def http_server():
    """Its address, host and port; the program is ended at the end."""
    command = [sys.executable, *COMMAND, "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        line = program.stderr.readline()
        while "is ready" not in line and program.poll() is None:
            line = program.stderr.readline()
        try:
            yield line.split()[1]
        finally:
            program.terminate()
            program.communicate(timeout=30)


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module", params=["stdio", "http"])
def call(request, portal):
    """Calls a tool: its structured answer, or the words of its failure."""
    if request.param == "stdio":
        target = StdioServerParameters(command=sys.executable, args=list(COMMAND))
    else:
        target = request.getfixturevalue("http_server")
    with portal.wrap_async_context_manager(Client(target)) as client:

        def called(name, **arguments):
            result = portal.call(client.call_tool, name, arguments)
            return result.content[0].text if result.is_error else result.structured_content

        called.tools = portal.call(client.list_tools).tools
        yield called


def test_every_tool_is_there_described_and_only_reads(call):
    assert {tool.name for tool in call.tools} == TOOLS
    for tool in call.tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.output_schema["type"] == "object"


@pytest.mark.parametrize(("name", "arguments", "words"), BAD)
def test_what_is_wrong_is_told(call, name, arguments, words):
    told = call(name, **arguments)

    assert isinstance(told, str)
    assert words in told
    assert "Traceback" not in told


def test_things_are_found_and_described_with_evidence(call):
    found = call("search_entities", words="衡阳市政协", limit=3)
    only = call("search_entities", words="hengyang", types=["cppcc:Committee"], language="en", limit=5)
    described = call("describe_entity", iri=BODY, language="en")

    assert found["things"][0]["iri"] == BODY
    assert found["n_found"] >= len(found["things"]) == 3
    assert {kind for thing in only["things"] for kind in thing["types"]} == {f"{BASE}ontology#Committee"}
    assert described["label"] == "Hengyang Municipal Committee of the CPPCC"
    assert any(statement["evidence"] for statement in described["statements"])
    assert all(figure["evidence"] and figure["unit"] and figure["bound"] for figure in described["figures"])


def test_nothing_found_comes_with_advice(call):
    assert call("search_entities", words="qqqqqq")["advice"]


def test_evidence_leads_to_the_place_in_the_text(call):
    told = call("get_evidence", iri=FIGURE)
    [place] = told["places"]

    assert (place["words"], place["start"], place["end"], place["report"]) == ("6人", 1730, 1732, REPORT)
    assert call("get_evidence", iri=place["iri"])["places"][0]["iri"] == place["iri"]
    assert "describe_entity" in call("get_evidence", iri=BODY)["advice"]


def test_classes_and_indicators_have_examples_that_exist(call):
    classes = {kind["iri"]: kind for kind in call("list_classes", language="en")["kinds"]}
    indicators = call("list_indicators", language="zh")["kinds"]

    assert classes[f"{BASE}ontology#Event"]["n"] == 29
    assert sum(kind["n"] for kind in indicators) == 45
    for kind in (*list(classes.values())[:3], *indicators[:3]):
        assert kind["label"]
        assert call("describe_entity", iri=kind["example"])["iri"] == kind["example"]


def test_examples_can_be_asked(call):
    told = call("example_queries", words="lower", language="en")
    [example] = told["examples"]
    answer = call("run_query", query=example["query"])

    assert example["name"] == "lower-bounds"
    assert answer["n"] == 5
    assert "1500余万元" in {cell for row in answer["rows"] for cell in row}
    assert call("example_queries", limit=20)["n"] > 20


def test_a_query_is_validated_without_being_asked(call):
    good = call("validate_query", query="SELECT ?x { ?x a cppcc:Report }")
    slow = call("validate_query", query=SLOW)
    [unknown] = call("validate_query", query="SELECT ?x\n{ ?x a cppcc:Reprot }")["unknown"]
    bad = call("validate_query", query="SELECT ?x { ?x a cppcc:Report ")

    assert (good["is_valid"], good["form"], good["unknown"]) == (True, "solutions", [])
    assert slow["is_valid"]
    assert unknown == {
        "written": f"<{BASE}ontology#Reprot>",
        "suggested": f"<{BASE}ontology#Report>",
        "line": 2,
        "column": 8,
    }
    assert (bad["is_valid"], "line 1, column 11" in bad["problem"]) == (False, True)


def test_the_nearest_term_is_suggested_for_one_that_is_further_away(call):
    told = call("validate_query", query="SELECT ?x { ?x a cppcc:Organization ; cppcc:reportingBody ?y }")

    assert [(known["written"], known["suggested"]) for known in told["unknown"]] == [
        (f"<{BASE}ontology#Organization>", f"<{BASE}ontology#Organisation>"),
        (f"<{BASE}ontology#reportingBody>", f"<{BASE}ontology#reportedBody>"),
    ]


def test_unknown_terms_are_found_in_every_form_of_query(call):
    queries = [
        "ASK { ?x <http://example.org/no> ?y }",
        "CONSTRUCT WHERE { ?x <http://example.org/no> ?y }",
        "SELECT (COUNT(*) AS ?n) { OPTIONAL { ?x <http://example.org/no> ?y FILTER(xsd:integer(?y) > 1) } }",
        "PREFIX e: <http://example.org/> DESCRIBE ?x { ?x e:no ?y }",
    ]
    for query in queries:
        told = call("validate_query", query=query)
        assert [known["written"] for known in told["unknown"]] == ["<http://example.org/no>"]


def test_an_answer_says_when_it_is_cut_and_why_it_is_empty(call):
    cut = call("run_query", query="SELECT ?s { ?s ?p ?o }", limit=2)
    graph = call("run_query", query=f"DESCRIBE <{FIGURE}>", limit=3)
    empty = call("run_query", query="SELECT ?x { ?x a cppcc:Reprot }")

    assert (len(cut["rows"]), cut["is_cut"], cut["n"] > 20_000, bool(cut["advice"])) == (2, True, True, True)
    assert (graph["form"], len(graph["triples"]), graph["is_cut"]) == ("graph", 3, True)
    assert "#Report>" in empty["advice"]
    assert call("run_query", query="ASK { ?x a cppcc:Report }")["boolean"] is True
    assert call("run_query", query="SELECT ?x { VALUES ?x { UNDEF } }")["rows"] == [[None]]


def test_after_a_query_that_was_killed_others_are_answered(call):
    call("run_query", query=SLOW, timeout_s=0.3)

    assert call("run_query", query="ASK {}")["boolean"] is True


# --- HTTP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:5000"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:80"}, 421),
        ({"Host": "localhost.evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_only_our_own_names_and_pages_reach_the_tools(http_server, headers, status):
    host = http_server.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=30)
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request("POST", "/mcp", body, {**usual, **headers})
    answer = connection.getresponse()
    told = answer.read()
    connection.close()

    assert answer.status == status
    assert (b"cppcc-graph" in told) is (status == 200)


# --- the program ----------------------------------------------------------------------------------


def test_lines_that_are_no_messages_break_nothing_and_the_program_ends_with_its_client():
    nonsense = "nonsense\n{}\n[1,2]\n" + '{"jsonrpc":"2.0","id":7,"method":"no/such"}\n'
    done = subprocess.run(
        [sys.executable, *COMMAND], input=nonsense, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0
    for line in done.stdout.splitlines():
        assert json.loads(line)["jsonrpc"] == "2.0"


def test_data_that_cannot_be_read_are_told(in_new_process, tmp_path):
    done = in_new_process("mcp", "--data", tmp_path / "none.ttl")

    assert (done.status, done.out) == (2, "")
    assert "none.ttl" in done.err
