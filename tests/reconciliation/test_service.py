"""The reconciliation service: its answers by the specification's schemas, and what it makes of bad requests."""

import json

import pytest

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, DCTERMS, RDF, RDFS, Literal, NamedNode, Triple
from cppcc_graph.web import create_app

ONTOLOGY = f"{BASE}ontology#"
COMMITTEE = f"{BASE}id/organisation/cppcc-hengyang"
REPORT = f"{BASE}report/hengyang-2024"
JURISDICTION = f"{ONTOLOGY}jurisdiction"
DESCRIPTION, DATED = DCTERMS.description.value, "https://schema.org/datePublished"
SUGGESTED = {
    "entity": "suggest-entities-response",
    "type": "suggest-types-response",
    "property": "suggest-properties-response",
}


def test_the_manifest_conforms_and_leads_to_services_that_answer(client, conforms):
    manifest = client.get("/reconcile").json
    conforms(manifest, "manifest")

    for kind, service in manifest["suggest"].items():
        answer = client.get(service["service_path"], query_string={"prefix": "com"})
        conforms(answer.json, SUGGESTED[kind])
        assert answer.json["result"]
        flyout = client.get(service["flyout_service_path"].replace("${id}", COMMITTEE)).json
        assert (flyout["id"], "<script" in flyout["html"]) == (COMMITTEE, False)
    assert client.get(manifest["preview"]["url"].replace("{{id}}", COMMITTEE)).status_code == 200
    assert manifest["identifierSpace"] == BASE


@pytest.mark.parametrize("method", ["get", "post"])
def test_queries_come_by_get_and_by_form(client, conforms, method):
    queries = {"q0": {"query": "衡阳市政协"}, "名": {"query": "民盟", "limit": 1, "type": [f"{ONTOLOGY}Organisation"]}}
    conforms(queries, "reconciliation-query-batch")
    given = {"queries": json.dumps(queries)}
    answer = client.get("/reconcile", query_string=given) if method == "get" else client.post("/reconcile", data=given)

    conforms(answer.json, "reconciliation-result-batch")
    assert list(answer.json) == ["q0", "名"]
    assert answer.json["q0"]["result"][0]["id"] == COMMITTEE
    assert len(answer.json["名"]["result"]) == 1
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_class_takes_its_subclasses_in_and_others_out(asked):
    found = asked(
        {
            "any": {"query": "衡阳市政协", "type": f"{ONTOLOGY}Organisation", "limit": 100},
            "all": {"query": "衡阳市", "type": [f"{ONTOLOGY}Committee", f"{ONTOLOGY}Place"], "type_strict": "all"},
            "should": {"query": "衡阳市政协", "type": f"{ONTOLOGY}Place", "type_strict": "should"},
        }
    )

    assert found["any"][0]["id"] == COMMITTEE
    assert not any(f"{ONTOLOGY}Statement" in [kind["id"] for kind in known["type"]] for known in found["any"])
    assert found["all"] == []
    assert next(known["score"] for known in found["should"] if known["id"] == COMMITTEE) == 85


def twins():
    """Two things of one name, in different places."""
    store = EmbeddedStore()
    place, kind = NamedNode(JURISDICTION), NamedNode(f"{ONTOLOGY}Organisation")
    triples = []
    for slug, where in (("a", "甲地"), ("b", "乙地")):
        thing, ground = NamedNode(f"{BASE}id/organisation/{slug}"), NamedNode(f"{BASE}id/place/{slug}")
        triples += [
            Triple(thing, RDF.type, kind),
            Triple(thing, RDFS.label, Literal("同名协会", language="zh")),
            Triple(thing, place, ground),
            Triple(ground, RDFS.label, Literal(where, language="zh")),
        ]
    store.replace_graph(f"{BASE}graph/twins", triples)
    return create_app(Settings(), store).test_client()


def results(client, query):
    [told] = client.post("/reconcile", data={"queries": json.dumps({"q": query})}).json.values()
    return told["result"]


def test_equals_are_never_certain():
    found = results(twins(), {"query": "同名协会"})

    assert [(known["score"], known["match"]) for known in found[:2]] == [(100, False)] * 2


@pytest.mark.parametrize("value", ["乙地", "乙　地", {"id": f"{BASE}id/place/b"}, ["丙地", "乙地"]])
def test_a_property_tells_equals_apart(value):
    found = results(twins(), {"query": "同名协会", "properties": [{"pid": JURISDICTION, "v": value}]})

    assert (found[0]["id"].rpartition("/")[2], found[0]["match"]) == ("b", True)
    assert found[1]["match"] is False


def test_properties_alone_find_things_and_none_is_certain():
    found = results(twins(), {"properties": [{"pid": JURISDICTION, "v": "乙地"}]})

    assert [(known["id"].rpartition("/")[2], known["match"]) for known in found] == [("b", False)]


