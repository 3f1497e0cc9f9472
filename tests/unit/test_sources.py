"""Which files are read, into which named graph, and what is said when one cannot be."""

from pathlib import Path

import pytest

from cppcc_graph.errors import BadSource, BadSyntax
from cppcc_graph.sources import Source, data_sources, load, ontology_sources, rdf_files, read
from cppcc_graph.terms import Literal, NamedNode

BASE = "https://w3id.org/cppcc-graph/"
REPORT = f"<{BASE}report/one-2030> a <{BASE}ontology#Report> .\n"

RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="x:">
<rdf:Description rdf:about="x:a"><b>1</b></rdf:Description></rdf:RDF>"""


@pytest.fixture
def write(tmp_path: Path):
    def write(name: str, content: str | bytes = "<x:a> <x:b> 1 .") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def graphs(*paths: Path) -> dict[str, int]:
    return {graph.graph_iri: len(graph.triples) for graph in load(data_sources(paths))}


@pytest.mark.parametrize(
    ("name", "content", "graph"),
    [
        ("entities/places.ttl", "<x:a> <x:b> 1 .", "entities/places"),
        ("reports/whatever.ttl", REPORT, "report/one-2030"),
        ("whatever.trig", REPORT, "report/one-2030"),
        ("notes.ttl", "<x:a> <x:b> 1 .", "graph/notes"),
        ("two.ttl", REPORT + REPORT.replace("one", "two"), "graph/two"),
        ("空 白.ttl", "<x:a> <x:b> 1 .", "graph/%E7%A9%BA%20%E7%99%BD"),
        ("empty.ttl", "# nothing yet", "graph/empty"),
        ("quads.nq", "<x:a> <x:b> <x:c> .", "graph/quads"),
        (
            "more.rdf",
            RDF_XML,
            "graph/more",
        ),
        ("more.jsonld", '{"@id": "x:a", "x:b": 1}', "graph/more"),
    ],
)
def test_a_file_belongs_to_one_named_graph(write, name, content, graph):
    assert list(graphs(write(name, content))) == [BASE + graph]


def test_trig_keeps_its_own_graph_names(write):
    path = write("both.trig", "<x:a> <x:b> 1 . <x:g> { <x:a> <x:b> 2, 3 }")

    assert graphs(path) == {"x:g": 2, f"{BASE}graph/both": 1}


def test_the_ontology_has_a_graph_for_itself_and_one_for_each_further_file():
    by_name = {source.path.name: source.graph_iri for source in ontology_sources()}

    assert by_name["cppcc.ttl"] == f"{BASE}ontology"
    assert by_name["alignments.ttl"] == f"{BASE}ontology/alignments"
    assert by_name["units.ttl"] == f"{BASE}vocabulary/units"
    assert by_name["common.ttl"] == f"{BASE}shapes/common"


def test_a_folder_is_searched_through_in_sorted_order_without_drafts(write, tmp_path):
    for name in ("b.ttl", "a/z.nt", "a/notes.md", "drafts/d.ttl", "a/.hidden.ttl", "c.ttl"):
        write(name)

    assert [path.relative_to(tmp_path).as_posix() for path in rdf_files(tmp_path)] == ["a/z.nt", "b.ttl", "c.ttl"]


def test_literals_keep_what_the_file_says(write):
    path = write("a.ttl", '<x:a> <x:b> 012.50, "x"^^<http://www.w3.org/2001/XMLSchema#date>, "政"@zh .')
    [graph] = read(Source(path=path))

    assert [str(triple.object) for triple in graph.triples] == [
        '"012.50"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"x"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"政"@zh',
    ]


def test_blank_nodes_of_two_files_are_different_nodes(write):
    paths = write("a.ttl", "_:n <x:b> 1 ."), write("b.ttl", "_:n <x:b> 1 .")
    subjects = {triple.subject for graph in load(data_sources(paths)) for triple in graph.triples}

    assert len(subjects) == 2


def test_a_byte_order_mark_is_no_syntax_error(write):
    [graph] = read(Source(path=write("a.ttl", b"\xef\xbb\xbf<x:a> <x:b> 'c' .")))

    assert [(t.subject, t.object) for t in graph.triples] == [(NamedNode("x:a"), Literal("c"))]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ttl", "<x:a> <x:b> 1 .\n<x:a> <x:b> .", "a.ttl: line 2, column 13: . is not a valid RDF object"),
        ("a.ttl", "<x:a> <x:b> xsd:date .", "line 1, column 13: The prefix xsd: has not been declared"),
        ("a.ttl", "<x:政> <x:b> <c> .", "line 1, column 13: a relative IRI; write it in full"),
        ("a.ttl", b"<x:a> <x:b> 1 .\n# \xb0\xb2", "line 2, column 3: the file is not UTF-8 text; save it as UTF-8"),
        ("a.jsonld", '{"@context": "http://x/", "@id": "x:a"}', "write the context into the file"),
        ("a.jsonld", '{"@id": "x:a"', "a.jsonld: line 1"),
        ("a.rdf", "<rdf:RDF", "a.rdf: "),
    ],
)
def test_a_file_that_does_not_parse_is_told_with_its_place(write, name, content, message):
    with pytest.raises(BadSyntax) as told:
        graphs(write(name, content))

    assert message in str(told.value)


def test_two_files_for_one_graph_are_both_named(write):
    paths = write("one.ttl", REPORT), write("copy.ttl", REPORT)

    with pytest.raises(BadSource, match=r"copy\.ttl: holds the graph <.*/report/one-2030>, which .*one\.ttl holds too"):
        graphs(*paths)


def test_what_is_no_rdf_file_is_told(write, tmp_path):
    (tmp_path / "nothing").mkdir()
    for path, message in (
        (tmp_path / "missing.ttl", "there is no such file or folder"),
        (tmp_path / "nothing", "the folder holds no RDF file"),
        (write("notes.docx"), "not an RDF file by its name; known are .ttl, .nt,"),
    ):
        with pytest.raises(BadSource, match=message):
            graphs(path)
