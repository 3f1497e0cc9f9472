"""The gate over a small store with two rules of its own: what passes, what does not, and what is left of either."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from cppcc_graph.errors import NotGranted, Outdated, StoreUnavailable, UnknownVersion, UpdateFailed
from cppcc_graph.formats import N_QUADS, TRIG, TURTLE
from cppcc_graph.grants import Grant
from cppcc_graph.repository import locked
from cppcc_graph.store.base import Document, GraphWrite, QueryRequest, UpdateRequest
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.proposal import DatasetWrite, GraphRemoval, Proposal, Reversal
from cppcc_graph.terms import BASE

pytestmark = pytest.mark.slow

EX = "http://example.org/"
SHAPES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <{EX}> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix ont: <{BASE}ontology#> .
<{BASE}shapes/small> {{
  ex:Named a sh:NodeShape ; dcterms:identifier "R1" ; sh:targetClass ex:Thing ; sh:severity sh:Violation ;
    sh:message "命名"@zh, "Name it."@en ; sh:property ex:Named-label .
  ex:Named-label a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:message "命名"@zh, "Name it."@en .
  ex:Advised a sh:NodeShape ; dcterms:identifier "R2" ; sh:targetClass ex:Thing ; sh:severity sh:Warning ;
    sh:property ex:Advised-note .
  ex:Advised-note a sh:PropertyShape ; sh:path ex:note ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:message "备注"@zh, "Add a note."@en .
}}
<{EX}g> {{ ex:one a ex:Thing ; rdfs:label "一"@zh ; ex:note "n" . }}
"""
PREFIX = f"PREFIX ex: <{EX}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


class Told:
    """Who listens to a proposal."""

    def __init__(self):
        self.words = []

    def takes_long(self, n_focus_nodes):
        self.words.append(("long", n_focus_nodes))

    def commits(self):
        self.words.append(("commits",))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def gate(folder):
    gate = locked(folder)
    dataset = Document(content=SHAPES.encode(), format=TRIG)
    gate.propose(Proposal(asked=DatasetWrite(document=dataset), operation="load", agent="local:test"))
    yield gate
    gate.close()


def update(text, **more):
    return Proposal(asked=UpdateRequest(update=PREFIX + text), operation="update", agent="anna", **more)


GOOD = "INSERT DATA { GRAPH ex:g { ex:two a ex:Thing ; rdfs:label 'two'@en ; ex:note 'n' } }"
BAD = "INSERT DATA { GRAPH ex:g { ex:two a ex:Thing } }"
LAX = "INSERT DATA { GRAPH ex:g { ex:two a ex:Thing ; rdfs:label 'two'@en } }"


def state(gate):
    return gate.version, gate.store.version(), gate.store.graphs(), len(gate.journal.entries), gate.store.number


def test_a_change_that_conforms_is_a_version_with_who_and_why(gate, folder):
    verdict = gate.propose(update(GOOD, message="for the tests"))

    assert (verdict.version, verdict.is_committed, verdict.counts) == (2, True, {EX + "g": (3, 0)})
    [_first, entry] = Journal.read(folder).entries
    assert (entry.commit.agent, entry.commit.operation, entry.commit.message) == ("anna", "update", "for the tests")
    assert (entry.n_added, entry.commit.data_version) == (3, gate.store.version())
    assert gate.store.number == 2


def test_a_change_that_does_not_conform_leaves_no_trace(gate, folder):
    before, size = state(gate), (folder / "journal").stat().st_size
    verdict = gate.propose(update(f"{GOOD} ; {BAD.replace('two', 'three')}"))

    assert (verdict.conforms, verdict.is_committed, verdict.version) == (False, False, 1)
    assert [(found["rule"], found["focus"]) for found in verdict.findings if found["severity"] == "Violation"] == [
        ("R1", EX + "three")
    ]
    assert (state(gate), (folder / "journal").stat().st_size) == (before, size)


def test_a_warning_stops_nothing_and_is_told(gate):
    verdict = gate.propose(update(LAX))

    assert (verdict.is_committed, [found["rule"] for found in verdict.findings]) == (True, ["R2"])


