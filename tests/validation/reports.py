"""
As many conforming reports as wanted: the invented one of Jichuan under other names, with entities of their own.

Periods, indicators and all vocabularies are shared, so that what every report points at is pointed at by all of them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cppcc_graph.publish import put
from cppcc_graph.sources import Loaded, data_sources, load, ontology_sources
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, NamedNode, Triple

INVENTED = Path(__file__).parents[1] / "second_report" / "data"
OWN = re.compile(rf"^{re.escape(BASE)}id/(?!period/)[a-z-]+/([a-z0-9-]+)$")
SLUG = "jichuan-2031"
SHARED = (f"{BASE}id/period/", f"{BASE}vocabulary/")


def reports(n_reports: int) -> Iterator[Loaded]:
    """The report, its entities and what is shared, then its doubles: two graphs for each."""
    entities, report = load(data_sources([INVENTED]))
    yield entities
    yield report
    own = tuple(triple for triple in entities.triples if not triple.subject.value.startswith(SHARED))
    slugs = {found[1] for triple in (*own, *report.triples) if (found := OWN.match(triple.subject.value))}
    for n in range(1, n_reports):
        yield Loaded(origin="a double", graph_iri=f"{entities.graph_iri}-{n}", triples=_renamed(own, slugs, n))
        yield Loaded(origin="a double", graph_iri=double_iri(n), triples=_renamed(report.triples, slugs, n))


def double_iri(n: int) -> str:
    """The graph of the double with this number."""
    return f"{BASE}report/{SLUG}-{n}"


def store_of(n_reports: int) -> EmbeddedStore:
    """The ontology and so many reports."""
    store = EmbeddedStore()
    put(store, [*load(ontology_sources()), *reports(n_reports)])
    return store


def _renamed(triples: tuple[Triple, ...], slugs: set[str], n: int) -> tuple[Triple, ...]:
    known: dict[object, object] = {}

    def new(term):
        if not isinstance(term, NamedNode) or not term.value.startswith((f"{BASE}id/", f"{BASE}report/")):
            return term
        if term not in known:
            known[term] = NamedNode(_name(term.value, slugs, n))
        return known[term]

    return tuple(Triple(new(t.subject), t.predicate, new(t.object)) for t in triples)


def _name(iri: str, slugs: set[str], n: int) -> str:
    *folders, last = iri.split("/")
    folders = [f"{folder}-{n}" if folder == SLUG else folder for folder in folders]
    parts = [f"{part}-{n}" if part in slugs or part == SLUG else part for part in last.split("--")]
    return "/".join([*folders, "--".join(parts)])
