"""
A second report by data files alone: the invented committee of 霁川市, 2031.

Whatever holds for the published report holds for this one; nothing of the published one is assumed.
"""

import ast
import re
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask

from cppcc_graph.bundled import data_folder, ontology_folder
from cppcc_graph.converter import graph_of
from cppcc_graph.publish import load_published
from cppcc_graph.questions import Question, questions
from cppcc_graph.sources import data_sources, load, ontology_sources
from cppcc_graph.validation import validate
from cppcc_graph.verify import verify

CHECKOUT = Path(__file__).parents[2]
BASE = "https://w3id.org/cppcc-graph/"
RDF_TYPE = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DATA_CLASSES = [
    "http://xmlns.com/foaf/0.1/Person",
    "http://www.w3.org/ns/org#Membership",
    "http://purl.org/linked-data/cube#Observation",
    "http://purl.org/linked-data/cube#DataSet",
    "http://purl.org/linked-data/cube#DataStructureDefinition",
    "http://purl.org/linked-data/cube#ComponentSpecification",
    "http://www.w3.org/2004/02/skos/core#ConceptScheme",
    "http://www.w3.org/2004/02/skos/core#Concept",
    "http://www.w3.org/2006/time#ProperInterval",
    "http://www.w3.org/2006/time#Instant",
    "http://www.w3.org/2006/time#DurationDescription",
]
"""Classes of other vocabularies whose instances the data hold."""

GENERIC = [question for question in questions() if question.header["scope"] == "any-report"]
OF_THE_DATA = [question for question in GENERIC if "vocabularies" not in question.header["tags"]]
each_generic = pytest.mark.parametrize("question", OF_THE_DATA, ids=[question.slug for question in OF_THE_DATA])


def rows(store: pyoxigraph.Store, question: Question) -> set[str]:
    csv = store.query(question.query).serialize(format=pyoxigraph.QueryResultsFormat.CSV).decode()
    return set(csv.splitlines()[1:])


# --- shapes and text ---------------------------------------------------------------------------


@pytest.mark.slow
def test_both_reports_together_conform_to_the_shapes(both_triples: list[pyoxigraph.Triple]) -> None:
    shapes = [triple for graph in load(ontology_sources()) if "/shapes/" in graph.graph_iri for triple in graph.triples]

    report = validate(graph_of(both_triples), graph_of(shapes))

    assert [(finding.rule, finding.focus) for finding in report.findings] == []


def test_the_invented_report_agrees_with_its_text(second_triples: list[pyoxigraph.Triple], texts: Path) -> None:
    verification = verify(graph_of(second_triples), texts)

    assert [report.iri for report in verification.reports] == [f"{BASE}report/jichuan-2031"]
    assert [problem for report in verification.reports for problem in report.problems] == []
    assert verification.is_sound


def test_the_invented_files_hold_no_graph_of_the_published_data() -> None:
    second = CHECKOUT / "tests" / "second_report" / "data"
    published = {graph.graph_iri for graph in load_published([data_folder()])}
    invented = {graph.graph_iri for graph in load_published([second])} - {
        graph.graph_iri for graph in load(ontology_sources())
    }

    assert invented == {f"{BASE}entities/jichuan", f"{BASE}report/jichuan-2031"}
    assert not invented & published


# --- questions -----------------------------------------------------------------------------------


@each_generic
def test_a_generic_question_is_answered_for_both_reports(
    question: Question, first: pyoxigraph.Store, second: pyoxigraph.Store, both: pyoxigraph.Store
) -> None:
    of_first, of_second, of_both = (rows(store, question) for store in (first, second, both))

    assert of_second != set()
    assert of_both != of_first
    if "counts" not in question.header["tags"]:
        assert of_first | of_second <= of_both


def test_most_questions_are_generic() -> None:
    assert len(GENERIC) > 4 * (len(questions()) - len(GENERIC))


def _own_classes(store: pyoxigraph.Store) -> list[str]:
    owl_class = pyoxigraph.NamedNode("http://www.w3.org/2002/07/owl#Class")
    found = (quad.subject.value for quad in store.quads_for_pattern(None, RDF_TYPE, owl_class, None))
    return sorted(iri for iri in found if iri.startswith(f"{BASE}ontology#"))


def test_both_reports_together_reach_every_class(both: pyoxigraph.Store) -> None:
    """Each class of ours has an instance, and deleting its instances changes the answer of a question."""
    classes = _own_classes(both) + DATA_CLASSES
    answers = [(question, rows(both, question)) for question in questions()]
    unreached = [iri for iri in classes if not _is_reached(both, iri, answers)]

    assert len(classes) > len(DATA_CLASSES) + 20
    assert unreached == []


