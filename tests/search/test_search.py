"""What is found, in which order, and where it stands."""

import random

import pytest

from cppcc_graph.errors import BadSyntax
from cppcc_graph.formats import JSON
from cppcc_graph.search import Wanted, search, suggest
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, CPPCC, RDF, RDFS, SKOS, Literal, NamedNode, Quad, Triple

COMMITTEE = f"{BASE}id/organisation/cppcc-hengyang"
GRAPH = f"{BASE}graph/invented"
FN = f"PREFIX fn: <{BASE}function#>\nPREFIX rdfs: <{RDFS.iri}>\n"


def thing(slug):
    return NamedNode(f"{BASE}id/organisation/{slug}")


def said(slug, predicate, value, language=None):
    return Quad(thing(slug), predicate, Literal(value, language=language), NamedNode(GRAPH))


def invented(*texts):
    store = EmbeddedStore()
    triples = [Triple(thing(slug), predicate, Literal(value, language=tag)) for slug, predicate, value, tag in texts]
    store.replace_graph(GRAPH, triples)
    return store


def slugs(hits):
    return [hit.iri.rpartition("/")[2] for hit in hits]


def of(store, words, **more):
    return slugs(search(store, Wanted(words=words, **more)).hits)


def test_names_come_by_how_they_match():
    store = invented(
        ("f", SKOS.definition, "the council of a town", "en"),
        ("f", RDFS.label, "Assembly", "en"),
        ("e", RDFS.label, "康思乐", "zh"),
        ("d", RDFS.label, "Town council", "en"),
        ("c", RDFS.label, "Council house", "en"),
        ("b", RDFS.label, "Board", "en"),
        ("b", SKOS.altLabel, "Council", "en"),
        ("a", RDFS.label, "Council", "en"),
    )

    assert of(store, "council") == ["a", "b", "c", "d", "f"]


@pytest.mark.parametrize("words", ["政协", "政協", "zhengxie", "zx", "ZhengXie", "zheng xie", "ｚｘ", "zhengx"])
def test_two_characters_are_found_however_they_are_written(words):
    assert of(invented(("a", RDFS.label, "某市政协机关", "zh"), ("b", RDFS.label, "某市政府", "zh")), words) == ["a"]


@pytest.mark.parametrize(
    ("label", "words"), [("重庆", "chongqing"), ("长沙", "changsha"), ("行政", "xingzheng"), ("银行", "yinhang")]
)
def test_characters_with_several_readings_are_read_as_in_their_word(label, words):
    assert of(invented(("a", RDFS.label, label, "zh")), words) == ["a"]


def test_every_word_must_be_found_and_only_the_last_may_be_unfinished():
    store = invented(("a", RDFS.label, "Hengyang Municipal Committee", "en"))

    assert of(store, "committee heng") == ["a"]
    assert of(store, "heng committee") == []
    assert of(store, "committee parliament") == []


def test_no_match_reaches_from_one_name_into_another():
    store = invented(("a", RDFS.label, "某某政", "zh"), ("a", SKOS.altLabel, "协某", "zh"))

    assert of(store, "政协") == []


def test_what_matched_is_marked_in_code_points_of_the_text_itself():
    [hit] = search(invented(("a", RDFS.label, "𠮷祥ＣＰＰＣＣ（衡陽）", "zh")), Wanted(words="cppcc 衡阳")).hits

    assert [hit.matched[start:end] for start, end in hit.ranges] == ["ＣＰＰＣＣ", "衡陽"]


def test_pinyin_marks_the_characters_that_it_stands_for():
    [hit] = search(invented(("a", RDFS.label, "衡阳市政协", "zh")), Wanted(words="szx")).hits

    assert [hit.matched[start:end] for start, end in hit.ranges] == ["市政协"]


def test_parts_are_found_when_the_whole_is_not():
    store = invented(("a", RDFS.label, "政治协商会议衡阳市委员会", "zh"), ("b", RDFS.label, "衡东县委员会", "zh"))

    assert of(store, "衡阳委员会") == ["a"]


def test_a_figure_is_found_by_its_value_and_unit_and_as_it_is_written(first):
    assert first("286场")[0].iri.endswith("/observation/research-activities")


def test_hits_are_counted_by_class_and_narrowed_to_one(published):
    everything = search(published, Wanted(words="政协"))
    kind, n = everything.facets[0]
    narrowed = search(published, Wanted(words="政协", types=(kind,)))

    assert narrowed.n_hits == n
    assert narrowed.facets == everything.facets
    assert all(kind in hit.types for hit in narrowed.hits)


