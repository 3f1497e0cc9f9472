"""``cppcc export``: graphs written back to files that say the same, whatever the graphs are called."""

import shutil
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple
from tests.backup.conftest import BASE, SECOND

from cppcc_graph.bundled import data_folder
from cppcc_graph.errors import BadSource
from cppcc_graph.exporting import export
from cppcc_graph.layout import trig, turtle
from cppcc_graph.publish import load_published, put
from cppcc_graph.sources import Loaded, data_sources, load
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import XSD, prefix_block

ONE = Triple(NamedNode("https://example.org/s"), NamedNode("https://example.org/p"), Literal("政协", language="zh"))
FIGURES = f"{BASE}report/hengyang-2024"
HOSTILE = [
    f"{BASE}entities/../../../etc/passwd",
    f"{BASE}entities/..",
    f"{BASE}entities/",
    f"{BASE}entities/a/b",
    f"{BASE}entities/.hidden",
    f"{BASE}entities/Case",
    f"{BASE}entities/case",
    f"{BASE}entities/CASE",
    f"{BASE}entities/with.dots.ttl",
    f"{BASE}entities/{'long' * 2000}",
    f"{BASE}entities/%2e%2e%2fescaped",
    f"{BASE}entities/政协",
    f"{BASE}report/../entities/x",
    f"{BASE}report/no-report-in-it",
    f"{BASE}graph/drafts/x",
    f"{BASE}drafts/x",
    f"{BASE}",
    "file:///etc/passwd",
    "urn:nul:%00",
    "https://example.org/?a=b&c=d#/../e",
    f"https://example.org/{'/..' * 100}",
    "https://example.org/" + "x" * 60_000,
    "x:y",
]


def graph(iri, *triples):
    return Loaded(origin="a test", graph_iri=iri, triples=triples or (ONE,))


def hashes(graphs):
    store = EmbeddedStore()
    put(store, list(graphs))
    return dict(store.versions())


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_bundled_files_are_written_as_they_are(cppcc, tmp_path):
    told = cppcc("export", "--into", tmp_path)
    exported, bundled = load(data_sources([tmp_path])), load(data_sources())

    assert {path.as_posix() for path in files(tmp_path)} == {
        path.relative_to(data_folder()).as_posix() for path in data_folder().rglob("*.ttl")
    }
    assert {g.graph_iri: set(g.triples) for g in exported} == {g.graph_iri: set(g.triples) for g in bundled}
    assert told.out.endswith("6 files written, 0 as they were\n")


def test_in_the_order_of_an_earlier_file_our_own_files_come_out_to_the_byte():
    for file in load(data_sources([data_folder()])):
        text = Path(file.origin).read_text(encoding="utf-8")

        assert turtle(reversed(file.triples), about=file.graph_iri, like=file.triples) == text


def test_one_change_is_one_line_of_a_difference(cppcc, tmp_path):
    data, changed = shutil.copytree(data_folder(), tmp_path / "data"), shutil.copytree(data_folder(), tmp_path / "new")
    places = changed / "entities" / "places.ttl"
    text = places.read_text(encoding="utf-8")
    places.write_text(text.replace('"Hunan Province"@en', '"Hunan"@en', 1), encoding="utf-8")
    told = cppcc("export", "--data", changed, "--into", data)
    before, after = text.splitlines(), (data / "entities" / "places.ttl").read_text(encoding="utf-8").splitlines()

    assert told.out == f"entities/places.ttl  <{BASE}entities/places>\n1 file written, 5 as they were\n"
    [(old, new)] = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert (old.count('"Hunan Province"@en'), new.count('"Hunan"@en')) == (1, 1)


@pytest.mark.slow
def test_a_file_that_says_the_same_is_not_touched(cppcc, tmp_path):
    data = shutil.copytree(data_folder(), tmp_path / "data")
    with (data / "entities" / "places.ttl").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    (data / "entities" / "README.md").write_text("not RDF")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in data.rglob("*")}

    assert cppcc("export", "--into", data).out == "0 files written, 6 as they were\n"
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in data.rglob("*")} == before


@pytest.mark.slow
def test_loading_what_was_exported_changes_nothing(cppcc, tmp_path, hard):
    store = tmp_path / "store"
    cppcc("dump", "--data", SECOND, "--data", hard, "--output", tmp_path / "all.nq")
    assert cppcc("restore", tmp_path / "all.nq", "--store", store).status == 0
    assert cppcc("export", "--store", store, "--into", tmp_path / "out").status == 0
    told = cppcc("load", tmp_path / "out", "--store", store)

    assert (told.status, told.out) == (0, "the store says what the files say\n")


