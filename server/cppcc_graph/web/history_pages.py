"""Commits and differences turned into what their pages show."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cppcc_graph.store.commits import Entry
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import NamedNode, Quad
from cppcc_graph.web.change_pages import DifferencePage, VersionPage, VersionsPage
from cppcc_graph.web.change_parts import ChangedGraph, ChangedTriple, GraphDifference, VersionRow
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.labels import Things, datatype_of, shown, things_in
from cppcc_graph.web.links import graph_path, root
from cppcc_graph.web.parts import Link
from cppcc_graph.web.served import store
from cppcc_graph.web.verdict_pages import graph_link, operation_name, version_link

PAGE_ENTRIES = 50
MAX_TRIPLES = 2_000
"""Triples on the page of a difference; the patch has them all."""
_FEW = 3


def versions_page(known: Journal, rows: Sequence[Entry], formats: Sequence[Link]) -> VersionsPage:
    """The page with *rows*, the newest first, of the commits *known*."""
    newest, oldest = (rows[0].version, rows[-1].version) if rows else (0, 1)
    newer, older, there = newest + PAGE_ENTRIES + 1, oldest, _graphs_now()
    return VersionsPage(
        n_versions=known.version,
        rows=[_row(entry, there) for entry in rows],
        newer=Link(text=_("Later changes"), href=_page_before(newer, known)) if newest < known.version else None,
        older=Link(text=_("Earlier changes"), href=_page_before(older, known)) if older > 1 else None,
        formats=formats,
    )


def version_page(known: Journal, version: int, formats: Sequence[Link]) -> VersionPage:
    """The page about the commit of *version*."""
    entry, there = known.entries[version - 1], _graphs_now()
    return VersionPage(
        row=_row(entry, there),
        record_hash=entry.hash,
        data_hash=entry.commit.data_version,
        graphs=[_changed(entry, iri, there) for iri in sorted(entry.commit.graphs)],
        earlier=version_link(version - 1) if version > 1 else None,
        later=version_link(version + 1) if version < known.version else None,
        difference=Link(text=_("What came and went"), href=f"{root()}/versions/{version - 1}..{version}"),
        formats=formats,
    )


def difference_page(
    before: int, after: int, patch: Patch, *, formats: Sequence[Link], patch_href: str
) -> DifferencePage:
    """The page about *patch*, which makes the version *after* of *before*."""
    by_graph = _by_graph(patch)
    shown_quads = [quad for marked in by_graph.values() for _is_added, quad in marked][:MAX_TRIPLES]
    known, there = things_in(shown_quads, patch), _graphs_now()
    left, graphs = MAX_TRIPLES, []
    for number, (iri, marked) in enumerate(by_graph.items(), start=1):
        n_added, n_removed = _counted(marked)
        graphs.append(
            GraphDifference(
                anchor=f"graph-{number}",
                graph=graph_link(iri, is_there=iri in there),
                n_added=n_added,
                n_removed=n_removed,
                triples=[_triple(is_added, quad, known) for is_added, quad in marked[: max(left, 0)]],
            )
        )
        left -= len(marked)
    return DifferencePage(
        before=_state_link(before),
        after=_state_link(after),
        backwards=Link(text=_("The other way round"), href=f"{root()}/versions/{after}..{before}"),
        n_added=len(patch.added),
        n_removed=len(patch.removed),
        graphs=graphs,
        n_shown=len(shown_quads),
        patch=Link(text="RDF Patch", href=patch_href),
        formats=formats,
    )


def _row(entry: Entry, there: frozenset[str]) -> VersionRow:
    graphs = sorted(entry.commit.graphs)
    return VersionRow(
        version=version_link(entry.version),
        at=moment_of(entry.at),
        machine_time=iso(entry.at),
        agent=entry.commit.agent,
        operation=operation_name(entry.commit.operation),
        message=entry.commit.message,
        n_added=entry.n_added,
        n_removed=entry.n_removed,
        graphs=[graph_link(iri, is_there=iri in there) for iri in graphs[:_FEW]],
        n_graphs=len(graphs),
    )


def moment_of(at: datetime) -> str:
    """A moment in UTC as people read it, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def iso(at: datetime) -> str:
    """A moment in UTC, to the second. Spec: RFC 3339, section 5.6 (date-time)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _graphs_now() -> frozenset[str]:
    return frozenset(graph.iri for graph in store().graphs())


def _page_before(version: int, known: Journal) -> str:
    return f"{root()}/versions" + (f"?before={version}" if version <= known.version else "")


def _state_link(version: int) -> Link:
    return version_link(version) if version else Link(text=_("before the first change"))


def _changed(entry: Entry, iri: str, there: frozenset[str]) -> ChangedGraph:
    state = entry.commit.graphs[iri]
    then = Link(text=_("the graph then"), href=f"{root()}/versions/{entry.version}{graph_path(iri)}")
    return ChangedGraph(
        graph=graph_link(iri, is_there=iri in there),
        n_triples=state.n_triples if state else 0,
        then=then if state else None,
    )


def _by_graph(patch: Patch) -> dict[str, list[tuple[bool, Quad]]]:
    """The quads of each graph, those of one subject together, what went before what came."""
    found: dict[str, list[tuple[bool, Quad]]] = {}
    for is_added, quads in ((False, patch.removed), (True, patch.added)):
        for quad in quads:
            name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
            found.setdefault(name, []).append((is_added, quad))
    return {iri: sorted(found[iri], key=_order) for iri in sorted(found)}


def _order(marked: tuple[bool, Quad]) -> tuple[str, str, bool, str]:
    is_added, quad = marked
    return str(quad.subject), str(quad.predicate), is_added, str(quad.object)


def _counted(marked: Iterable[tuple[bool, Quad]]) -> tuple[int, int]:
    signs = [is_added for is_added, _quad in marked]
    return sum(signs), len(signs) - sum(signs)


def _triple(is_added: bool, quad: Quad, known: Things) -> ChangedTriple:
    return ChangedTriple(
        is_added=is_added,
        subject=shown(quad.subject, known),
        predicate=shown(quad.predicate, known),
        value=shown(quad.object, known),
        datatype=datatype_of(quad.object),
    )
