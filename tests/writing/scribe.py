"""Somebody who writes without end, keeps a ledger of what was answered, and knows what the data must be."""

import http.client
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.workers.server import Reply
from tests.writing.curator import GRAPHS, TRIG, TURTLE, UPDATE, Curator, address

EX = "http://example.org/"
COUNT, NOTE = f"{EX}count", f"{EX}note"
Triples: TypeAlias = frozenset[tuple[str, str, str]]
State: TypeAlias = dict[str, Triples]
"""Each graph by the last part of its name; one without triples is not among them."""
NOTHING: Triples = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """One request, and what the data must be after it."""

    method: str
    path: str
    body: str
    media_type: str
    after: State


@dataclass(slots=True)
class Ledger:
    """
    What became of the changes, by their messages.

    Attributes:
        committed: Version of each that was acknowledged.
        unanswered: Those whose answer was lost, or said that it is not known.
        refused: Those whose answer said that nothing has changed, with status and kind.
    """

    committed: dict[str, int] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Scribe:
    """
    Writes to graphs of its own.

    Attributes:
        name: Distinguishes its graphs and messages.
        state: What its graphs must hold.
        doubt: What they hold instead if the last change was carried out after all.
    """

    name: str
    curator: Curator
    chance: random.Random
    ledger: Ledger
    state: State = field(default_factory=dict)
    doubt: State | None = None
    n_sent: int = 0

    def write(self) -> None:
        """One change, not the first of its kind."""
        self.n_sent += 1
        message = f"{self.name}.{self.n_sent}"
        wish = self._wish(self.n_sent)
        try:
            path = wish.path + ("&" if "?" in wish.path else "?") + f"message={message}"
            reply = self.curator.send(wish.method, path, wish.body, wish.media_type)
        except (OSError, http.client.HTTPException):
            self._doubts(message, wish)
            return
        if reply.status in (201, 204):
            self.ledger.committed[message] = int(reply.headers["data-version"])
            self.state = wish.after
        elif _kind_of(reply) == "write-interrupted":
            self._doubts(message, wish)
        else:
            self.ledger.refused[message] = f"{reply.status} {_kind_of(reply) or reply.body[:200]!r}"

    def _doubts(self, message: str, wish: Wish) -> None:
        self.ledger.unanswered.append(message)
        self.doubt = wish.after

    def settle(self, actual: State) -> None:
        """*actual* is what the graphs hold: what they must, or all of the change whose answer was lost."""
        if self.doubt is not None and actual == self.doubt:
            self.state = self.doubt
        self.doubt = None
        assert actual == self.state, f"{self.name}: {told(actual)} instead of {told(self.state)}"

    def graph(self, part: str) -> str:
        """The name of one of its graphs."""
        return f"{GRAPHS}{self.name}-{part}"

    def _wish(self, n: int) -> Wish:
        wishes: tuple[Callable[[int], Wish], ...] = (
            self._bump,
            self._bump,
            self._move,
            self._put,
            self._post,
            self._patch,
            self._delete,
            self._publish,
        )
        return self.chance.choice(wishes)(n)

    def _changed(self, **parts: Triples) -> State:
        state = {**self.state, **parts}
        return {part: triples for part, triples in state.items() if triples}

    def _bump(self, n: int) -> Wish:
        """A number in two graphs, which no reader may ever see differ."""
        new = (f"{EX}{self.name}", COUNT, str(n))
        after = {part: _without(self.state.get(part, NOTHING), COUNT) | {new} for part in ("a", "b")}
        a, b, s = self.graph("a"), self.graph("b"), f"<{EX}{self.name}> <{COUNT}>"
        text = (
            f"DELETE {{ GRAPH ?g {{ {s} ?n }} }} WHERE {{ GRAPH ?g {{ {s} ?n }} }} ;\n"
            f'INSERT DATA {{ GRAPH <{a}> {{ {s} "{n}" }} GRAPH <{b}> {{ {s} "{n}" }} }}'
        )
        return Wish("POST", "/sparql", text, UPDATE, self._changed(**after))

    def _move(self, n: int) -> Wish:
        """All notes of one graph into another, and a new one."""
        notes = frozenset(t for t in self.state.get("c", NOTHING) if t[1] == NOTE)
        new = _note(n)
        c, b = self.graph("c"), self.graph("b")
        text = (
            f"DELETE {{ GRAPH <{c}> {{ ?s <{NOTE}> ?o }} }} INSERT {{ GRAPH <{b}> {{ ?s <{NOTE}> ?o }} }} "
            f"WHERE {{ GRAPH <{c}> {{ ?s <{NOTE}> ?o }} }} ;\nINSERT DATA {{ GRAPH <{b}> {{ {_turtle([new])} }} }}"
        )
        b_after = self.state.get("b", NOTHING) | notes | {new}
        return Wish("POST", "/sparql", text, UPDATE, self._changed(c=self.state.get("c", NOTHING) - notes, b=b_after))

    def _put(self, n: int) -> Wish:
        new = frozenset(_note(n, k) for k in range(self.chance.randint(1, 40)))
        return Wish("PUT", self._path("c"), _turtle(new), TURTLE, self._changed(c=new))

    def _post(self, n: int) -> Wish:
        new = frozenset(_note(n, k) for k in range(self.chance.randint(1, 10)))
        return Wish("POST", self._path("c"), _turtle(new), TURTLE, self._changed(c=self.state.get("c", NOTHING) | new))

    def _patch(self, n: int) -> Wish:
        new = frozenset({_note(n, 1), _note(n, 2)})
        text = f"DELETE WHERE {{ ?s <{NOTE}> ?o }} ; INSERT DATA {{ {_turtle(new)} }}"
        return Wish("PATCH", self._path("c"), text, UPDATE, self._changed(c=new))

    def _delete(self, n: int) -> Wish:
        if "c" not in self.state:
            return self._put(n)
        return Wish("DELETE", self._path("c"), "", "", self._changed(c=NOTHING))

    def _publish(self, n: int) -> Wish:
        """Two graphs at once, one of them new."""
        c = frozenset(_note(n, k) for k in range(5))
        d = frozenset({(f"{EX}{self.name}", NOTE, str(n))})
        text = f"<{self.graph('c')}> {{ {_turtle(c)} }} <{self.graph('d')}> {{ {_turtle(d)} }}"
        return Wish("POST", "/publish", text, TRIG, self._changed(c=c, d=d))

    def _path(self, part: str) -> str:
        return address("/graphs", graph=self.graph(part))


