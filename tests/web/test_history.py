"""The versions of the data over HTTP: what each commit was, and what lies between two of them."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat
from tests.history.conftest import noted
from tests.web.test_pages import Read, words

from cppcc_graph.errors import StoreBusy, TooManyChanges
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch, patch_text, read_patch
from cppcc_graph.web import create_app
from cppcc_graph.web.journals import Followed, changes

BASE = "https://w3id.org/cppcc-graph/"
GRAPH = f"{BASE}report/mingchuan-2033"
OTHER = f"{BASE}entities/places"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
HOSTILE = '<script>alert("&")</script>'
PAGES = ["/versions", "/versions?before=3", "/versions/1", "/versions/3", "/versions/0..3", "/versions/3..1"]


def quad(name: str, text: str, graph: str = GRAPH, *, predicate: str = LABEL) -> Quad:
    return Quad(
        NamedNode(f"{BASE}id/place/{name}"), NamedNode(predicate), Literal(text, language="en"), NamedNode(graph)
    )


FIRST = Patch(added=(quad("river", "River"), quad("hill", "Hill"), quad("hill", "Hill", OTHER)))
SECOND = Patch(removed=(quad("river", "River"),), added=(quad("river", "Great River"),))
THIRD = Patch(removed=(quad("hill", "Hill", OTHER),), added=(quad("mill", HOSTILE),))


@pytest.fixture
def three(kept_app: Flask, commit: Callable[..., None]) -> FlaskClient:
    """A client of a server whose data have been changed three times."""
    commit(FIRST, agent="local:hui", operation="load", message="the beginning")
    commit(SECOND, agent="curator", message=HOSTILE)
    commit(THIRD, agent="curator", operation="put")
    return kept_app.test_client()


def quads_of(text: str, rdf_format: RdfFormat) -> set[Quad]:
    return set(pyoxigraph.parse(text, format=rdf_format))


# --- which there were -----------------------------------------------------------------------------


def test_the_versions_are_listed_the_newest_first(three: FlaskClient) -> None:
    text = words(three.get("/versions", headers={"Accept": "text/html"}).text)

    assert "changed 3 times" in text
    assert text.index("Version 3") < text.index("Version 2") < text.index("Version 1")
    assert "2033-05-01 08:00:00 UTC local:hui files loaded the beginning 3 0" in text


def test_fifty_versions_are_on_a_page_and_the_others_follow(kept_app: Flask, commit: Callable[..., None]) -> None:
    for number in range(120):
        commit(Patch(added=(quad("river", f"name {number}"),)))
    client = kept_app.test_client()
    shown, address, at = [], "/versions", []
    while address:
        text = client.get(address, headers={"Accept": "text/html"}).text
        shown += re.findall(r">Version (\d+)<", text)
        at.append(address)
        address = next(iter(re.findall(r'<a href="([^"]+)">Earlier changes', text)), "")
    last = client.get(at[-1], headers={"Accept": "text/html"}).text

    assert shown == [str(number) for number in range(120, 0, -1)]
    assert at == ["/versions", "/versions?before=71", "/versions?before=21"]
    assert re.findall(r'<a href="([^"]+)">Later changes', last) == ["/versions?before=71"]


@pytest.mark.parametrize("before", ["0", "-1", "x", "1.5", "", "९", "9" * 30])
def test_a_page_before_what_is_no_version_is_a_mistake(three: FlaskClient, before: str) -> None:
    assert three.get("/versions", query_string={"before": before}).status_code == 400


def test_a_commit_is_there_as_soon_as_it_is_written(three: FlaskClient, commit: Callable[..., None]) -> None:
    before = three.get("/versions/4").status_code
    commit(Patch(added=(quad("well", "Well"),)))

    assert before == 404
    assert three.get("/versions/4").status_code == 200
    assert "changed 4 times" in three.get("/versions", headers={"Accept": "text/html"}).text


def test_without_a_journal_there_is_no_history(kept_app: Flask) -> None:
    for address in ("/versions", "/versions/1", "/versions/0..1"):
        answer = kept_app.test_client().get(address)

        assert (answer.status_code, answer.get_json()["type"]) == (404, f"{BASE}problems#no-history")


def test_a_server_without_a_folder_keeps_no_history() -> None:
    assert create_app(Settings(), EmbeddedStore()).test_client().get("/versions").status_code == 404


@pytest.mark.parametrize("address", ["/versions/4", "/versions/0", "/versions/0..4", "/versions/9..1"])
def test_a_version_that_never_was_is_not_found(three: FlaskClient, address: str) -> None:
    answer = three.get(address)

    assert (answer.status_code, answer.get_json()["type"]) == (404, f"{BASE}problems#unknown-version")


# --- one ------------------------------------------------------------------------------------------


def test_a_version_tells_who_when_why_and_what(three: FlaskClient) -> None:
    answer = three.get("/versions/3", headers={"Accept": "text/html"})
    text = words(answer.text)

    assert "Time 2033-05-01 10:00:00 UTC By curator Change graph replaced added 1 removed 1" in text
    assert "entities/places 0 it is gone" in text
    assert '<a href="/versions/3/graphs/report/mingchuan-2033">the graph then</a>' in answer.text
    assert '<a href="/versions/2..3">' in answer.text


def test_a_version_leads_to_its_neighbours(three: FlaskClient) -> None:
    links = three.get("/versions/2").headers["Link"]

    assert '</versions/1>; rel="predecessor-version"' in links
    assert '</versions/3>; rel="successor-version"' in links
    assert '</versions/3>; rel="latest-version"' in links
    assert '</versions>; rel="version-history"' in links
    assert "successor" not in three.get("/versions/3").headers["Link"]
    assert "predecessor" not in three.get("/versions/1").headers["Link"]


def test_a_version_is_told_in_rdf_as_the_history_dataset_tells_it(three: FlaskClient) -> None:
    turtle = quads_of(three.get("/versions/2?format=turtle").text, RdfFormat.TURTLE)
    trig = quads_of(three.get("/versions/2?format=trig").text, RdfFormat.TRIG)
    commit, prov = NamedNode(f"{BASE}history/commit/2"), "http://www.w3.org/ns/prov#"
    said = {quad.predicate.value: quad.object for quad in turtle if quad.subject == commit}

    assert said[f"{prov}wasAssociatedWith"] == NamedNode(f"{BASE}history/agent/curator")
    assert said["http://www.w3.org/2000/01/rdf-schema#comment"] == Literal(HOSTILE)
    assert turtle < trig
    assert {q.triple for q in trig - turtle} == {q.triple for q in (*SECOND.added, *SECOND.removed)}


@pytest.mark.parametrize("address", ["/versions", "/versions/2", "/versions/1..3"])
@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-quads"]
)
def test_history_is_negotiated(three: FlaskClient, address: str, media_type: str) -> None:
    answer = three.get(address, headers={"Accept": media_type})

    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert f'type="{media_type}"' in answer.headers["Link"]


def test_iris_of_versions_and_commits_lead_to_their_pages(three: FlaskClient) -> None:
    for path in ("version/2", "commit/2", "commit/2/change/1", "version/2/added/1"):
        answer = three.get(f"/history/{path}")

        assert (answer.status_code, answer.headers["Location"]) == (303, "/versions/2")


def test_the_iris_of_agents_and_of_the_beginning_lead_to_the_list(three: FlaskClient) -> None:
    for path in ("agent/curator", "agent/local%3Ahui", "version/0"):
        assert three.get(f"/history/{path}").headers["Location"] == "/versions"


# --- what lies between ----------------------------------------------------------------------------


def test_a_difference_is_shown_with_names(three: FlaskClient, commit: Callable[..., None]) -> None:
    commit(Patch(added=(quad("river", "Named", predicate=f"{BASE}id/place/river"),)))
    answer = three.get("/versions/3..4", headers={"Accept": "text/html"})

    assert f'<a href="/id/place/river" title="{BASE}id/place/river">Great River</a>' in answer.text
    assert "added Great River Great River Named en" in words(answer.text)


def test_what_is_gone_keeps_its_name_in_the_difference(three: FlaskClient, commit: Callable[..., None]) -> None:
    commit(Patch(removed=(quad("river", "Great River"),)))
    text = words(three.get("/versions/3..4", headers={"Accept": "text/html"}).text)

    assert "removed Great River" in text


def test_a_difference_goes_both_ways(three: FlaskClient) -> None:
    there = read_patch(three.get("/versions/0..3?format=patch").data)
    back = read_patch(three.get("/versions/3..0?format=patch").data)

    assert set(there.added) == {quad("river", "Great River"), quad("hill", "Hill"), quad("mill", HOSTILE)}
    assert (there.removed, set(back.removed), back.added) == ((), set(there.added), ())


def test_nothing_lies_between_a_version_and_itself(three: FlaskClient) -> None:
    assert three.get("/versions/2..2?format=patch").data == b""
    assert "The data are the same in both." in three.get("/versions/2..2?format=html").text


def test_the_patch_of_a_version_is_what_the_journal_holds(three: FlaskClient) -> None:
    for address in ("/versions/1..2?format=patch", "/versions/2?format=patch", "/versions/2?format=rdfp"):
        answer = three.get(address)

        assert (answer.mimetype, answer.data) == ("application/rdf-patch", patch_text(SECOND))


def test_a_long_difference_is_cut_on_the_page_and_whole_in_the_patch(
    kept_app: Flask, commit: Callable[..., None]
) -> None:
    many = Patch(added=tuple(quad(f"p{number}", "x", GRAPH if number % 2 else OTHER) for number in range(2_400)))
    commit(many)
    client = kept_app.test_client()
    text = client.get("/versions/0..1?format=html").text

    assert text.count('<th scope="row">') == 2_000
    assert "The first 2,000 of 2,400 triples are shown" in text
    assert len(read_patch(client.get("/versions/0..1?format=patch").data)) == 2_400


@pytest.mark.slow
def test_what_is_too_much_to_compare_is_refused_and_its_patch_is_not(kept_app: Flask, folder: Path) -> None:
    journal = Journal.open(folder)
    noted(journal, Patch(added=tuple(quad(f"p{number}", "x") for number in range(100_001))))
    noted(journal, SECOND)
    client = kept_app.test_client()
    refused = client.get("/versions/0..2?format=patch")

    assert (refused.status_code, refused.get_json()["type"]) == (503, f"{BASE}problems#too-many-changes")
    assert "100,00" in refused.get_json()["detail"]
    assert client.get("/versions/0..1?format=html").status_code == 503
    with client.get("/versions/0..1?format=patch") as whole:
        assert len(whole.data.splitlines()) == 100_001
    assert client.get("/versions/1?format=html").status_code == 200
    assert client.get("/versions?format=turtle").status_code == 200


def test_many_small_commits_are_too_much_as_well(kept_app: Flask, folder: Path) -> None:
    journal = Journal.open(folder)
    noted(journal, SECOND)
    entries = [replace(journal.entries[0], version=version) for version in range(1, 20_001)]
    many = Journal(folder, entries, [journal.end] * len(entries))

    with kept_app.test_request_context("/"), pytest.raises(TooManyChanges):
        changes(many, 0, 20_000)


def test_those_who_go_through_much_take_turns(folder: Path) -> None:
    followed, order = Followed(folder), []

    def go(name: str) -> None:
        with followed.turn(50_000):
            order.append(f"{name} begins")
            time.sleep(0.05)
            order.append(f"{name} ends")

    going = [threading.Thread(target=go, args=(name,)) for name in "ab"]
    for each in going:
        each.start()
    with followed.turn(100):
        order.append("a small one does not wait")
    for each in going:
        each.join()
    begun = [told for told in order if "wait" not in told]

    assert order.index("a small one does not wait") < 3
    assert [told.split()[1] for told in begun] == ["begins", "ends"] * 2


def test_when_many_wait_to_go_through_much_the_next_is_sent_away(folder: Path) -> None:
    followed, is_over = Followed(folder), threading.Event()

    def go() -> None:
        with followed.turn(50_000):
            is_over.wait(5)

    going = [threading.Thread(target=go) for _ in range(4)]
    for each in going:
        each.start()
    time.sleep(0.1)
    with pytest.raises(StoreBusy), followed.turn(50_000):
        pass
    is_over.set()
    for each in going:
        each.join()
    with followed.turn(50_000):
        pass


def test_every_link_of_the_history_leads_somewhere(three: FlaskClient, commit: Callable[..., None]) -> None:
    """Also to what is gone: that is told and not linked."""
    described = Quad(NamedNode(GRAPH), NamedNode(LABEL), Literal("The report", language="en"), NamedNode(GRAPH))
    commit(Patch(removed=(quad("hill", "Hill"), quad("mill", HOSTILE)), added=(described,)))
    waiting, seen = ["/versions"], {}
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen or not address.startswith("/") or "lang=" in address or "/static/" in address:
            continue
        answer = three.get(address, headers={"Accept": "text/html,*/*;q=0.5"}, follow_redirects=True)
        seen[address] = answer.status_code
        if address.startswith("/versions") and answer.mimetype == "text/html":
            waiting += [unescape(href) for href in re.findall(r'href="([^"]*)"', answer.text)]

    assert {address: status for address, status in seen.items() if status != 200} == {}
    assert len(seen) > 40
    assert "/id/place/river" in seen
    assert "/id/place/hill" not in seen


# --- for all of them ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*PAGES, "/versions/2?format=turtle", "/versions/0..2?format=patch"])
def test_who_has_an_answer_is_not_sent_it_again(three: FlaskClient, address: str) -> None:
    first = three.get(address, headers={"Accept": "text/html"})
    again = three.get(address, headers={"Accept": "text/html", "If-None-Match": first.headers["ETag"]})
    other = three.get(address, headers={"Accept": "text/html", "If-None-Match": '"x"'})

    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("address", ["/versions", "/versions/3"])
def test_a_new_commit_changes_what_knows_of_it(three: FlaskClient, commit: Callable[..., None], address: str) -> None:
    first = three.get(address, headers={"Accept": "text/html"})
    commit(Patch(added=(quad("well", "Well"),)))

    assert three.get(address, headers={"Accept": "text/html"}).headers["ETag"] != first.headers["ETag"]


def test_a_page_in_another_language_is_another_page(three: FlaskClient) -> None:
    tags = {
        three.get(f"/versions?lang={lang}", headers={"Accept": "text/html"}).headers["ETag"] for lang in ("en", "zh")
    }

    assert len(tags) == 2


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_whole_and_run_nothing_inline(three: FlaskClient, address: str, language: str) -> None:
    answer = three.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    read = Read(answer.text)
    identifiers = read.values("id")

    assert read.values("lang", "html") == [language]
    assert (read.open, read.wrongly_closed) == ([], [])
    assert [attrs for tag, attrs in read.tags if tag == "script" and "src" not in attrs] == []
    assert all(href.startswith("/static/") for href in read.values("src"))
    assert len(identifiers) == len(set(identifiers))
    assert [attrs for tag, attrs in read.tags if tag == "th" and "scope" not in attrs] == []


def test_a_journal_that_was_cut_off_is_followed(three: FlaskClient, folder: Path) -> None:
    three.get("/versions")
    journal = Journal.open(folder)
    with (folder / "journal").open("r+b") as file:
        file.truncate(journal._ends[1])

    assert "changed 2 times" in three.get("/versions", headers={"Accept": "text/html"}).text
