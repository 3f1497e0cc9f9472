"""Every kind of page, from the published data in each engine, says what it says over the embedded store."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient
from tests.contract.conftest import ON_ENGINES
from tests.engines import Engine

from cppcc_graph.catalogue import about, partitions, report_facts
from cppcc_graph.mcp.looking import classes, indicators
from cppcc_graph.publish import load_published, put
from cppcc_graph.questions import questions
from cppcc_graph.settings import Settings
from cppcc_graph.store.address import Remote
from cppcc_graph.store.base import Store
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.remote import RemoteStore
from cppcc_graph.terms import BASE
from cppcc_graph.web import create_app

THINGS = """
SELECT DISTINCT ?class ?thing { ?thing a ?class
  FILTER(STRSTARTS(STR(?thing), "https://w3id.org/cppcc-graph/") && !CONTAINS(STR(?thing), "#"))
} ORDER BY ?class ?thing
"""
TOOK = re.compile(r"\d+ (?:ms|毫秒)")
FILES = re.compile(r' "distribution": \[.+?\n \],\n', re.DOTALL)
"""What a page says of the files of a dump, in the words of schema.org: an engine elsewhere is dumped there."""
COMPUTED_BOOLEANS = frozenset(
    {
        "/questions/date-of-the-tourism-conference",
        "/questions/is-wu-shuguang-called-chairman",
        "/questions/planned-goals-and-whether-done",
    }
)
LISTS = (
    "/",
    "/questions",
    "/sparql",
    "/problems",
    "/vocabulary/units",
    "/vocabulary/indicators",
    "/ontology",
    "/shapes",
)


@pytest.fixture(scope="module", params=ON_ENGINES)
def on_engine(request: pytest.FixtureRequest, engine_named: Callable[[str], Engine]) -> Iterator[FlaskClient]:
    """A client of the application over the published data in one engine."""
    remote = Remote(query_iri=engine_named(request.param).query_url)
    with closing(RemoteStore(remote, is_mending=True)) as filling:
        filling.replace_graphs({graph.iri: [] for graph in filling.graphs()})
        put(filling, load_published())
    with closing(RemoteStore(remote)) as store:
        yield create_app(Settings(), store).test_client()


@pytest.fixture(scope="module")
def embedded(published: EmbeddedStore) -> FlaskClient:
    return create_app(Settings(), published).test_client()


def shown(client: FlaskClient, address: str, accept: str, language: str) -> list[str]:
    """Status and lines of an answer, in no order, because a query without ORDER BY promises none."""
    answer = client.get(address, headers={"Accept": accept, "Accept-Language": language}, follow_redirects=True)
    return [answer.status, *sorted(FILES.sub("", TOOK.sub("", answer.text)).splitlines())]


def differences(
    embedded: FlaskClient, on_engine: FlaskClient, addresses: list[str], accept: str = "text/html"
) -> dict[str, list[str]]:
    """Of each address that answers differently, what is there too much and too little."""
    found = {}
    for position, address in enumerate(addresses):
        language = ("zh", "en")[position % 2]
        right, told = shown(embedded, address, accept, language), shown(on_engine, address, accept, language)
        if told != right:
            found[address] = sorted(
                {f"- {line}" for line in right if line not in told}
                | {f"+ {line}" for line in told if line not in right}
            )
    return found


def one_of_each_class(published: EmbeddedStore) -> list[str]:
    """Local addresses of the documents about the first thing of each class."""
    first: dict[str, str] = {}
    for row in published.select(THINGS):
        first.setdefault(row["class"].value, row["thing"].value)
    return sorted({iri.replace(BASE, "/") for iri in first.values()})


def test_home_and_lists_say_the_same(embedded, on_engine):
    assert differences(embedded, on_engine, list(LISTS)) == {}


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long, id="all"), pytest.param(4, id="a quarter")])
def test_questions_have_the_same_answers(request, embedded, on_engine, every):
    """Virtuoso 7 computes no booleans: BIND gives the integer 0 or 1, and nothing in the answer tells it apart."""
    exempt = COMPUTED_BOOLEANS if "Virtuoso" in request.node.name else frozenset()
    addresses = sorted({f"/questions/{question.slug}" for question in questions()[::every]} | COMPUTED_BOOLEANS)
    found = differences(embedded, on_engine, addresses)

    assert set(found) == exempt
    assert all('+ <td class="number"><span>0</span></td>' in found[address] for address in exempt)


def test_questions_narrowed_down_have_the_same_answers(embedded, on_engine):
    addresses = [
        "/questions/figures-by-unit?committee=cppcc-hengyang&body=cppcc-hengyang-county",
        "/questions/lower-bounds?year=2024&indicator=funds-raised",
        "/questions/all-programmes?theme=ecology",
    ]

    assert differences(embedded, on_engine, addresses) == {}
    assert all(embedded.get(address).status_code == 200 for address in addresses)


def test_a_thing_of_each_class_has_the_same_page(published, embedded, on_engine):
    addresses = one_of_each_class(published)

    assert len(addresses) > 20
    assert differences(embedded, on_engine, addresses) == {}


def test_a_thing_of_each_class_has_the_same_graph(published, embedded, on_engine):
    assert differences(embedded, on_engine, one_of_each_class(published), "application/n-triples") == {}


def test_evidence_is_the_same(published, embedded, on_engine):
    spans = published.select("SELECT ?s { ?s a <https://w3id.org/cppcc-graph/ontology#TextSpan> } ORDER BY ?s LIMIT 10")

    assert differences(embedded, on_engine, [row["s"].value.replace(BASE, "/") for row in spans]) == {}


def test_the_endpoint_and_its_description_say_the_same(embedded, on_engine):
    query = "SELECT ?class (COUNT(?thing) AS ?n) { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?n) ?class"
    addresses = [
        f"/sparql?query={query.replace(' ', '+')}",
        f"/sparql?query={query.replace(' ', '+')}&format=csv",
        "/sparql?query=ASK{?s+a+?class}&format=json",
        "/sparql?query=SELECT*{&format=json",
        f"/sparql?query=CONSTRUCT+WHERE{{?s+?p+<{BASE}report/hengyang-2024>}}&format=ntriples",
        f"/sparql?query=SELECT+?p+?o{{GRAPH+?g{{<{BASE}report/hengyang-2024>+?p+?o}}}}&format=csv",
    ]

    assert differences(embedded, on_engine, addresses) == {}
    assert differences(embedded, on_engine, ["/sparql"], "application/n-triples") == {}


def test_what_lies_around_a_thing_is_the_same(embedded, on_engine):
    iri = f"{BASE}id/organisation/cppcc-hengyang"
    told, right = (
        client.get("/explore/data", query_string={"iri": iri, "limit": "40"}).json for client in (on_engine, embedded)
    )

    assert told == right
    assert right["total"] > 40


@pytest.mark.parametrize("found", [partitions, about, report_facts], ids=lambda found: found.__name__)
def test_the_catalogue_says_the_same(
    on_engine: FlaskClient, embedded: FlaskClient, found: Callable[[Store], object]
) -> None:
    ours, theirs = (found(client.application.extensions["served"][1]) for client in (embedded, on_engine))

    assert theirs == ours


def test_the_sitemap_lists_the_same(on_engine: FlaskClient, embedded: FlaskClient) -> None:
    assert on_engine.get("/sitemap.xml").data == embedded.get("/sitemap.xml").data


@pytest.mark.parametrize("found", [classes, indicators], ids=lambda found: found.__name__)
def test_what_is_listed_for_language_models_is_the_same(
    on_engine: FlaskClient, embedded: FlaskClient, found: Callable[..., object]
) -> None:
    ours, theirs = (
        found(client.application.extensions["served"][1], language="zh") for client in (embedded, on_engine)
    )

    assert theirs == ours