def states_of(curator: Curator, scribes: list[Scribe]) -> dict[str, State]:
    """What the graphs of each hold, in one answer of a server."""
    query = f'SELECT * {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPHS}")) }}'
    return stated(((row["g"], row["s"], row["p"], row["o"]) for row in curator.rows(query)), scribes)


def stated(quads: Iterable[tuple[str, str, str, str]], scribes: list[Scribe]) -> dict[str, State]:
    """Quads as texts, by scribe and graph."""
    found: dict[str, dict[str, set[tuple[str, str, str]]]] = {scribe.name: {} for scribe in scribes}
    for graph, *triple in quads:
        name, _, part = graph.removeprefix(GRAPHS).rpartition("-")
        if name in found:
            found[name].setdefault(part, set()).add((triple[0], triple[1], triple[2]))
    return {name: {part: frozenset(some) for part, some in parts.items()} for name, parts in found.items()}


def told(state: State) -> str:
    """A state in short."""
    return ", ".join(f"{part}: {len(triples)} {sorted(triples)[:2]}" for part, triples in sorted(state.items()))


def _note(n: int, k: int = 0) -> tuple[str, str, str]:
    return f"{EX}{k}", NOTE, str(n)


def _without(triples: Triples, predicate: str) -> Triples:
    return frozenset(t for t in triples if t[1] != predicate)


def _turtle(triples: Iterable[tuple[str, str, str]]) -> str:
    return " ".join(f'<{s}> <{p}> "{o}" .' for s, p, o in triples)


def _kind_of(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["type"]).partition("#")[2]
    except (ValueError, KeyError, TypeError):
        return ""
