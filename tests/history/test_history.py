"""The commits as a dataset of their own: who changed what, when, how and why, asked over SPARQL."""

import json
import time
from datetime import UTC, datetime

import pytest
from pyoxigraph import NamedNode
from tests.history.conftest import EXAMPLE, adding, committed, noted, quad, removing

from cppcc_graph import history
from cppcc_graph.formats import JSON
from cppcc_graph.history import add_commit, history_of
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.journal import Journal
from cppcc_graph.terms import PREFIXES

PROLOGUE = (
    "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("prov", "rdf", "rdfs", "dcterms", "void", "xsd"))
    + "PREFIX history: <https://w3id.org/cppcc-graph/history#> "
)
BASE = "https://w3id.org/cppcc-graph/history/"


def asked(told, query):
    """The rows of an answer, values only, in the order of the variables."""
    document = json.loads(told.answer(QueryRequest(query=PROLOGUE + query, formats=(JSON,))).body)
    variables = document["head"]["vars"]
    return [tuple(row[v]["value"] if v in row else None for v in variables) for row in document["results"]["bindings"]]


@pytest.fixture
def told(journal, store):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    committed(journal, store, adding(quad("a", "one"), quad("b", "two", "other")), message="first words", now=noon)
    committed(journal, store, adding(quad("a", "three")), agent="curator one", operation="put", now=noon)
    committed(journal, store, removing(quad("b", "two", "other")), agent="curator one", operation="delete", now=noon)
    return history_of(journal)


def test_it_says_who_when_how_and_why(told):
    rows = asked(
        told,
        """SELECT ?n ?who ?at ?operation ?why ?added ?removed {
          ?version prov:wasGeneratedBy ?commit ; dcterms:identifier ?n .
          ?commit a prov:Activity ; prov:wasAssociatedWith/rdfs:label ?who ; prov:endedAtTime ?at ;
                  history:operation ?operation ; history:added ?added ; history:removed ?removed .
          OPTIONAL { ?commit rdfs:comment ?why }
        } ORDER BY ?n""",
    )

    assert rows == [
        ("1", "local:hui", "2026-11-23T12:00:00Z", "update", "first words", "2", "0"),
        ("2", "curator one", "2026-11-23T12:00:00.000001Z", "put", None, "1", "0"),
        ("3", "curator one", "2026-11-23T12:00:00.000002Z", "delete", None, "0", "1"),
    ]


def test_it_says_what_changed_in_which_graph(told):
    rows = asked(
        told,
        """SELECT ?commit ?graph ?after ?s ?o ?way {
          ?commit history:change ?change .
          ?change history:graph ?graph ; void:triples ?after .
          { ?change history:addedTriples ?g BIND("+" AS ?way) } UNION
          { ?change history:removedTriples ?g BIND("-" AS ?way) }
          GRAPH ?g { ?s ?p ?o }
        } ORDER BY ?commit ?graph""",
    )

    assert rows == [
        (f"{BASE}commit/1", f"{EXAMPLE}g", "1", f"{EXAMPLE}a", "one", "+"),
        (f"{BASE}commit/1", f"{EXAMPLE}other", "1", f"{EXAMPLE}b", "two", "+"),
        (f"{BASE}commit/2", f"{EXAMPLE}g", "2", f"{EXAMPLE}a", "three", "+"),
        (f"{BASE}commit/3", f"{EXAMPLE}other", "0", f"{EXAMPLE}b", "two", "-"),
    ]


def test_since_when_a_triple_is_there_is_one_question(told):
    rows = asked(
        told,
        f"""SELECT ?at {{ GRAPH ?g {{ <{EXAMPLE}a> ?p "three" }}
          ?change history:addedTriples ?g . ?commit history:change ?change ; prov:endedAtTime ?at }}""",
    )

    assert rows == [("2026-11-23T12:00:00.000001Z",)]


