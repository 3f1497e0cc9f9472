"""
Every rule, broken through every way in: refused with the rule in the report, and nothing is changed. What keeps the
rules is accepted by the same ways, and seen.

``CPPCC_CHANGES`` sets how many of each the long run sends (1000), ``CPPCC_SEED`` which ones (1).
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import DCTERMS, RDF, SH, Graph
from tests.shapes.conftest import HERE as CASES
from tests.shapes.conftest import patched
from tests.workers.server import Reply, Server, say
from tests.writing.curator import GRAPHS, TRIG, TURTLE, UPDATE, Curator, address, cppcc, version_of

from cppcc_graph.validation.blank_nodes import RULE

pytestmark = pytest.mark.filterwarnings("ignore")  # rdflib warns of ill-typed literals, of which there are many here

N_CHANGES = int(os.environ.get("CPPCC_CHANGES", "1000"))
SEED = int(os.environ.get("CPPCC_SEED", "1"))
CASE, NOTES = f"{GRAPHS}case", f"{GRAPHS}notes"
JSON, REPORT = "application/problem+json", "text/turtle"
INVALID = sorted(CASES.glob("*/invalid.*.ttl"))
BY_FOLDER = {folder: sorted(folder.glob("invalid.*.ttl")) for folder in sorted({path.parent for path in INVALID})}
Lines = frozenset[str]


def lines_of(path: Path) -> Lines:
    """A case as N-Triples, its literals as the engine writes them: 204, of whatever type of integer, is one number."""
    engine = pyoxigraph.Store()
    engine.load(patched(path).serialize(format="nt").encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return frozenset(f"{quad.triple} ." for quad in engine)


def rule_of(path: Path) -> str:
    return path.name.split(".")[1]


@dataclass(frozen=True, slots=True)
class Change:
    """One request that makes the graph of the case another one."""

    method: str
    path: str
    body: str
    media_type: str


def put(_old: Lines, new: Lines) -> Change | None:
    return Change("PUT", address("/graphs", graph=CASE), "\n".join(new), TURTLE)


def publish(_old: Lines, new: Lines) -> Change | None:
    return Change("POST", "/publish", trig(CASE, new), TRIG)


def trig(graph: str, lines: Lines) -> str:
    return f"<{graph}> {{\n" + "\n".join(lines) + "\n}\n"


def update(old: Lines, new: Lines) -> Change | None:
    parts = [("DELETE", old - new), ("INSERT", new - old)]
    text = " ;\n".join(f"{verb} DATA {{ GRAPH {trig(CASE, some)} }}" for verb, some in parts if some)
    return Change("POST", "/sparql", text, UPDATE)


def patch(old: Lines, new: Lines) -> Change | None:
    parts = [("DELETE", old - new), ("INSERT", new - old)]
    text = " ;\n".join(f"{verb} DATA {{\n" + "\n".join(some) + "\n}" for verb, some in parts if some)
    return Change("PATCH", address("/graphs", graph=CASE), text, UPDATE)


def post(old: Lines, new: Lines) -> Change | None:
    """Only what is added; a case that takes away goes another way."""
    if old - new:
        return None
    return Change("POST", address("/graphs", graph=CASE), "\n".join(new - old), TURTLE)


def multipart(old: Lines, new: Lines) -> Change | None:
    """The same as two files of a form."""
    if old - new:
        return None
    some = sorted(new - old)
    files = ["\n".join(some[::2]), "\n".join(some[1::2])]
    body = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="f{n}"; filename="f{n}.nt"\r\n'
        f"Content-Type: application/n-triples\r\n\r\n{text}\r\n"
        for n, text in enumerate(files)
    )
    return Change("POST", address("/graphs", graph=CASE), f"{body}--edge--\r\n", "multipart/form-data; boundary=edge")


WAYS: dict[str, Callable[[Lines, Lines], Change | None]] = {
    "put": put,
    "publish": publish,
    "update": update,
    "patch": patch,
    "post": post,
    "multipart": multipart,
}


@dataclass
class Door:
    """A server's front door, and what has come through."""

    curator: Curator
    folder: Path
    chance: random.Random
    held: Lines = frozenset()
    valid: Lines = frozenset()
    version: int = 1
    tally: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def send(self, change: Change, accept: str = JSON, **more: str) -> Reply:
        """The change; *more* are parameters of its address."""
        path = change.path
        if more:
            path += ("&" if "?" in path else "?") + "&".join(f"{name}={value}" for name, value in more.items())
        return self.curator.send(change.method, path, change.body, change.media_type, {"Accept": accept})

    def change_to(self, new: Lines, way: str) -> Change:
        """By *way*, or by PUT where that way cannot."""
        made = WAYS[way](self.held, new) or put(self.held, new)
        assert made is not None
        return made

    def hold(self, new: Lines, way: str, *, is_tried: bool) -> None:
        """A change that keeps the rules; tried before, if so wished."""
        if new == self.held:
            return
        change = self.change_to(new, way)
        if is_tried:
            tried = self.send(change, validate="only")
            told = json.loads(tried.body) if tried.status == 200 else {}
            if tried.status != 200 or not told["conforms"] or told["added"] != len(new - self.held):
                self.wrong.append(f"{way}, only tried: {tried.status} {tried.body[:300]!r}")
            self._is_unchanged(f"{way}, only tried")
        reply = self.send(change)
        if reply.status not in (201, 204):
            self.wrong.append(f"{way} of what conforms: {reply.status} {reply.body[:600]!r}")
            return
        self.tally[f"accepted by {way}"] += 1
        self.held, self.version = new, self.version + 1
        if int(reply.headers["data-version"]) != self.version:
            self.wrong.append(f"version {reply.headers['data-version']} instead of {self.version}")
        self._is_unchanged(way)

    def refuse(self, path: Path, way: str, *, accept: str, is_tried: bool) -> None:
        """A case that breaks a rule."""
        rule, name, new = rule_of(path), f"{path.parent.name}/{path.name} by {way}", lines_of(path)
        if new == self.valid:
            self.tally["the same to the engine as what conforms"] += 1
            return
        change = self.change_to(new, way)
        replies = [self.send(change, accept, validate="only")] if is_tried else []
        replies.append(self.send(change, accept))
        for reply in replies:
            rules = rules_in(reply, accept) if reply.status == 422 else set()
            if rule not in rules:
                self.wrong.append(f"{name}: {reply.status} {sorted(rules)} {reply.body[:300]!r}")
            self.tally["refused, with its rule alone" if rules == {rule} else "refused, with others too"] += 1
        if len({tuple(sorted(rules_in(reply, accept))) for reply in replies if reply.status == 422}) > 1:
            self.wrong.append(f"{name}: only tried, it says something else")
        self.tally[f"refused by {way}"] += 1
        self._is_unchanged(name)

    def _is_unchanged(self, name: str) -> None:
        answered = self.curator.ask(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{CASE}> {{ ?s ?p ?o }} }}")
        n = int(json.loads(answered.body)["results"]["bindings"][0]["n"]["value"])
        if (n, version_of(answered)) != (len(self.held), self.version):
            self.wrong.append(f"{name}: {n} triples of version {version_of(answered)}, not {len(self.held)}")