def _is_reached(store: pyoxigraph.Store, class_iri: str, answers: list[tuple[Question, set[str]]]) -> bool:
    instances = [
        quad.subject for quad in store.quads_for_pattern(None, RDF_TYPE, pyoxigraph.NamedNode(class_iri), None)
    ]
    quads = [quad for node in instances for quad in store.quads_for_pattern(node, None, None, None)]
    for quad in quads:
        store.remove(quad)
    is_reached = any(rows(store, question) != answer for question, answer in answers)
    store.extend(quads)
    return is_reached


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("zh", ["忠诚履职结硕果", "听雨而行"]),
        ("en", ["Loyal work bears rich fruit", "Walking with the rain"]),
    ],
)
def test_the_home_page_lists_both_reports(language: str, titles: list[str], app: Flask) -> None:
    page = app.test_client().get("/", headers={"Accept": "text/html", "Accept-Language": language})

    assert page.status_code == 200
    assert [title for title in titles if title not in page.text] == []


def _things(triples: list[pyoxigraph.Triple]) -> list[str]:
    """One thing of each class that the invented report describes, and the report itself."""
    first_of_class: dict[str, str] = {}
    for triple in triples:
        iri = triple.subject.value if isinstance(triple.subject, pyoxigraph.NamedNode) else ""
        is_described = f"{BASE}id/" in iri or "jichuan-2031" in iri
        if triple.predicate == RDF_TYPE and is_described:
            first_of_class.setdefault(triple.object.value, iri)
    return sorted(first_of_class.values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_about_the_invented_things_hold(
    language: str, app: Flask, second_triples: list[pyoxigraph.Triple]
) -> None:
    client = app.test_client()
    things = _things(second_triples)
    statuses = {
        iri: client.get(
            f"/{iri.removeprefix(BASE)}",
            headers={"Accept": "text/html", "Accept-Language": language},
            follow_redirects=True,
        ).status_code
        for iri in things
    }

    assert len(things) > 25
    assert {iri for iri, status in statuses.items() if status != 200} == set()


def test_the_page_of_a_generic_question_answers_for_both(app: Flask) -> None:
    page = app.test_client().get("/questions/all-figures", headers={"Accept": "text/html", "Accept-Language": "zh"})

    assert "中国人民政治协商会议霁川市委员会" in page.text
    assert "中国人民政治协商会议衡阳市委员会" in page.text


# --- nothing of the published report is assumed --------------------------------------------------

PUBLISHED_NAME = re.compile(r"hengyang|衡|雁城|湖南|hunan|heng-", re.IGNORECASE)
"""Names of the places in both languages."""


def _says(path: Path) -> str:
    """What a file does: Python without its docstrings and comments, SPARQL and shapes without comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.unparse(_Silent().visit(ast.parse(text)))
    if path.suffix in {".rq", ".ttl"}:
        return re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return text


class _Silent(ast.NodeTransformer):
    """Drops strings that stand alone: docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.copy_location(ast.Pass(), node) if is_text else node


def _files() -> list[Path]:
    kinds = {".py", ".rq", ".html", ".css", ".ts", ".js", ".po", ".json", ".svg"}
    server = [
        path for path in (CHECKOUT / "server").rglob("*") if path.suffix in kinds and "node_modules" not in path.parts
    ]
    shapes = (ontology_folder() / "shapes").glob("*.ttl")
    generic = [ontology_folder() / "questions" / f"{question.slug}.rq" for question in GENERIC]
    return sorted([*server, *shapes, *generic])


def test_code_shapes_and_generic_questions_name_nothing_of_the_published_report() -> None:
    found = {
        str(path.relative_to(CHECKOUT)): names for path in _files() if (names := PUBLISHED_NAME.findall(_says(path)))
    }

    assert found == {}


@pytest.mark.slow
def test_code_shapes_and_generic_questions_hold_no_iri_of_the_published_data() -> None:
    graphs = load(data_sources([data_folder()]))
    slugs = {
        iri.removeprefix(BASE)
        for graph in graphs
        for triple in graph.triples
        if isinstance(triple.subject, pyoxigraph.NamedNode)
        and re.match(rf"{BASE}(id/[a-z]+|report)/[a-z0-9-]+$", iri := triple.subject.value)
    }
    said = {path.name: _says(path) for path in _files()}
    found = {name: held for name, text in said.items() if (held := {slug for slug in slugs if slug in text})}

    assert len(slugs) > 250
    assert found == {}
