"""The same data as an `rdflib.Dataset`, for notebooks."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import rdflib

from cppcc_graph.converter import dataset_of
from cppcc_graph.sources import Loaded, data_sources, load, ontology_sources
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import check_exists
from cppcc_graph.terms import NamedNode, Quad

PathLikes = str | PathLike[str] | Sequence[str | PathLike[str]]


def open_dataset(data: PathLikes | None = None, *, store: str | PathLike[str] | None = None) -> rdflib.Dataset:
    """
    The ontology and the data in memory, one named graph each; the default graph is their set union.

    A copy: what a notebook adds or removes changes neither files nor store. The project's prefixes are bound.

    Args:
        data: An RDF file or folder, or several, instead of the bundled data; the ontology is always there.
        store: Folder of a store on disk to read instead of files.

    Raises:
        BadSyntax: a file does not parse.
        BadSource: a path cannot be used.
        StoreUnavailable: *store* cannot be opened.

    Example:
        >>> import cppcc_graph
        >>> dataset = cppcc_graph.open_dataset()
        >>> reports = dataset.query("SELECT ?report { ?report a cppcc:Report }")
        >>> [str(row.report) for row in reports]  # doctest: +SKIP
        ['https://w3id.org/cppcc-graph/report/hengyang-2024']
    """
    if store is not None:
        return _from_store(Path(store))
    paths = [] if data is None else [data] if isinstance(data, str | PathLike) else list(data)
    loaded = load([*ontology_sources(), *data_sources([Path(path) for path in paths])])
    return dataset_of(quad for graph in loaded for quad in _quads(graph))


def _quads(graph: Loaded) -> list[Quad]:
    name = NamedNode(graph.graph_iri)
    return [Quad(triple.subject, triple.predicate, triple.object, name) for triple in graph.triples]


def _from_store(folder: Path) -> rdflib.Dataset:
    check_exists(folder)
    store = EmbeddedStore(folder)
    try:
        return dataset_of(store.quads())
    finally:
        store.close()
