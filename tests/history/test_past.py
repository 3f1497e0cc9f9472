"""Earlier versions, found by going back."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.history.conftest import EXAMPLE, adding, committed, noted, quad

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.past import dataset_at, diff, graph_at, version_at
from cppcc_graph.store.patch import Patch

GRAPHS = ("g", "other", "third")


@pytest.fixture
def states(journal, store):
    """What the store held at each version, from 0 on; the journal takes it from one to the next at random."""
    chance = random.Random(7)  # no secret
    store.apply(adding(quad("x", "0"), quad("x", "b", "other", blank=True)))
    told = [set(store.quads())]
    for _ in range(30):
        universe = [quad("x", str(n), graph, blank=n % 3 == 0) for n in range(6) for graph in GRAPHS]
        here = set(store.quads())
        chosen = chance.sample(universe, 7)
        come, go = [q for q in chosen if q not in here], [q for q in chosen if q in here]
        committed(journal, store, Patch(added=tuple(come), removed=tuple(go)))
        told.append(set(store.quads()))
    return told


def applied(patch, quads):
    assert not set(patch.added) & quads
    assert set(patch.removed) <= quads
    return (quads - set(patch.removed)) | set(patch.added)


def test_a_difference_leads_from_any_version_to_any_other(states, journal):
    for before in range(0, 31, 3):
        for after in range(31):
            assert applied(diff(journal, before, after), states[before]) == states[after]


def test_differences_compose(states, journal):
    assert diff(journal, 4, 9).then(diff(journal, 9, 17)).added == diff(journal, 4, 17).added
    assert set(diff(journal, 4, 9).then(diff(journal, 9, 4)).added) == set()
    assert diff(journal, 9, 9) == Patch()
    assert len(states) == 31


def test_a_difference_of_one_graph_is_of_that_graph(states, journal):
    patch = diff(journal, 2, 25, graph_iri=f"{EXAMPLE}other")

    assert patch.graphs == [f"{EXAMPLE}other"]
    own = {q for q in states[25] if q.graph_name.value == f"{EXAMPLE}other"}
    assert {q for q in applied(patch, states[2]) if q.graph_name.value == f"{EXAMPLE}other"} == own


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_graph_is_what_it_was(states, store, journal, graph):
    for version, state in enumerate(states):
        expected = {q.triple for q in state if q.graph_name.value == EXAMPLE + graph}
        found = graph_at(store, journal, EXAMPLE + graph, version)

        assert set(found) == expected
        assert len(found) == len(expected)


def test_everything_is_what_it_was_with_the_hash_that_it_had(states, store, journal):
    for version in (0, 1, 17, 30):
        past = dataset_at(store, journal, version)

        assert set(past.quads()) == states[version]
        assert past.number == version
        assert version == 0 or past.version() == journal.entries[version - 1].commit.data_version


def test_a_graph_that_never_was_is_empty(states, store, journal):
    assert graph_at(store, journal, "https://example.org/nothing", len(states) - 2) == []


@pytest.mark.parametrize(("before", "after"), [(-1, 3), (0, 32), (32, 0)])
def test_a_version_that_is_not_there_is_an_error(states, journal, before, after):
    assert len(states) == 31
    with pytest.raises(ValueError, match="there is no version"):
        diff(journal, before, after)


def test_commits_of_other_graphs_are_not_read_for_one(journal, store):
    committed(journal, store, adding(quad("a", "one")))
    committed(journal, store, adding(quad("b", "two", "other")))
    whole = bytearray((journal.folder / "journal").read_bytes())
    whole[-3] ^= 1
    (journal.folder / "journal").write_bytes(whole)

    assert graph_at(store, journal, f"{EXAMPLE}g", 0) == []
    with pytest.raises(StoreUnavailable, match="version 2"):
        graph_at(store, journal, f"{EXAMPLE}other", 0)


def test_a_moment_has_the_version_that_was_the_last_one_then(journal):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for hour in range(3):
        noted(journal, adding(quad("a", str(hour))), now=noon + timedelta(hours=hour))

    assert version_at(journal, noon - timedelta(microseconds=1)) is None
    assert version_at(journal, noon) == 1
    assert version_at(journal, noon + timedelta(minutes=119)) == 2
    assert version_at(journal, noon + timedelta(days=400)) == 3


def test_without_commits_no_moment_has_a_version(journal):
    assert version_at(journal, datetime.now(UTC)) is None
    assert graph_at(EmbeddedStore(), journal, f"{EXAMPLE}g", 0) == []