def test_the_report_is_the_standards_own_with_rule_and_both_languages(gate):
    verdict = gate.propose(update(BAD))
    triples = {quad.triple for quad in parse(verdict.report, format=RdfFormat.N_TRIPLES)}
    said = {(t.predicate.value.rpartition("#")[2].rpartition("/")[2], str(t.object)) for t in triples}

    assert ("conforms", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>') in said
    assert {("resultMessage", '"命名"@zh'), ("resultMessage", '"Name it."@en'), ("identifier", '"R1"')} <= said


@pytest.mark.parametrize(("text", "conforms"), [(GOOD, True), (BAD, False)])
def test_a_dry_run_tells_what_would_happen_and_changes_nothing(gate, text, conforms):
    before = state(gate)
    verdict = gate.propose(update(text, is_dry_run=True))

    assert (verdict.conforms, verdict.is_committed, verdict.version) == (conforms, False, 1)
    assert state(gate) == before
    assert gate.propose(update(text)).conforms is conforms


def test_a_change_that_changes_nothing_is_no_version(gate):
    verdict = gate.propose(update("INSERT DATA { GRAPH ex:g { ex:one a ex:Thing } }"))

    assert (verdict.is_committed, verdict.version) == (False, 1)


def test_a_change_for_other_data_is_refused_before_anything_is_done(gate):
    gate.propose(update(GOOD, expected=(1,)))

    with pytest.raises(Outdated) as caught:
        gate.propose(update(LAX.replace("two", "three"), expected=(1,)))
    assert (caught.value.version, gate.version) == (2, 2)
    assert gate.propose(update(LAX.replace("two", "three"), expected=(7, 2))).is_committed


def test_a_grant_reaches_its_graphs_and_no_others(gate):
    narrow = Grant(name="anna", graphs=(EX + "g",))
    before = state(gate)

    with pytest.raises(NotGranted):
        gate.propose(update(f"{GOOD} ; INSERT DATA {{ GRAPH ex:h {{ ex:x ex:y 1 }} }}", grant=narrow))
    assert state(gate) == before
    assert gate.propose(update(GOOD, grant=narrow)).is_committed


def test_an_update_that_fails_in_the_middle_undoes_what_it_began(gate):
    before = state(gate)

    with pytest.raises(UpdateFailed):
        gate.propose(update(f"{GOOD} ; DROP GRAPH ex:nowhere"))
    assert state(gate) == before


def test_nameless_things_are_refused_in_the_data_and_offered_with_names(gate):
    document = Document(content=b"[] <x:p> [ <x:q> 1 ] .", format=TURTLE)
    asked = GraphWrite(graph_iri=EX + "b", documents=(document,), is_replacing=True)
    verdict = gate.propose(Proposal(asked=asked, operation="put", agent="anna", is_dry_run=True))
    named = Document(content=verdict.skolemised.encode(), format=N_QUADS)

    assert [found["rule"] for found in verdict.findings] == ["R236", "R236"]
    again = gate.propose(Proposal(asked=DatasetWrite(document=named), operation="publish", agent="anna"))
    assert (again.is_committed, again.counts) == (True, {EX + "b": (2, 0)})


def test_the_way_back_is_a_version_too_and_is_judged(gate):
    first = gate.store.version()
    gate.propose(update(GOOD))
    gate.propose(Proposal(asked=GraphRemoval(graph_iri=EX + "g"), operation="delete", agent="anna"))
    verdict = gate.propose(Proposal(asked=Reversal(version=1), operation="revert", agent="ben"))

    assert (verdict.version, gate.store.version()) == (4, first)
    with pytest.raises(UnknownVersion):
        gate.propose(Proposal(asked=Reversal(version=9), operation="revert", agent="ben"))


def test_changed_shapes_judge_all_data_and_then_every_change(gate):
    strict = "DELETE DATA { GRAPH <%s> { ex:Advised-note <%s> <%s> } }"
    severity, warning = "http://www.w3.org/ns/shacl#severity", "http://www.w3.org/ns/shacl#Warning"
    gate.propose(update(LAX))
    refused = gate.propose(update(strict % (BASE + "shapes/small", severity, warning)))
    gate.propose(update("INSERT DATA { GRAPH ex:g { ex:two ex:note 'n' } }"))
    accepted = gate.propose(update(strict % (BASE + "shapes/small", severity, warning)))

    assert (refused.conforms, accepted.is_committed) == (False, True)
    assert not gate.propose(update(LAX.replace("two", "three"))).conforms


def test_nothing_is_committed_unless_the_disk_has_it(gate, folder):
    before = state(gate)
    (folder / "journal").rename(folder / "gone")
    (folder / "journal").mkdir()

    with pytest.raises(StoreUnavailable):
        gate.propose(update(GOOD))
    assert state(gate) == before


def test_who_asked_is_told_of_a_long_judgement_and_of_the_moment_of_no_return(gate, monkeypatch):
    monkeypatch.setattr("cppcc_graph.gate.MANY_FOCUS_NODES", 0)
    told, waiting = Told(), Told()
    gate.propose(update(GOOD, may_wait=True), told)
    gate.propose(update(GOOD.replace("two", "three")), waiting)

    assert (told.words, waiting.words) == ([("long", 1), ("commits",)], [("commits",)])


def test_history_and_data_tell_of_each_commit_at_once(gate):
    gate.propose(update(GOOD, message="为什么"))
    query = "SELECT ?why { ?commit <http://www.w3.org/2000/01/rdf-schema#comment> ?why }"

    answer = gate.store.history.answer(QueryRequest(query=query))
    assert "为什么".encode() in answer.body


def test_what_others_committed_is_caught_up_with(gate, folder):
    gate.close()
    other = locked(folder)
    other.propose(update(GOOD))
    other.close()
    gate.catch_up()

    assert (gate.version, gate.store.number) == (2, 2)
    assert gate.store.version() == other.store.version()
    two = Quad(
        NamedNode(EX + "two"),
        NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
        Literal("two", language="en"),
        NamedNode(EX + "g"),
    )
    assert two in set(gate.store.quads(EX + "g"))
