"""
What a mistake in the data would meet: 300 seeded mutants, each judged by `verify`, the questions and the shapes.

A mutant is one mistake that a curator could make. It is killed when a check that passes on the published data fails
on it. Candidates are ranked by a hash of what they change, so that an edit of the data exchanges few of the mutants.
Every survivor stands in ``survivors.approved.txt``, with the reason why no check tells it from the truth.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Triple

from cppcc_graph.converter import graph_of, to_rdflib
from cppcc_graph.questions import questions
from cppcc_graph.sources import Loaded
from cppcc_graph.terms import BASE, shorten
from cppcc_graph.validation import validate
from cppcc_graph.verify.evidence import read_reports
from cppcc_graph.verify.texts import read_text
from cppcc_graph.verify.verification import verify_report

SEED = "mutants of cppcc-graph"
COUNTS = {
    "delete triple": 60,
    "delete node": 40,
    "value": 40,
    "unit": 30,
    "bound": 20,
    "owner": 50,
    "date": 15,
    "span": 45,
}
LEAST_KILLED = 0.95
APPROVED = Path(__file__).parent / "survivors.approved.txt"
NO_REASON = "?"

CPPCC = f"{BASE}ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OA = "http://www.w3.org/ns/oa#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SUBJECT, PREDICATE, OBJECT = (NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
EVIDENCE, VALUE, UNIT, BOUND, BODY, RECIPIENT = (
    NamedNode(CPPCC + name) for name in ("evidence", "value", "unit", "bound", "reportedBody", "recipient")
)
START, END = NamedNode(f"{OA}start"), NamedNode(f"{OA}end")
ORGANISATION = f"{BASE}id/organisation/"
STATING = ("/observation/", "/statement/", "/recognition/", "/membership/", "/id/event/")


@dataclass(frozen=True)
class Mutant:
    """One mistake: what it takes away and what it puts in its place."""

    kind: str
    name: str
    removed: frozenset[Triple]
    added: frozenset[Triple] = frozenset()


@dataclass(frozen=True)
class Fate:
    """Who kills a mutant; ``by_shapes`` is only known of those that `verify` does not kill."""

    mutant: Mutant
    by_verify: bool
    by_shapes: bool
    by_questions: tuple[str, ...]

    def __str__(self) -> str:
        """What the approved file says before the reason: the mutant, and whether any answer changes."""
        noticed = "only by answers to questions" if self.by_questions else "by nobody"
        return f"{self.mutant.kind}: {self.mutant.name} | noticed {noticed}"


def rank(*parts: object) -> int:
    """A number that depends on the seed and *parts* alone."""
    return int.from_bytes(sha256("|".join([SEED, *map(str, parts)]).encode()).digest()[:8], "big")


def pick(options: Iterable[NamedNode], *, instead_of: NamedNode, by: object) -> NamedNode:
    """Another one of *options*."""
    return min((each for each in set(options) if each != instead_of), key=lambda each: rank(by, each.value))


def short(term: object) -> str:
    if isinstance(term, NamedNode):
        local = term.value.removeprefix(BASE)
        return local if local != term.value and "ontology#" not in local else shorten(term.value)
    return str(term)


def exchange(kind: str, old: Triple, new_object: NamedNode | Literal, data: "Data") -> Mutant:
    """*old* with another object, in the statement about it too: a consistent mistake."""
    removed, added = {old}, {Triple(old.subject, old.predicate, new_object)}
    for statement in data.statements_of(old):
        removed.add(Triple(statement, OBJECT, old.object))
        added.add(Triple(statement, OBJECT, new_object))
    name = f"{short(old.subject)} {short(old.predicate)} {short(old.object)} -> {short(new_object)}"
    return Mutant(kind, name, frozenset(removed), frozenset(added))


class Data:
    """The triples of entities and reports, and the mutants of each kind that they allow."""

    def __init__(self, loaded: list[Loaded]) -> None:
        graphs = [graph for graph in loaded if graph.graph_iri.startswith((f"{BASE}entities/", f"{BASE}report/"))]
        self.triples = sorted({triple for graph in graphs for triple in graph.triples}, key=str)
        self.store = pyoxigraph.Store()
        self.store.extend(Quad(*triple) for graph in loaded for triple in graph.triples)
        self.organisations = [node for node in self._subjects() if node.value.startswith(ORGANISATION)]
        self.spans = [node for node in self._subjects() if "/span/" in node.value]

    def _subjects(self) -> list[NamedNode]:
        return sorted({triple.subject for triple in self.triples}, key=str)

    def statements_of(self, link: Triple) -> list[NamedNode]:
        found = (quad.subject for quad in self.store.quads_for_pattern(None, SUBJECT, link.subject, None))
        return [
            node
            for node in found
            if Quad(node, PREDICATE, link.predicate) in self.store and Quad(node, OBJECT, link.object) in self.store
        ]

    def about(self, node: NamedNode) -> frozenset[Triple]:
        """All that is said of *node* and with it; of a statement, the direct link too."""
        quads = [*self.store.quads_for_pattern(node, None, None), *self.store.quads_for_pattern(None, None, node)]
        said = {quad.predicate: quad.object for quad in quads if quad.subject == node}
        link = {Triple(said[SUBJECT], said[PREDICATE], said[OBJECT])} if OBJECT in said else set()
        return frozenset({quad.triple for quad in quads} | link)

    def with_predicate(self, *predicates: NamedNode) -> list[Triple]:
        return [triple for triple in self.triples if triple.predicate in predicates]

    def values(self, predicate: NamedNode) -> list[NamedNode]:
        return [triple.object for triple in self.with_predicate(predicate)]


def deleted_triples(data: Data) -> Iterator[Mutant]:
    for triple in data.triples:
        yield Mutant("delete triple", " ".join(map(short, triple)), frozenset({triple}))


def deleted_nodes(data: Data) -> Iterator[Mutant]:
    for node in data._subjects():
        if any(part in node.value for part in STATING):
            yield Mutant("delete node", short(node), data.about(node))


def other_values(data: Data) -> Iterator[Mutant]:
    for triple in data.with_predicate(VALUE):
        number = int(float(triple.object.value))
        other = [number + 1, number * 10, number + 100][rank("value", triple) % 3]
        yield exchange("value", triple, Literal(str(other), datatype=triple.object.datatype), data)


def other_units(data: Data) -> Iterator[Mutant]:
    for triple in data.with_predicate(UNIT):
        other = pick(data.values(UNIT), instead_of=triple.object, by=triple)
        yield exchange("unit", triple, other, data)


def other_bounds(data: Data) -> Iterator[Mutant]:
    bounds = [
        NamedNode(f"{BASE}vocabulary/bounds#{name}") for name in ("exact", "more-than", "at-least", "approximately")
    ]
    for triple in data.with_predicate(BOUND):
        yield exchange("bound", triple, pick(bounds, instead_of=triple.object, by=triple), data)


def other_owners(data: Data) -> Iterator[Mutant]:
    """Another body as the one that a figure, a recognition or a relation is about."""
    for triple in data.triples:
        is_organisation = isinstance(triple.object, NamedNode) and triple.object.value.startswith(ORGANISATION)
        if is_organisation and (triple.predicate in (BODY, RECIPIENT) or data.statements_of(triple)):
            yield exchange("owner", triple, pick(data.organisations, instead_of=triple.object, by=triple), data)


def other_dates(data: Data) -> Iterator[Mutant]:
    """A day, a month or a year away; a date may give several mutants."""
    for triple in data.triples:
        if isinstance(triple.object, Literal) and triple.object.datatype.value == f"{XSD}date":
            for days in (1, -1, 31, -366):
                other = date.fromisoformat(triple.object.value) + timedelta(days=days)
                yield exchange("date", triple, Literal(other.isoformat(), datatype=triple.object.datatype), data)


def other_spans(data: Data) -> Iterator[Mutant]:
    """Evidence that points elsewhere, an offset that is mistyped, a span counted wrongly and named so."""
    for triple in data.with_predicate(EVIDENCE):
        yield exchange("span", triple, pick(data.spans, instead_of=triple.object, by=triple), data)
    for triple in data.with_predicate(START, END):
        if triple.subject in data.spans:
            typed = Literal(str(int(triple.object.value) + 1), datatype=triple.object.datatype)
            yield exchange("span", triple, typed, data)
    for span in data.spans:
        yield miscounted(span, data)


def miscounted(span: NamedNode, data: Data) -> Mutant:
    """*span* moved by one to three code points, its IRI too, wherever it is used."""
    shift = [-3, -2, -1, 1, 2, 3][rank("shift", span) % 6]
    start, end = (int(number) + shift for number in span.value.rsplit("/", 1)[-1].split("-"))
    moved = NamedNode(f"{span.value.rsplit('/', 1)[0]}/{start}-{end}")
    offsets = {START: str(start), END: str(end)}
    removed = data.about(span)
    added = {
        Triple(
            moved if triple.subject == span else triple.subject,
            triple.predicate,
            Literal(offsets[triple.predicate], datatype=triple.object.datatype)
            if triple.predicate in offsets
            else moved
            if triple.object == span
            else triple.object,
        )
        for triple in removed
    }
    return Mutant("span", f"{short(span)} -> {start}-{end}", removed, frozenset(added))


KINDS: dict[str, Callable[[Data], Iterator[Mutant]]] = {
    "delete triple": deleted_triples,
    "delete node": deleted_nodes,
    "value": other_values,
    "unit": other_units,
    "bound": other_bounds,
    "owner": other_owners,
    "date": other_dates,
    "span": other_spans,
}


def mutants(data: Data) -> list[Mutant]:
    """As many of each kind as COUNTS says, those of the lowest rank."""
    chosen = []
    for kind, count in COUNTS.items():
        candidates = sorted(KINDS[kind](data), key=lambda mutant: rank(mutant.kind, mutant.name))
        assert len(candidates) >= count, f"only {len(candidates)} mutants of kind {kind}"
        chosen += candidates[:count]
    return chosen


class Judges:
    """The three judges over one graph that is changed and changed back."""

    def __init__(self, loaded: list[Loaded], data: Data, texts: Path) -> None:
        is_shape = [graph.graph_iri.startswith(f"{BASE}shapes/") for graph in loaded]
        self.shapes = graph_of(t for graph, shape in zip(loaded, is_shape, strict=True) if shape for t in graph.triples)
        self.graph = graph_of(
            t for graph, shape in zip(loaded, is_shape, strict=True) if not shape for t in graph.triples
        )
        self.store = data.store
        self.questions = questions()
        self.texts = {
            report.iri: read_text(report.text, texts) for report in read_reports(self.graph) if report.text is not None
        }
        self.published_problems, self.published_answers = self._problems(), self._answers()

    def is_told_by_verify(self, mutant: Mutant) -> bool:
        """Whether `verify` tells *mutant* from the published data."""
        with self._changed_by(mutant):
            return self._problems() != self.published_problems

    def fate(self, mutant: Mutant) -> Fate:
        """Who tells *mutant* from the published data; the shapes, which take seconds, are asked only after `verify`."""
        published_findings = self.published_findings
        with self._changed_by(mutant):
            by_verify = self._problems() != self.published_problems
            by_shapes = not by_verify and self._findings() != published_findings
            answers = self._answers()
        by_questions = tuple(name for name, answer in answers.items() if answer != self.published_answers[name])
        return Fate(mutant, by_verify, by_shapes, by_questions)

    @cached_property
    def published_findings(self) -> set[tuple[str, str, str, str]]:
        """Asked for before any change."""
        return self._findings()

    @contextmanager
    def _changed_by(self, mutant: Mutant) -> Iterator[None]:
        """Graph and store with the mistake in them; what is already so is neither added nor taken away again."""
        removed = {triple for triple in mutant.removed - mutant.added if Quad(*triple) in self.store}
        added = {triple for triple in mutant.added - mutant.removed if Quad(*triple) not in self.store}
        self._change(removed, added)
        try:
            yield
        finally:
            self._change(added, removed)

    def _change(self, removed: Iterable[Triple], added: Iterable[Triple]) -> None:
        for triple in removed:
            self.store.remove(Quad(*triple))
            self.graph.remove(tuple(map(to_rdflib, triple)))
        for triple in added:
            self.store.add(Quad(*triple))
            self.graph.add(tuple(map(to_rdflib, triple)))

    def _problems(self) -> list[tuple[str, str]]:
        reports = read_reports(self.graph)
        found = [verify_report(self.graph, report, self.texts[report.iri]).problems for report in reports]
        return [(problem.iri, problem.message) for problems in found for problem in problems] + [
            ("", str(len(reports)))
        ]

    def _answers(self) -> dict[str, bytes]:
        return {
            each.slug: self.store.query(each.query).serialize(format=QueryResultsFormat.CSV) for each in self.questions
        }

    def _findings(self) -> set[tuple[str, str, str, str]]:
        findings = validate(self.graph, self.shapes).findings
        return {(finding.rule, finding.focus, finding.path, finding.value) for finding in findings}


@pytest.fixture(scope="module")
def data(loaded: list[Loaded]) -> Data:
    return Data(loaded)


@pytest.fixture(scope="module")
def judges(loaded: list[Loaded], data: Data, texts: Path) -> Judges:
    return Judges(loaded, data, texts)


@pytest.mark.slow
def test_there_are_300_different_mutants_and_they_are_always_the_same(loaded: list[Loaded], data: Data):
    chosen = mutants(data)

    assert len(chosen) == 300
    assert len({mutant.name for mutant in chosen}) == 300
    assert mutants(Data(list(reversed(loaded)))) == chosen


def test_no_mutant_leaves_the_data_as_they_are(data: Data):
    assert [mutant.name for mutant in mutants(data) if mutant.removed == mutant.added] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["value", "bound"])
def test_a_wrong_figure_is_always_told_by_comparing_it_with_the_text(judges: Judges, data: Data, kind: str):
    chosen = [mutant for mutant in mutants(data) if mutant.kind == kind]

    assert [mutant.name for mutant in chosen if not judges.is_told_by_verify(mutant)] == []


@pytest.mark.long
def test_nearly_every_mutant_is_killed_and_every_survivor_is_explained(judges: Judges, data: Data, request):
    """
    The approved file lists the mutants that neither `verify` nor the shapes kill.

    Questions that list all names or all relations notice nearly any change, so theirs are told apart. Each listed
    mutant needs a reason why neither of the two can tell it from the truth.
    """
    fates = [judges.fate(mutant) for mutant in mutants(data)]
    spared = [fate for fate in fates if not fate.by_verify and not fate.by_shapes]
    survivors = [fate for fate in spared if not fate.by_questions]
    told = table(fates)
    if request.config.getoption("--approve"):
        write(spared, told)
    reasons = approved()

    assert 1 - len(survivors) / len(fates) >= LEAST_KILLED, told
    assert [str(fate) for fate in spared] == list(reasons)
    assert [mutant for mutant, reason in reasons.items() if reason == NO_REASON] == []


def table(fates: list[Fate]) -> str:
    """Mutants of each kind: killed by `verify`, by the shapes of the rest, by either, by the questions, by any."""
    head = ("kind", "mutants", "verify", "shapes", "either", "questions", "any", "killed")
    rows = []
    for kind in (*COUNTS, "all"):
        these = [fate for fate in fates if kind in {fate.mutant.kind, "all"}]
        either = [fate for fate in these if fate.by_verify or fate.by_shapes]
        by_questions = [fate for fate in these if fate.by_questions]
        killed = len({fate.mutant for fate in [*either, *by_questions]})
        by_verify, by_shapes = (sum(fates) for fates in zip(*((f.by_verify, f.by_shapes) for f in these), strict=True))
        counts = (len(these), by_verify, by_shapes, len(either), len(by_questions), killed)
        rows.append((kind, *counts, f"{100 * killed / len(these):.1f} %"))
    return "\n".join(
        "".join(f"{cell!s:>10}" if at else f"{cell:<14}" for at, cell in enumerate(row)) for row in [head, *rows]
    )


def approved() -> dict[str, str]:
    """Each approved mutant and its reason, in the order of the file."""
    lines = APPROVED.read_text(encoding="utf-8").splitlines() if APPROVED.exists() else []
    pairs = [line.rpartition(" | ") for line in lines if line and not line.startswith("#")]
    return {mutant: reason for mutant, _, reason in pairs}


def write(spared: list[Fate], told: str) -> None:
    """The approved file anew; reasons that were given stay."""
    reasons = approved()
    head = "".join(f"# {line}\n" for line in [*told.splitlines(), "", "mutant | who notices it | reason", ""])
    body = "".join(f"{fate} | {reasons.get(str(fate), NO_REASON)}\n" for fate in spared)
    APPROVED.write_text(head + body, encoding="utf-8")
