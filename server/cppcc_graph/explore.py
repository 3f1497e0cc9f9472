"""What lies around a thing: its links with other things, a page at a time, with names, classes and evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.errors import UnknownEntity
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.store.binding import bound
from cppcc_graph.terms import CPPCC, RDF, RDFS, Literal, NamedNode, Solution, Term

MOST_EDGES = 500

_NAMES = (
    "SELECT ?thing ?label ?class { VALUES ?thing { %s } "
    f"{{ ?thing {RDFS.label} ?label }} UNION {{ ?thing {RDF.type} ?class }} }} ORDER BY ?thing ?label ?class"
)
_RDF = RDF.iri
_EVIDENCE = (
    "SELECT ?s ?p ?o ?node ?span { VALUES (?s ?p ?o) { %s } "
    f"{{ ?node <{_RDF}subject> ?s ; <{_RDF}predicate> ?p ; <{_RDF}object> ?o ; {CPPCC.evidence} ?span }} "
    f"UNION {{ ?s {CPPCC.evidence} ?span BIND(?s AS ?node) }} }} ORDER BY ?node ?span"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """
    A thing.

    Attributes:
        iri: Its IRI.
        labels: Names by language tag; the empty tag for one without.
        types: IRIs of its classes.
    """

    iri: str
    labels: Mapping[str, str]
    types: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    A triple between two things.

    Attributes:
        source: IRI of its subject.
        predicate: Its predicate, named.
        target: IRI of its object.
        evidence: Nodes that state it (the subject itself, or a recorded statement), each with a span of the text.
    """

    source: str
    predicate: Neighbour
    target: str
    evidence: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """
    Attributes:
        nodes: The thing, then those that the links of this page lead to or come from.
        links: Ordered by direction, predicate and the other thing.
        n_links: How many there are in all.
    """

    nodes: Sequence[Neighbour]
    links: Sequence[Link]
    n_links: int


def neighbourhood(store: Store, iri: str, *, limit: int, offset: int) -> Neighbourhood:
    """
    The links of one thing, those from *offset* on, *limit* at most.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: no statement has it as subject or object.
    """
    node = named(iri)
    if not store.ask(query("is-known"), iri=node):
        raise UnknownEntity(iri)
    [count] = store.select(bound(query("count-neighbours"), {"iri": node}))  # what counts cannot project it
    page = f"{query('neighbours')}\nLIMIT {min(limit, MOST_EDGES)} OFFSET {offset}"
    ends = [_ends(node, row) for row in store.select(page, iri=node)]
    others = dict.fromkeys([node, *(end for source, _p, target in ends for end in (source, target))])
    known = _named(store, [*others, *(predicate for _s, predicate, _o in ends)])
    evidence = _evidence(store, ends)
    links = [
        Link(source=s.value, predicate=known[p], target=o.value, evidence=evidence.get((s, p, o), ()))
        for s, p, o in ends
    ]
    return Neighbourhood(nodes=[known[other] for other in others], links=links, n_links=_number(count["links"]))


def _ends(node: NamedNode, row: Solution) -> tuple[NamedNode, NamedNode, NamedNode]:
    predicate, other = row["predicate"], row["other"]
    if not isinstance(predicate, NamedNode) or not isinstance(other, NamedNode):
        raise TypeError("both are IRIs, as the query says")
    is_outgoing = row["direction"] == Literal("out")
    return (node, predicate, other) if is_outgoing else (other, predicate, node)


def _named(store: Store, things: Iterable[NamedNode]) -> dict[NamedNode, Neighbour]:
    asked = dict.fromkeys(things)
    labels: dict[Term | None, dict[str, str]] = {}
    types: dict[Term | None, list[str]] = {}
    for row in store.select(_NAMES % " ".join(map(str, asked))):
        label, kind = row["label"], row["class"]
        if isinstance(label, Literal):
            labels.setdefault(row["thing"], {}).setdefault(label.language or "", label.value)
        elif isinstance(kind, NamedNode):
            types.setdefault(row["thing"], []).append(kind.value)
    return {
        thing: Neighbour(iri=thing.value, labels=labels.get(thing, {}), types=list(dict.fromkeys(types.get(thing, ()))))
        for thing in asked
    }


def _evidence(
    store: Store, links: Sequence[tuple[NamedNode, NamedNode, NamedNode]]
) -> dict[tuple[Term | None, ...], list[tuple[str, str]]]:
    if not links:
        return {}
    values = " ".join(f"({source} {predicate} {target})" for source, predicate, target in links)
    found: dict[tuple[Term | None, ...], list[tuple[str, str]]] = {}
    for row in store.select(_EVIDENCE % values):
        node, span = row["node"], row["span"]
        if isinstance(node, NamedNode) and isinstance(span, NamedNode):
            found.setdefault((row["s"], row["p"], row["o"]), []).append((node.value, span.value))
    return found


def _number(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
