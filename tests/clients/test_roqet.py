"""
roqet of Rasqal, in C, as a client of the SPARQL protocol: ``roqet -p``, and ``SERVICE`` in a query that it evaluates.

It always asks for SPARQL Results XML by GET. Rasqal 0.9.33 reads no boolean from any endpoint, and no graph.
"""

import subprocess
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow

OBSERVATION = "<https://w3id.org/cppcc-graph/report/hengyang-2024/observation/research-activities>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
PEOPLE = "https://w3id.org/cppcc-graph/entities/people"
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"

Roqet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def roqet(program) -> Roqet:
    path = program("roqet", package="rasqal-utils")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [path, "-q", "-i", "sparql11-query", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    return run


def test_a_question_of_ours_is_answered_as_csv(endpoint, question, roqet, tmp_path):
    (tmp_path / "bounds.rq").write_text(question("lower-bounds"), encoding="utf-8")
    told = roqet("-p", endpoint, "-r", "csv", str(tmp_path / "bounds.rq"))

    assert told.returncode == 0
    assert told.stdout.splitlines() == [
        "body,indicator,value,unit,bound,figure,start,end",
        "中国人民政治协商会议衡阳县委员会,募集资金,15000000,元,多于,1500余万元,2038,2045",
        "中国人民政治协商会议衡阳县委员会,帮扶激励学子人数,1000,名,多于,1000余名,2050,2056",
        "中国人民政治协商会议衡阳市委员会,信息名录人数,1100,人,多于,1100余人,2816,2822",
        "中国人民政治协商会议衡阳市委员会,健全工作制度项数,40,项,多于,40多项,3828,3832",
        "中国民主促进会衡阳市委员会,获肯定批示成果项数,10,项,多于,10余项,2539,2543",
    ]


def test_language_tags_and_datatypes_survive_into_its_tsv(endpoint, roqet):
    query = f'SELECT ?l ?n {{ {OBSERVATION} {LABEL} ?l BIND (286 AS ?n) FILTER (LANG(?l) = "zh") }}'
    told = roqet("-p", endpoint, "-r", "tsv", "-e", query)

    [_, row] = told.stdout.splitlines()
    label, number = row.split("\t")
    assert label.encode("ascii").decode("unicode_escape") == '"调研视察活动场数：286场（衡阳市政协，2024年）"@zh'
    assert number in ("286", '"286"^^<http://www.w3.org/2001/XMLSchema#integer>')


def test_nothing_is_decoded_twice(endpoint, roqet):
    told = roqet("-p", endpoint, "-r", "csv", "-e", 'SELECT ("100%25 中国+1 & = #" AS ?x) {}')

    assert told.stdout.split() == ["x", "100%25", "中国+1", "&", "=", "#"]


def test_its_data_graphs_become_the_dataset_of_the_query(endpoint, roqet):
    count = f"SELECT (COUNT(*) AS ?n) {{ {OBSERVATION} a ?c }}"
    query = f"SELECT ?g {{ GRAPH ?g {{ {OBSERVATION} a ?c }} }}"
    default = roqet("-p", endpoint, "-r", "csv", "-D", PEOPLE, "-e", count)
    named = roqet("-p", endpoint, "-r", "csv", "-G", PEOPLE, "-G", REPORT, "-e", query)

    assert default.stdout.splitlines() == ["n", "0"]
    assert named.stdout.splitlines() == ["g", REPORT]


def test_a_query_of_its_own_reaches_us_by_service(endpoint, roqet):
    query = f"SELECT ?l {{ SERVICE <{endpoint}> {{ {OBSERVATION} {LABEL} ?l }} }}"
    told = roqet("-r", "csv", "-e", query)

    assert "调研视察活动场数：286场（衡阳市政协，2024年）" in told.stdout.splitlines()
    assert len(told.stdout.splitlines()) == 3


def test_a_bad_query_is_an_error_with_its_status(endpoint, roqet):
    told = roqet("-p", endpoint, "-e", "SELECT ?x {")

    assert told.returncode == 1
    assert "HTTP status 400" in told.stderr


def test_a_graph_is_refused_to_it_and_never_an_empty_table(endpoint, roqet):
    told = roqet("-p", endpoint, "-e", f"DESCRIBE {OBSERVATION}")

    assert told.returncode == 1
    assert "HTTP status 406" in told.stderr