def test_each_version_is_a_revision_of_the_one_before_and_has_the_hash_of_its_data(told, journal):
    rows = asked(
        told,
        """SELECT ?version ?before ?hash ?record {
          ?version prov:wasRevisionOf ?before ; history:contentHash ?hash ; prov:wasGeneratedBy ?commit .
          ?commit prov:used ?before ; dcterms:identifier ?record
        } ORDER BY ?version""",
    )

    assert rows == [
        (f"{BASE}version/{n}", f"{BASE}version/{n - 1}", entry.commit.data_version, entry.hash)
        for n, entry in enumerate(journal.entries, start=1)
    ]


def test_a_graph_that_is_gone_has_no_hash(told, store):
    rows = asked(
        told,
        "SELECT ?graph ?hash { <" + BASE + "commit/3> history:change ?c . ?c history:graph ?graph "
        "OPTIONAL { ?c history:contentHash ?hash } }",
    )

    assert rows == [(f"{EXAMPLE}other", None)]
    assert f"{EXAMPLE}other" not in store.versions()


def test_an_agent_is_an_iri_whatever_its_name(journal, store):
    committed(journal, store, adding(quad("a", "one")), agent='周 <x> "y"/z')
    [(iri, label)] = asked(history_of(journal), "SELECT ?a ?label { ?a a prov:Agent ; rdfs:label ?label }")

    assert label == '周 <x> "y"/z'
    assert NamedNode(iri).value == f"{BASE}agent/%E5%91%A8%20%3Cx%3E%20%22y%22%2Fz"


def test_a_long_commit_is_counted_and_says_that_it_is_not_listed(journal, store, monkeypatch):
    monkeypatch.setattr(history, "MOST_LISTED", 3)
    committed(journal, store, adding(*(quad("a", str(n)) for n in range(4))))
    committed(journal, store, removing(*(quad("a", str(n)) for n in range(3))))
    told = history_of(journal)
    rows = asked(
        told,
        """SELECT ?listed ?added ?after ?came ?n {
          ?c history:isListed ?listed ; history:added ?added ; history:change ?change .
          ?change void:triples ?after
          OPTIONAL { ?change history:addedTriples|history:removedTriples ?came }
          OPTIONAL { ?change history:removed ?n }
        } ORDER BY ?c""",
    )

    assert rows == [("false", "4", "4", None, None), ("true", "0", "1", f"{BASE}version/2/removed/1", "3")]
    assert asked(told, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") == [(f"{BASE}version/2/removed/1",)]


def test_each_change_has_the_hash_of_its_graph_afterwards(told, journal):
    rows = asked(
        told,
        "SELECT ?hash { <" + BASE + "commit/1> history:change ?c . ?c history:graph ?g ; history:contentHash ?hash } "
        "ORDER BY ?g",
    )
    graphs = journal.entries[0].commit.graphs

    assert rows == [(graphs[EXAMPLE + name].content_hash,) for name in ("g", "other")]


def test_the_limit_is_ten_thousand():
    assert history.MOST_LISTED == 10_000


def test_what_is_told_commit_by_commit_is_what_is_told_at_once(three):
    first = Journal(three.folder)
    growing = history_of(first)
    for entry in three.entries:
        add_commit(growing, entry, three.patch(entry.version))

    assert set(growing.quads()) == set(history_of(three).quads())
    assert len(set(growing.quads())) > 60


@pytest.mark.slow
def test_a_commit_is_added_in_a_time_that_depends_on_it_alone(journal):
    def added_in_ms(told, n):
        entry = noted(journal, adding(quad("a", f"{n}")))
        began = time.perf_counter()
        add_commit(told, entry, journal.patch(entry.version))
        return (time.perf_counter() - began) * 1000

    told = history_of(journal)
    took_ms = [added_in_ms(told, n) for n in range(3000)]
    early, late = sorted(took_ms[:300])[150], sorted(took_ms[-300:])[150]

    assert late < 4 * early


def test_no_data_graph_and_no_default_graph_of_the_data_occurs_in_it(told, store):
    names = {row[0] for row in asked(told, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}

    assert all(name.startswith(BASE) for name in names)
    assert len(names) == 4
    assert asked(told, f"SELECT ?p {{ <{EXAMPLE}a> ?p ?o }}") == []
    assert not any("history" in str(q) for q in store.quads())