def rules_in(reply: Reply, accept: str) -> set[str]:
    """Numbers of the rules that a refusal names."""
    if accept == JSON:
        return {found["rule"] for found in json.loads(reply.body)["findings"]}
    graph = Graph().parse(data=reply.body, format="turtle")
    assert (None, RDF.type, SH.ValidationReport) in graph
    return {str(number) for number in graph.objects(None, DCTERMS.identifier)}


def chosen(n: int, chance: random.Random) -> Iterator[tuple[Path, list[tuple[Path, str]]]]:
    """Folder by folder, its cases with a way for each: every rule at least once if *n* allows, all ways in turn."""
    if n >= len(INVALID):
        turns = -(-n // len(INVALID))
        cases = [(path, way) for path in INVALID for way in chance.sample(list(WAYS), min(turns, len(WAYS)))]
    else:
        cases = [(path, chance.choice(list(WAYS))) for path in chance.sample(INVALID, n)]
    for folder in BY_FOLDER:
        yield folder, [(path, way) for path, way in cases if path.parent == folder]


def sent(server: Server, folder: Path, token: str, n: int) -> Door:
    """*n* changes that break rules, and as many that keep them."""
    curator, chance = Curator(server.port, token), random.Random(SEED)
    door = Door(curator, folder, chance)
    for case_folder, cases in chosen(n, chance):
        if not cases:
            continue
        valid = door.valid = lines_of(case_folder / "valid.ttl")
        door.hold(valid, chance.choice(("put", "publish")), is_tried=True)
        for number, (path, way) in enumerate(cases):
            door.refuse(path, way, accept=(JSON, REPORT)[number % 2], is_tried=number % 4 == 0)
            noted = frozenset(
                f'<http://example.org/{k}> <http://example.org/note> "{number}" .' for k in range(number % 7 + 1)
            )
            door.hold(valid | noted, list(WAYS)[number % len(WAYS)], is_tried=number % 5 == 0)
    curator.close()
    return door


@pytest.mark.slow
def test_changes_that_break_rules_are_refused_and_those_that_do_not_are_seen(server, folder, token, capsys):
    door = sent(server, folder, token, 60)
    with capsys.disabled():
        say(f"\n{dict(sorted(door.tally.items()))}")

    assert door.wrong == []


@pytest.mark.long
def test_a_thousand_changes_of_each_kind_have_the_right_verdict(server, folder, token, capsys):
    door = sent(server, folder, token, N_CHANGES)
    with capsys.disabled():
        say(f"\n{dict(sorted(door.tally.items()))}\n{len(door.wrong)} wrong")
        say("\n".join(door.wrong[:40]))

    assert door.wrong == []
    checked = cppcc("check", "--store", folder, timeout_s=600)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_graph_that_others_need_is_not_removed(curator):
    path = address("/graphs", graph="https://w3id.org/cppcc-graph/entities/organisations")
    replies = [curator.send("DELETE", path + more, headers={"Accept": JSON}) for more in ("&validate=only", "")]

    assert [reply.status for reply in replies] == [422, 422]
    assert json.loads(replies[0].body)["findings"] == json.loads(replies[1].body)["findings"]
    assert curator.send("GET", path, headers={"Accept": "text/turtle"}).status == 200


@pytest.mark.slow
@pytest.mark.parametrize("way", ["put", "publish", "update"])
def test_blank_nodes_are_refused_by_every_way(way, curator):
    nameless = frozenset({'_:somebody <http://example.org/note> "1" .'})
    change = WAYS[way](frozenset(), nameless)
    assert change is not None
    replies = [
        curator.send(change.method, change.path + more, change.body, change.media_type, {"Accept": JSON})
        for more in ("?validate=only" if "?" not in change.path else "&validate=only", "")
    ]

    assert [reply.status for reply in replies] == [422, 422]
    assert [rules_in(reply, JSON) for reply in replies] == [{RULE}, {RULE}]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["publish", "load"])
def test_commands_refuse_what_breaks_a_rule_and_leave_the_folder_as_it_was(command, folder, tmp_path):
    path = random.Random(SEED).choice([case for case in INVALID if case.parent.name == "event"])
    data = tmp_path / "case.trig"
    data.write_text(trig(CASE, lines_of(path)), encoding="utf-8")
    before = (folder / "journal").read_bytes()
    done = cppcc(command, "--store", folder, data)

    assert done.returncode == 1
    assert rule_of(path) in done.stderr + done.stdout
    assert (folder / "journal").read_bytes() == before


@pytest.mark.slow
def test_a_command_that_sends_to_a_server_tells_the_rule(server, token, tmp_path):
    path = random.Random(SEED).choice([case for case in INVALID if case.parent.name == "event"])
    data = tmp_path / "case.trig"
    data.write_text(trig(CASE, lines_of(path)), encoding="utf-8")
    done = cppcc("publish", "--server", f"http://127.0.0.1:{server.port}", data, CPPCC_TOKEN=token)

    assert done.returncode == 1
    assert rule_of(path) in done.stderr + done.stdout
