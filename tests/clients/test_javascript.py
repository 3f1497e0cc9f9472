"""Comunica and fetch-sparql-endpoint on Node: what programs in JavaScript ask endpoints with."""

import pytest

pytestmark = pytest.mark.slow

OBSERVATION = "https://w3id.org/cppcc-graph/report/hengyang-2024/observation/research-activities"
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"
PEOPLE = "https://w3id.org/cppcc-graph/entities/people"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LABEL = {"value": "调研视察活动场数：286场（衡阳市政协，2024年）", "language": "zh"}
CONSTRUCT = f"CONSTRUCT {{ ?s <{RDFS_LABEL}> ?l }} {{ VALUES ?s {{ <{OBSERVATION}> }} ?s <{RDFS_LABEL}> ?l }}"
DESCRIBE = f"DESCRIBE <{OBSERVATION}>"
DIGITS = " ".join(map(str, range(10)))
NUMBERS = " ".join(f"VALUES ?{place} {{ {DIGITS} }}" for place in "abcd")
TEN_THOUSAND = f"SELECT ?n {{ {NUMBERS} BIND (((?a * 10 + ?b) * 10 + ?c) * 10 + ?d AS ?n) }}"
SERVICE = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
WAYS = [{"method": "GET"}, {"method": "POST"}, {"method": "POST", "directPost": True}, {"method": "QUERY"}]


@pytest.fixture(params=["named", "found"])
def comunica(request, endpoint, javascript):
    """Asks with Comunica, which is told that our address is an endpoint, or finds that in the service description."""
    # The address with a question mark does not end in /sparql, by which Comunica would know it without looking.
    source = {"endpoint": endpoint, "type": "sparql"} if request.param == "named" else {"endpoint": f"{endpoint}?"}
    return lambda query, **options: javascript("comunica", query=query, **source, **options)


def test_comunica_answers_a_question_of_ours(comunica, question):
    rows = comunica(question("research-activities-and-reports"))["answer"]

    assert [(row["figure"]["value"], row["value"]["value"]) for row in rows] == [("286场", "286"), ("112篇", "112")]
    assert rows[0]["body"] == {"value": "中国人民政治协商会议衡阳市委员会", "language": "zh"}


def test_comunica_gets_a_yes_and_a_no(comunica):
    assert comunica(f"ASK {{ <{OBSERVATION}> ?p ?o }}")["answer"] is True
    assert comunica("ASK { <http://example.org/nothing> ?p ?o }")["answer"] is False


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_comunica_gets_a_graph(comunica, query):
    assert [OBSERVATION, RDFS_LABEL, LABEL] in comunica(query)["answer"]


def test_comunica_gets_ten_thousand_rows_in_one_answer(comunica):
    told = comunica(TEN_THOUSAND, isCounted=True)
    asked = [request for request in told["requests"] if request["method"] == "POST" or "query=" in request["address"]]

    assert sorted(int(row["n"]["value"]) for row in told["answer"]) == list(range(10_000))
    assert len(asked) == 1


def test_comunica_sees_the_named_graphs(comunica):
    rows = comunica(f"SELECT ?g {{ GRAPH ?g {{ <{OBSERVATION}> a ?c }} }}")["answer"]

    assert [row["g"]["value"] for row in rows] == [REPORT]


def test_comunica_joins_our_labels_with_turtle_of_its_user(comunica):
    """Without a filter: Comunica 5.2 loses the source of a pattern that it has bound below a filter."""
    told = comunica(
        f"SELECT ?l ?note {{ ?s <http://example.org/note> ?note ; <{RDFS_LABEL}> ?l }}",
        turtle=f'<{OBSERVATION}> <http://example.org/note> "看过" .',
    )

    assert {"l": LABEL, "note": {"value": "看过"}} in told["answer"]
    assert len(told["answer"]) == 2


def test_comunica_shows_its_user_why_we_refuse(comunica):
    told = comunica(SERVICE)["error"]

    assert "HTTP status 403" in told
    assert "https://w3id.org/cppcc-graph/problems#service-not-allowed" in told


@pytest.fixture(params=WAYS, ids=["get", "form", "direct", "query"])
def fetch(request, endpoint, javascript):
    """Asks with fetch-sparql-endpoint in one of its ways."""
    return lambda query, **options: javascript("fetcher", endpoint=endpoint, query=query, **request.param, **options)


def test_fetch_sparql_endpoint_answers_a_question_of_ours(fetch, question):
    told = fetch(question("lower-bounds"))

    assert [row["figure"]["value"] for row in told["answer"]] == [
        "1500余万元",
        "1000余名",
        "1100余人",
        "40多项",
        "10余项",
    ]


def test_fetch_sparql_endpoint_gets_a_yes_and_a_no(fetch):
    assert fetch(f"ASK {{ <{OBSERVATION}> ?p ?o }}", form="ask")["answer"] is True
    assert fetch("ASK { <http://example.org/nothing> ?p ?o }", form="ask")["answer"] is False


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_fetch_sparql_endpoint_gets_a_graph(fetch, query):
    assert [OBSERVATION, RDFS_LABEL, LABEL] in fetch(query, form="graph")["answer"]


def test_fetch_sparql_endpoint_gets_ten_thousand_rows(fetch):
    told = fetch(TEN_THOUSAND)

    assert sorted(int(row["n"]["value"]) for row in told["answer"]) == list(range(10_000))


def test_fetch_sparql_endpoint_chooses_the_default_graph(fetch):
    assert fetch(f"ASK {{ <{OBSERVATION}> ?p ?o }}", form="ask", graphs=[PEOPLE])["answer"] is False
    assert fetch(f"ASK {{ <{OBSERVATION}> ?p ?o }}", form="ask", graphs=[PEOPLE, REPORT])["answer"] is True


def test_fetch_sparql_endpoint_shows_its_user_what_is_wrong(fetch):
    told = fetch("SELECT ?x\nWHERE { ?x ?y }")["error"]

    assert "HTTP status 400" in told
    assert "Line 2, column 15" in told


def test_fetch_sparql_endpoint_is_refused_an_update(endpoint, javascript):
    told = javascript("fetcher", endpoint=endpoint, query="CLEAR ALL", form="update")

    assert "HTTP status 403" in told["error"]
