"""What a question can be narrowed down to, through its address: values that exist, and nothing else."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from cppcc_graph.publish import load_published, put
from cppcc_graph.questions import Question, questions
from cppcc_graph.questions.parameters import choices, narrowed, parameters_of
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

Rows = list[list[str]]
Ask = Callable[[pyoxigraph.Store, str], Rows]

NARROWED = [question for question in questions() if parameters_of(question)]
each_narrowed = pytest.mark.parametrize("question", NARROWED, ids=[question.slug for question in NARROWED])
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"
OTHER = """
PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX time: <http://www.w3.org/2006/time#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
BASE <https://w3id.org/cppcc-graph/>
<report/other-2031> cppcc:reportOf <id/organisation/cppcc-other> ; cppcc:reportedPeriod <id/period/2031> .
<id/period/2031> time:hasBeginning <id/period/2031-start> ; rdfs:label "2031年"@zh .
<id/period/2031-start> time:inXSDDate "2031-01-01"^^xsd:date .
<id/organisation/cppcc-other> rdfs:label "某市政协"@zh , "CPPCC Other"@en .
<report/other-2031/observation/a> a qb:Observation ; cppcc:statedIn <report/other-2031> ;
    cppcc:unit <vocabulary/units#times> ; cppcc:value 7.0 .
"""


@pytest.fixture(scope="module")
def filled() -> Iterator[EmbeddedStore]:
    store = EmbeddedStore()
    put(store, load_published())
    store.replace_graph(
        "https://w3id.org/cppcc-graph/report/other-2031",
        [quad.triple for quad in pyoxigraph.parse(OTHER, format=pyoxigraph.RdfFormat.TURTLE)],
    )
    yield store
    store.close()


@pytest.fixture(scope="module")
def narrowing(filled: EmbeddedStore) -> FlaskClient:
    return create_app(Settings(), filled).test_client()


def rows(client: FlaskClient, path: str, **fields: str) -> list[str]:
    response = client.get(f"{path}?{urlencode(fields)}")
    assert response.status_code == 200, response.text
    return response.text.split("\r\n")[1:-1]


def test_half_of_the_questions_can_be_narrowed_down() -> None:
    assert len(NARROWED) >= 45


@each_narrowed
def test_a_question_narrowed_down_to_the_only_report_has_the_same_answer(
    question: Question, published: list[pyoxigraph.Quad], plain: pyoxigraph.Store, ask: Ask, filled: EmbeddedStore
) -> None:
    """So it neither loses rows nor counts any twice."""
    for parameter in parameters_of(question):
        known = choices(filled, question, parameter)
        if parameter.name in ("committee", "year"):
            [first, *_others] = [choice for choice in known if choice.text in ("cppcc-hengyang", "2024")]

            assert ask(plain, narrowed(question.query, [(parameter, first)])) == ask(plain, question.query)
        else:
            every = [ask(plain, narrowed(question.query, [(parameter, choice)])) for choice in known]

            assert all(len(answer) > 1 for answer in every)
    assert published


def test_a_question_counts_only_what_has_the_value(narrowing: FlaskClient) -> None:
    path = "/questions/figures-by-unit.csv"

    assert rows(narrowing, path, year="2031") == ["次,time (ci),1,7,7"]
    assert rows(narrowing, path, committee="cppcc-other") == rows(narrowing, path, year="2031")
    assert rows(narrowing, path, committee="cppcc-other", year="2024") == []
    assert "次,time (ci),1,7,7" not in rows(narrowing, path, committee="cppcc-hengyang", year="2024")


@pytest.mark.parametrize("text", ["cppcc-hengyang", "https://w3id.org/cppcc-graph/id/organisation/cppcc-hengyang", ""])
def test_a_value_is_the_last_part_of_an_iri_or_the_whole_of_it(narrowing: FlaskClient, text: str) -> None:
    assert len(rows(narrowing, "/questions/lower-bounds.csv", committee=text)) == 5


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("month=6", ["committee", "year", "body", "indicator"]),
        ("year=2024&year=2024", []),
        ("year=soon", ["2024"]),
        ("year=2032", ["2024"]),
        ("committee=%3E%20%7D%20%3B%20DROP%20ALL", ["cppcc-hengyang"]),
        ("committee=cppcc-hengyang%22%20%7D", ["cppcc-hengyang"]),
    ],
)
def test_what_a_question_cannot_be_narrowed_down_to_is_told_with_what_there_is(
    narrowing: FlaskClient, fields: str, told: list[str]
) -> None:
    response = narrowing.get(f"/questions/lower-bounds.csv?{fields}")

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert response.json["supported"] == told
    assert all(name in response.json["detail"] for name in told)


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("csv", "text/csv"),
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("tsv", "text/tab-separated-values"),
        ("html", "text/html"),
    ],
)
def test_a_suffix_names_the_format(narrowing: FlaskClient, suffix: str, media_type: str) -> None:
    assert narrowing.get(f"/questions/lower-bounds.{suffix}?year=2024").mimetype == media_type
    assert narrowing.get("/questions/lower-bounds.exe").status_code == 404


def test_the_page_is_a_form_of_what_there_is(narrowing: FlaskClient) -> None:
    page = narrowing.get("/questions/figures-by-unit.html?year=2031&lang=en").text

    assert re.findall(r'<select id="narrow-(\w+)"', page) == ["committee", "year", "body", "indicator"]
    assert '<option value="2031" selected>2031</option>' in page
    assert '<option value="cppcc-other">CPPCC Other</option>' in page
    assert 'href="/questions/figures-by-unit?year=2031&amp;format=csv"' in page


def test_new_data_bring_new_values() -> None:
    store = EmbeddedStore()
    put(store, load_published())
    client = create_app(Settings(), store).test_client()
    before = client.get("/questions/figures-by-unit.csv?year=2031").status_code
    triples = [quad.triple for quad in pyoxigraph.parse(OTHER, format=pyoxigraph.RdfFormat.TURTLE)]
    store.replace_graph("https://w3id.org/cppcc-graph/report/other-2031", triples)

    assert before == 400
    assert client.get("/questions/figures-by-unit.csv?year=2031").status_code == 200
    store.close()


def test_every_parameter_is_used_and_told_in_both_languages() -> None:
    folder = Path(__file__).parents[2] / "ontology" / "questions" / "parameters"
    used = {parameter.name: parameter for question in NARROWED for parameter in parameters_of(question)}

    assert used.keys() == {path.stem for path in folder.glob("*.rq")}
    assert all(parameter.titles.keys() == {"zh", "en"} for parameter in used.values())
