"""
Graphs written back to files in the form of ``data/``: one graph, one file, and loading them gives the same graphs.

=======================================================  ==========================================
named graph                                              file
=======================================================  ==========================================
any that stands in a file of the folder already          that file, in the order in which it stands
``entities/<slug>`` (under the base IRI)                 ``entities/<slug>.ttl``
``report/<slug>``, if it declares the report of its IRI  ``reports/<slug>.ttl``
any other                                                ``graphs/<words>-<hash>.trig``, which names it
=======================================================  ==========================================

What a graph is called is a stranger's text, so only plain slugs become names of files; a hash of the whole IRI keeps
all the others apart, on file systems too that know no capitals.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset

from cppcc_graph.backup import write_whole
from cppcc_graph.errors import BadSource
from cppcc_graph.formats import (
    DATASET_FORMATS,
    TRIG,
    TURTLE,
    Format,
    format_of_file,
    write_graph,
)
from cppcc_graph.layout import trig, turtle
from cppcc_graph.sources import Loaded, data_sources, graph_of_file, load, ontology_sources, rdf_files
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, BlankNode, NamedNode, Quad, Triple

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_SLUG, _MAX_WORDS, _HASH_DIGITS = 100, 60, 24
_FOLDERS: Mapping[str, str] = {"entities": "entities", "report": "reports"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """
    What became of an export.

    Attributes:
        written: Files that were written, by graph IRI.
        unchanged: IRIs of graphs whose files say the same already; these were not touched.
        ontology: IRIs of graphs that the ontology of this program gives, and that are not exported.
        changed_ontology: Those of them that say something else in the store.
        others: Files of graphs that the store does not have; they stay.
    """

    written: Mapping[str, Path]
    unchanged: tuple[str, ...]
    ontology: tuple[str, ...]
    changed_ontology: tuple[str, ...]
    others: tuple[Path, ...]


def export(graphs: Sequence[Loaded], folder: Path) -> Exported:
    """
    Each of *graphs* stands in a file below *folder*; nothing outside of it is touched, and no file of another graph.

    Raises:
        BadSource: a file cannot be read or written, holds several graphs, or another one than the name is for. Unless
            the disk fails, nothing was written then.
        BadSyntax: a file in the folder does not parse.
    """
    ontology = load(ontology_sources())
    own = {graph.graph_iri for graph in ontology}
    ours = [graph for graph in graphs if graph.graph_iri not in own]
    standing = {graph.graph_iri: graph for graph in _standing(folder)}
    now, before = _hashes(graphs), _hashes(standing.values())
    bundled = _hashes(ontology)
    changed = [graph for graph in ours if before.get(graph.graph_iri) != now[graph.graph_iri]]
    planned = {graph.graph_iri: _planned(graph, folder, standing) for graph in changed}
    for path, content in planned.values():
        _make_folder(path.parent)
        write_whole(path, content)
    return Exported(
        written={iri: path for iri, (path, _content) in planned.items()},
        unchanged=tuple(graph.graph_iri for graph in ours if graph.graph_iri not in planned),
        ontology=tuple(iri for iri in now if iri in own),
        changed_ontology=tuple(iri for iri in now if iri in own and now[iri] != bundled.get(iri)),
        others=tuple(dict.fromkeys(Path(graph.origin) for iri, graph in standing.items() if iri not in now)),
    )


def _standing(folder: Path) -> list[Loaded]:
    if not folder.is_dir():
        return []
    try:
        rdf_files(folder)
    except BadSource:  # there is no file yet
        return []
    return load(data_sources([folder]))


def _hashes(graphs: Iterable[Loaded]) -> Mapping[str, str]:
    """As the engine sees the graphs, which writes literals in its own way."""
    store = EmbeddedStore()
    store.replace_graphs({graph.graph_iri: graph.triples for graph in graphs})
    return store.versions()


def _planned(graph: Loaded, folder: Path, standing: Mapping[str, Loaded]) -> tuple[Path, bytes]:
    """Where a graph goes, and what stands there then."""
    known = standing.get(graph.graph_iri)
    path = folder / _path(graph) if known is None else Path(known.origin)
    others = [iri for iri, other in standing.items() if other.origin == str(path) and iri != graph.graph_iri]
    if others:
        reason = f"it holds <{others[0]}> and is needed for <{graph.graph_iri}>; one graph, one file: move it away"
        raise BadSource(reason, path=str(path))
    if known is None and path.exists():
        raise BadSource(f"it is needed for <{graph.graph_iri}>; move it away", path=str(path))
    _check_inside(path, folder)
    rdf_format = format_of_file(path.suffix) or TRIG
    if rdf_format not in DATASET_FORMATS and graph_of_file(path, graph.triples) != graph.graph_iri:
        reason = f"it would no longer be the file of <{graph.graph_iri}>, by what it declares; move it away"
        raise BadSource(reason, path=str(path))
    return path, _document(graph, rdf_format, () if known is None else known.triples)


def _path(graph: Loaded) -> Path:
    """Relative to the folder."""
    kind, _, slug = graph.graph_iri.removeprefix(BASE).partition("/")
    if graph.graph_iri.startswith(BASE) and kind in _FOLDERS and len(slug) <= _MAX_SLUG and _SLUG.fullmatch(slug):
        path = Path(_FOLDERS[kind], f"{slug}.ttl")
        if graph_of_file(path, graph.triples) == graph.graph_iri:
            return path
    words = "-".join(re.findall("[a-z0-9]+", graph.graph_iri.removeprefix(BASE).lower()))[:_MAX_WORDS].strip("-")
    digest = hashlib.sha256(graph.graph_iri.encode()).hexdigest()[:_HASH_DIGITS]
    return Path("graphs", f"{words or 'graph'}-{digest}.trig")


def _check_inside(path: Path, folder: Path) -> None:
    """A folder may be a symbolic link that leads away."""
    parent, inside = path.parent.resolve(), folder.resolve()
    if parent != inside and inside not in parent.parents:
        raise BadSource(f"it lies outside of {folder}, where a link leads; nothing was written", path=str(path))


def _document(graph: Loaded, rdf_format: Format, like: Sequence[Triple]) -> bytes:
    triples = _labelled(graph.triples)
    if rdf_format is TURTLE:
        return turtle(triples, about=graph.graph_iri, like=like).encode()
    if rdf_format is TRIG:
        return trig(triples, graph_iri=graph.graph_iri, like=like).encode()
    if rdf_format in DATASET_FORMATS:
        name = NamedNode(graph.graph_iri)
        return write_graph([Quad(t.subject, t.predicate, t.object, name) for t in triples], rdf_format)
    return write_graph(triples, rdf_format)


def _labelled(triples: Sequence[Triple]) -> list[Triple]:
    """Blank nodes under labels that do not depend on other graphs. Spec: RDFC-1.0."""
    if not any(isinstance(term, BlankNode | Triple) for triple in triples for term in triple):
        return list(triples)
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSource(f"the folder cannot be made: {error.strerror}", path=str(folder)) from error