def test_columns_are_filled_from_the_graph(client, conforms):
    asked = {
        "ids": [COMMITTEE, REPORT, f"{BASE}id/organisation/nobody"],
        "properties": [
            {"id": JURISDICTION},
            {"id": DESCRIPTION, "settings": {"limit": "1"}},
            {"id": DATED},
        ],
    }
    conforms(asked, "data-extension-query")
    answer = client.post("/reconcile?lang=en", data={"extend": json.dumps(asked)}).json

    conforms(answer, "data-extension-response")
    assert [known["id"] for known in answer["meta"]] == [JURISDICTION, DESCRIPTION, DATED]
    assert answer["rows"][COMMITTEE][JURISDICTION] == [{"id": f"{BASE}id/place/hengyang", "name": "Hengyang City"}]
    assert answer["rows"][COMMITTEE][DESCRIPTION] == [{"str": "The CPPCC committee of Hengyang City."}]
    assert answer["rows"][REPORT][DATED] == [{"date": "2024-12-20T00:00:00"}]
    assert answer["rows"][f"{BASE}id/organisation/nobody"] == {JURISDICTION: [], DESCRIPTION: [], DATED: []}


def test_properties_of_a_class_are_proposed(client, conforms):
    answer = client.get("/reconcile/properties", query_string={"type": f"{ONTOLOGY}Committee", "limit": 50}).json

    conforms(answer, "data-extension-property-proposal")
    assert JURISDICTION in [known["id"] for known in answer["properties"]]


def test_a_preview_may_be_framed_and_runs_nothing(client):
    policy = client.get("/preview", query_string={"id": COMMITTEE}).headers["Content-Security-Policy"]

    assert "frame-ancestors" not in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


DEEP = "[" * 100_000
MANY = json.dumps({str(number): {"query": "x"} for number in range(10_000)})


BAD_BATCHES = [
    "",
    "{",
    "[]",
    "null",
    "1",
    '"x"',
    DEEP,
    '{"q":' + DEEP,
    MANY,
    json.dumps({"q": {"query": "x" * 1_000_001}}),
    json.dumps({"q": {"query": "x", "type": ["a:b"] * 21}}),
]
BAD_QUERIES = [
    "null",
    "{}",
    '{"query": ""}',
    '{"query": 1}',
    '{"query": "x", "limit": -1}',
    '{"query": "x", "limit": NaN}',
    '{"query": "x", "limit": "many"}',
    '{"query": "x", "type": 1}',
    '{"query": "x", "type": "no iri"}',
    '{"query": "x", "type": "a:b> ?x } #"}',
    '{"query": "x", "type_strict": "some"}',
    '{"query": "x", "properties": {}}',
    '{"query": "x", "properties": [1]}',
    '{"query": "x", "properties": [{"pid": "a:b"}]}',
    '{"query": "x", "properties": [{"pid": 1, "v": 1}]}',
    '{"query": "x", "properties": [{"pid": "a:b", "v": {"name": "x"}}]}',
]


@pytest.mark.parametrize("queries", [*BAD_BATCHES, *(f'{{"q": {query}}}' for query in BAD_QUERIES)], ids=lambda _: "")
def test_what_cannot_be_read_is_refused_in_words(client, queries):
    answer = client.post("/reconcile", data={"queries": queries})

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "extend",
    [
        "{}",
        '{"ids": []}',
        '{"ids": "a:b", "properties": []}',
        '{"ids": ["no iri"], "properties": []}',
        '{"ids": [], "properties": [{"id": 1}]}',
        '{"ids": [], "properties": [{"id": "a:b", "settings": {"limit": -1}}]}',
        json.dumps({"ids": [f"a:{n}" for n in range(1001)], "properties": []}),
        json.dumps({"ids": [f"a:{n}" for n in range(900)], "properties": [{"id": f"a:{n}"} for n in range(9)]}),
    ],
    ids=lambda _: "",
)
def test_an_extension_that_cannot_be_read_is_refused_in_words(client, extend):
    answer = client.post("/reconcile", data={"extend": extend})

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "query", ["NaN", "政协" * 200, "😀", "\x00", "\ud800", "a b c " * 40, "' OR 1=1 --", '") OR ("']
)
def test_odd_names_are_answered(client, query):
    assert results(client, {"query": query}) is not None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/preview", 400), ("/preview?id=no%20iri", 400), ("/preview?id=urn:x:y", 404), ("/flyout/entity", 400),
        ("/flyout/entity?id=urn:x:y", 404), ("/suggest/thing", 404), ("/reconcile/properties?type=no%20iri", 400),
        ("/reconcile/properties?limit=1000", 400), ("/suggest/type?prefix=" + "x" * 201, 400),
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_in_words(client, address, status):
    answer = client.get(address, headers={"Accept": "application/json"})

    assert answer.status_code == status
    assert answer.json["detail"]


def test_a_form_without_queries_is_told_what_is_missing(client):
    assert client.post("/reconcile", data={}).status_code == 400


def test_names_in_the_data_are_escaped_in_a_flyout():
    store = EmbeddedStore()
    store.replace_graph(f"{BASE}x", [Triple(NamedNode("urn:a"), RDFS.label, Literal("<img src=x onerror=alert(1)>"))])
    client = create_app(Settings(), store).test_client()

    assert "<img" not in client.get("/flyout/entity?id=urn:a").json["html"]
    assert "<img" not in client.get("/preview?id=urn:a").text