def test_hostile_names_stay_in_the_folder_and_load_back(tmp_path):
    folder = tmp_path / "deep" / "down" / "out"
    graphs = [graph(iri) for iri in HOSTILE]
    done = export(graphs, folder)
    written = files(folder)

    assert set(done.written) == set(HOSTILE)
    assert files(tmp_path).keys() == {Path("deep", "down", "out") / path for path in written}
    assert len({str(path).lower() for path in written}) == len(HOSTILE)
    assert {path.parts[0] for path in written} == {"entities", "graphs"}
    assert [path.name for path in written if path.parts[0] == "entities"] == ["case.ttl"]
    assert all(len(path.name) < 120 for path in written)
    assert hashes(load(data_sources([folder]))) == hashes(graphs)


@pytest.mark.slow
def test_exporting_twice_writes_nothing_the_second_time(tmp_path):
    graphs = [graph(iri) for iri in HOSTILE]
    export(graphs, tmp_path)
    before = files(tmp_path)

    assert export(graphs, tmp_path).written == {}
    assert files(tmp_path) == before


def test_a_graph_goes_back_to_the_file_where_it_stands(tmp_path):
    (tmp_path / "mine.trig").write_text("GRAPH <x:g> { <x:a> <x:b> 1 }")
    (tmp_path / "yours.ttl").write_text("<x:a> <x:b> 1 .")
    done = export([graph("x:g"), graph(f"{BASE}graph/yours")], tmp_path)

    assert done.written == {"x:g": tmp_path / "mine.trig", f"{BASE}graph/yours": tmp_path / "yours.ttl"}
    assert hashes(load(data_sources([tmp_path]))) == hashes([graph("x:g"), graph(f"{BASE}graph/yours")])


@pytest.mark.slow
def test_files_of_graphs_that_the_store_does_not_have_stay_and_are_told(cppcc, tmp_path, hard):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "other.trig").write_text("GRAPH <x:other> { <x:a> <x:b> 1 }")
    told = cppcc("export", "--data", hard, "--into", tmp_path / "out")

    assert told.status == 0
    assert told.err == f"cppcc: {tmp_path}/out/other.trig: holds a graph that the store does not have; it stays\n"
    assert (tmp_path / "out" / "other.trig").read_text() == "GRAPH <x:other> { <x:a> <x:b> 1 }"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("reports/a.ttl", "<x:a> <x:b> 1 .", "and is needed for"),
        (
            "mine.trig",
            "GRAPH <x:g> { <x:a> <x:b> 1 } GRAPH <x:h> { <x:a> <x:b> 1 }",
            "it holds <x:h> and is needed for",
        ),
        ("mine.ttl", f"<{BASE}report/b> a <{BASE}ontology#Report> .", "would no longer be the file of"),
    ],
)
def test_a_file_that_is_needed_for_something_else_is_left_alone(tmp_path, name, text, message):
    report = Triple(NamedNode(f"{BASE}report/a"), NamedNode(RDF_TYPE), NamedNode(f"{BASE}ontology#Report"))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    with pytest.raises(BadSource, match=message):
        export([graph(f"{BASE}report/a", report), graph("x:g"), graph(f"{BASE}report/b")], tmp_path)
    assert files(tmp_path) == {Path(name): text.encode()}


RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.mark.parametrize("link", ["entities", "graphs"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path, link):
    (tmp_path / "away").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / link).symlink_to(tmp_path / "away")

    with pytest.raises(BadSource, match="it lies outside of"):
        export([graph(f"{BASE}entities/a"), graph("x:g")], tmp_path / "out")
    assert files(tmp_path / "away") == {}


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_names_stays(tmp_path):
    (tmp_path / "precious.ttl").write_text("<x:a> <x:b> 1 .")
    (tmp_path / "out" / "entities").mkdir(parents=True)
    (tmp_path / "out" / "entities" / "a.ttl").symlink_to(tmp_path / "precious.ttl")
    export([graph(f"{BASE}entities/a")], tmp_path / "out")

    assert (tmp_path / "precious.ttl").read_text() == "<x:a> <x:b> 1 ."
    assert not (tmp_path / "out" / "entities" / "a.ttl").is_symlink()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BadSource, match="the folder cannot be made: Not a directory"):
        export([graph("x:g")], tmp_path / "file" / "out")


def test_the_ontology_is_left_out_and_what_is_other_in_it_is_told(tmp_path):
    graphs = [g for g in load_published([SECOND]) if "/jichuan" not in g.graph_iri]
    other = [graph(f"{BASE}ontology", *g.triples, ONE) if g.graph_iri == f"{BASE}ontology" else g for g in graphs]
    done = export(other, tmp_path)

    assert done.written == {}
    assert (len(done.ontology), done.changed_ontology) == (len(graphs), (f"{BASE}ontology",))