def test_pages_follow_each_other_without_gap_or_repetition(published):
    whole = search(published, Wanted(words="政协", limit=100)).hits
    pages = [search(published, Wanted(words="政协", limit=10, offset=at)).hits for at in range(0, 100, 10)]

    assert [hit for page in pages for hit in page] == list(whole)
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)


@pytest.mark.parametrize("words", ["", "  ", "·", "。。", '"', "*", "(", ":", "-", "^", "\x00", "\ud800"])
def test_words_without_letters_find_nothing_and_break_nothing(published, words):
    assert search(published, Wanted(words=words)).n_hits == 0


def test_nothing_in_the_words_is_an_operator(published):
    rng = random.Random(7)
    alphabet = '政协zx 1"*():^-+{}ANDORNEAR\ue000é㎡𠮷'
    for _ in range(300):
        search(published, Wanted(words="".join(rng.choices(alphabet, k=rng.randrange(12)))))


def test_letters_that_are_two_syllables_may_be_one_word_of_a_name():
    [hit] = search(invented(("a", RDFS.label, "中文 order", "zh")), Wanted(words="or")).hits

    assert [hit.matched[start:end] for start, end in hit.ranges] == ["or"]


def test_words_that_are_too_long_are_refused(published):
    with pytest.raises(BadSyntax, match="200"):
        search(published, Wanted(words="政" * 201))


def test_a_change_is_found_and_what_went_is_not():
    store = invented(("a", RDFS.label, "旧名", "zh"))
    assert of(store, "旧名") == ["a"]
    change = Patch(added=(said("a", RDFS.label, "新名", "zh"),), removed=(said("a", RDFS.label, "旧名", "zh"),))

    store.apply(change)
    assert (of(store, "新名"), of(store, "旧名")) == (["a"], [])

    store.apply(change.inverse)
    assert (of(store, "新名"), of(store, "旧名")) == ([], ["a"])


def test_an_index_that_followed_changes_equals_one_made_anew():
    store = invented(*((f"t{n}", RDFS.label, f"第{n}号政协", "zh") for n in range(40)))
    words = ["政协", "zx", "1", "一致", "第3"]
    for query in words:
        of(store, query)
    rng = random.Random(5)
    for _ in range(30):
        slug, other = f"t{rng.randrange(40)}", f"t{rng.randrange(40)}"
        added = rng.choice(
            [
                said(slug, SKOS.altLabel, f"一致{rng.randrange(9)}", "zh"),
                Quad(thing(slug), RDF.type, CPPCC.Report, NamedNode(GRAPH)),
                Quad(thing(slug), SKOS.definition, thing(other), NamedNode(GRAPH)),
            ]
        )
        store.apply(store.effective(Patch(added=(added,))))
        gone = rng.choice(list(store.quads()))
        store.apply(Patch(removed=(gone,)))
    anew = EmbeddedStore()
    anew.replace_graph(GRAPH, [quad.triple for quad in store.quads()])

    for query in words:
        wanted = Wanted(words=query, limit=100)
        assert search(store, wanted) == search(anew, wanted)


def test_suggestions_are_names_that_fit_an_unfinished_word(published):
    hits = suggest(published, Wanted(words="hysz", language="zh", limit=5))

    assert COMMITTEE in [hit.iri for hit in hits]
    assert len(hits) == 5


def rows(store, query):
    import json

    body = store.answer(QueryRequest(query=FN + query, formats=(JSON,))).body
    return json.loads(body)["results"]["bindings"]


def test_a_query_filters_by_words(published):
    found = rows(published, 'SELECT DISTINCT ?s { ?s rdfs:label ?name FILTER(fn:matches(?name, "hysz")) }')

    assert COMMITTEE not in [row["s"]["value"] for row in found]  # its alias is called so
    assert any(row["s"]["value"].endswith("cppcc-hengyang-organ") for row in found)


def test_a_query_orders_by_score(published):
    query = 'SELECT ?s ?n { ?s a ?c BIND(fn:score(?s, "衡阳市政协") AS ?n) FILTER(BOUND(?n)) } ORDER BY DESC(?n)'
    row = rows(published, query)[0]

    assert row["s"]["value"] == COMMITTEE
    assert row["n"] == {"type": "literal", "value": "95", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}


def test_a_function_given_something_else_has_no_value(published):
    for call in ("fn:matches(1)", "fn:score(1, 2)", "fn:matches(<a:b>, 'x')", "fn:score(<a:b>, 'zzz', 1)"):
        assert rows(published, f"SELECT ?n {{ BIND({call} AS ?n) }}") == [{}]


def test_a_function_that_fails_fails_the_query(published):
    with pytest.raises(BadSyntax, match="200"):
        rows(published, f'SELECT ?n {{ BIND(fn:score(<a:b>, "{"x" * 201}") AS ?n) }}')