def test_blank_nodes_are_written_and_called_the_same_each_time(tmp_path):
    knows = NamedNode("https://example.org/knows")
    for name, labels in (("one", "ab"), ("two", "zy")):
        first, second = map(BlankNode, labels)
        export([graph("x:g", Triple(first, knows, second), Triple(second, knows, ONE.subject))], tmp_path / name)

    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert b"_:c14n0" in next(iter(files(tmp_path / "one").values()))


# --- the writer -------------------------------------------------------------------------------------

iris = st.sampled_from(
    [
        f"{BASE}ontology#Report",
        "http://www.w3.org/2001/XMLSchema#integer",
        RDF_TYPE,
        "http://www.w3.org/2004/02/skos/core#1",
        "https://schema.org/a.b",
        "https://schema.org/",
        "https://schema.org/a/b",
        "https://schema.org/-",
        "http://qudt.org/vocab/unit/政",
        "https://example.org/" + "9" * 5000,
        "urn:x:²",
        f"{BASE}report/a/paragraph/10",
        f"{BASE}report/a/paragraph/9",
    ]
).map(NamedNode)
blanks = st.sampled_from("ab").map(BlankNode)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.sampled_from(["1", "01", "+1", "-0", "1.0", "1e0", "x", "", "١", " 1 "])
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda t, language: Literal(t, language=language), texts, st.sampled_from(["zh", "en", "en-GB"])),
    st.builds(
        lambda t, kind: Literal(t, datatype=kind),
        st.one_of(texts, numbers),
        st.one_of(iris, st.sampled_from([XSD.integer, XSD.decimal, XSD.boolean, XSD.date])),
    ),
)
triples = st.builds(Triple, st.one_of(iris, blanks), iris, st.one_of(iris, blanks, literals))
with_triple_terms = st.builds(Triple, iris, iris, triples)


def read(text, rdf_format):
    return list(pyoxigraph.parse(text.encode(), format=rdf_format))


def same(found, expected):
    datasets = Dataset(found), Dataset(expected)
    for dataset in datasets:
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return datasets[0] == datasets[1]


@given(st.lists(st.one_of(triples, with_triple_terms), max_size=12, unique=True), st.randoms())
def test_what_is_written_says_what_was_given(given_triples, random):
    like = random.sample(given_triples, len(given_triples) // 2)
    name = NamedNode(f"{BASE}report/a")

    assert same(
        read(turtle(given_triples, about=name.value, like=like), RdfFormat.TURTLE), [Quad(*t) for t in given_triples]
    )
    assert same(
        read(trig(given_triples, graph_iri=name.value, like=like), RdfFormat.TRIG),
        [Quad(*t, name) for t in given_triples],
    )


@pytest.mark.slow
@given(st.lists(triples, max_size=12, unique=True), st.randoms())
def test_the_order_in_which_triples_come_does_not_matter(given_triples, random):
    shuffled = random.sample(given_triples, len(given_triples))

    assert turtle(shuffled) == turtle(given_triples)


def test_a_document_has_the_form_of_our_files():
    subject, label = NamedNode(FIGURES), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    start, part = NamedNode("http://www.w3.org/ns/oa#start"), NamedNode(f"{FIGURES}/span/10-12")
    nine = NamedNode(f"{FIGURES}/span/9-10")
    count = Literal("4", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger"))
    said = [
        Triple(part, start, count),
        Triple(nine, start, Literal("4", datatype=XSD.integer)),
        Triple(subject, label, Literal("A", language="en")),
        Triple(subject, NamedNode(RDF_TYPE), NamedNode(f"{BASE}ontology#Report")),
        Triple(subject, label, Literal("甲", language="zh")),
        Triple(NamedNode(f"{BASE}id/a"), start, count),
    ]

    assert turtle(said, about=FIGURES) == (
        f"{prefix_block()}\n"
        f"<{FIGURES}>\n"
        "    a cppcc:Report ;\n"
        "    rdfs:label\n"
        '        "甲"@zh ,\n'
        '        "A"@en .\n'
        "\n"
        f"<{FIGURES}/span/9-10>\n"
        "    oa:start 4 .\n"
        "\n"
        f"<{FIGURES}/span/10-12>\n"
        '    oa:start "4"^^xsd:nonNegativeInteger .\n'
        "\n"
        f"<{BASE}id/a>\n"
        '    oa:start "4"^^xsd:nonNegativeInteger .\n'
    )
