"""
RDF files: which ones, read into triples, each under the named graph to which it belongs.

=========================================  =========================================
file                                       named graph (under the base IRI)
=========================================  =========================================
``ontology/cppcc.ttl``                     ``ontology``
``ontology/<name>.ttl``                    ``ontology/<name>``
``ontology/vocabularies/<name>.ttl``       ``vocabulary/<name>``
``ontology/shapes/<name>.ttl``             ``shapes/<name>``
``…/entities/<name>.ttl``                  ``entities/<name>``
any file that declares one cppcc:Report    that report's IRI
any other file                             ``graph/<name>``
TriG and N-Quads                           their own; their default graph as above
=========================================  =========================================
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cppcc_graph.bundled import data_folder, ontology_folder
from cppcc_graph.errors import BadSource
from cppcc_graph.formats import RDF_EXTENSIONS, format_of_file
from cppcc_graph.store.documents import parsed
from cppcc_graph.terms import BASE, CPPCC, RDF, BlankNode, DefaultGraph, NamedNode, Quad, Triple

DRAFTS = "drafts"
"""Folders of this name are left out: drafts are not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A file to read.

    Attributes:
        path: Where it lies.
        graph_iri: Its named graph where the place decides that; None where the contents decide.
    """

    path: Path
    graph_iri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """
    One named graph, as a file or a store holds it.

    Attributes:
        origin: The file's path, or the store's name, for messages.
        graph_iri: Its named graph.
        triples: In the order of the file, literals exactly as written; blank nodes differ from those of other files.
    """

    origin: str
    graph_iri: str
    triples: tuple[Triple, ...]


def ontology_sources() -> list[Source]:
    """The files of the ontology, vocabularies and shapes, in the order of their paths."""
    folder = ontology_folder()
    return [Source(path=path, graph_iri=_ontology_graph(path.relative_to(folder))) for path in rdf_files(folder)]


def data_sources(paths: Sequence[Path] = ()) -> list[Source]:
    """
    The files of *paths* (the bundled data when empty); folders are searched through, in the order of their paths.

    Raises:
        BadSource: a path is missing or unreadable, no RDF file, or a folder without one.
    """
    files = [path for given in (paths or (data_folder(),)) for path in rdf_files(given)]
    return [Source(path=path, graph_iri=_data_graph(path)) for path in dict.fromkeys(files)]


def rdf_files(path: Path) -> list[Path]:
    """
    *path* itself, or the RDF files below it in sorted order, without drafts and hidden files.

    Raises:
        BadSource: the path is missing or unreadable, no RDF file, or a folder without one.
    """
    if path.is_file():
        if format_of_file(path.suffix) is None:
            raise BadSource(f"not an RDF file by its name; known are {', '.join(RDF_EXTENSIONS)}", path=str(path))
        return [path]
    if not path.is_dir():
        raise BadSource("there is no such file or folder", path=str(path))
    try:
        below = sorted(found for found in path.rglob("*") if format_of_file(found.suffix) and found.is_file())
    except OSError as error:
        raise BadSource(f"the folder cannot be read: {error.strerror}", path=str(path)) from error
    wanted = [found for found in below if not _is_left_out(found.relative_to(path))]
    if not wanted:
        raise BadSource(f"the folder holds no RDF file ({', '.join(RDF_EXTENSIONS)})", path=str(path))
    return wanted


def load(sources: Iterable[Source], *, on_file: Callable[[Path], None] | None = None) -> list[Loaded]:
    """
    All named graphs of *sources*, in their order.

    Args:
        sources: From `ontology_sources` and `data_sources`.
        on_file: Called after each file, for a progress bar.

    Raises:
        BadSyntax: a file does not parse; its name, line and column are told.
        BadSource: a file cannot be read, or two files are for one named graph.
    """
    loaded: dict[str, Loaded] = {}
    for source in sources:
        for graph in read(source):
            other = loaded.setdefault(graph.graph_iri, graph)
            if other is not graph:
                reason = f"holds the graph <{graph.graph_iri}>, which {other.origin} holds too; one graph, one file"
                raise BadSource(reason, path=graph.origin)
        if on_file is not None:
            on_file(source.path)
    return list(loaded.values())


def read(source: Source) -> list[Loaded]:
    """
    The named graphs of one file: one, or as many as a TriG or N-Quads file names.

    Raises:
        BadSyntax: it does not parse.
        BadSource: it cannot be read.
    """
    found = quads(source)
    unnamed = tuple(dict.fromkeys(quad.triple for quad in found if isinstance(quad.graph_name, DefaultGraph)))
    graphs: dict[str, list[Triple]] = {}
    for quad in found:
        if isinstance(quad.graph_name, NamedNode):
            graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    if unnamed or not graphs:
        graphs.setdefault(source.graph_iri or _graph_by_contents(source.path, unnamed), []).extend(unnamed)
    return [
        Loaded(origin=str(source.path), graph_iri=iri, triples=tuple(dict.fromkeys(triples)))
        for iri, triples in graphs.items()
    ]


def quads(source: Source) -> list[Quad]:
    """
    The quads of one file, in its order.

    Raises:
        BadSyntax: it does not parse.
        BadSource: it cannot be read, or names a graph by a blank node.
    """
    path = source.path
    rdf_format = format_of_file(path.suffix)
    if rdf_format is None:
        raise BadSource(f"not an RDF file by its name; known are {', '.join(RDF_EXTENSIONS)}", path=str(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSource(f"the file cannot be read: {error.strerror}", path=str(path)) from error
    found = parsed(content, rdf_format, source=str(path))
    if any(isinstance(quad.graph_name, BlankNode) for quad in found):
        raise BadSource("a graph is named by a blank node; give it an IRI", path=str(path))
    return found


def _ontology_graph(path: Path) -> str:
    """*path* is relative to the folder ``ontology``."""
    names = {"vocabularies": "vocabulary"}
    parts = [names.get(part, part) for part in path.with_suffix("").parts]
    if parts == ["cppcc"]:
        return f"{BASE}ontology"
    prefix = "ontology/" if len(parts) == 1 else ""
    return f"{BASE}{prefix}{'/'.join(quote(part) for part in parts)}"


def _data_graph(path: Path) -> str | None:
    return f"{BASE}entities/{quote(path.stem)}" if path.absolute().parent.name == "entities" else None


def graph_of_file(path: Path, triples: Iterable[Triple]) -> str:
    """The named graph of triples for which the file at *path* names none."""
    return _data_graph(path) or _graph_by_contents(path, triples)


def _graph_by_contents(path: Path, triples: Iterable[Triple]) -> str:
    reports = {
        triple.subject.value
        for triple in triples
        if triple.predicate == RDF.type and triple.object == CPPCC.Report and isinstance(triple.subject, NamedNode)
    }
    return reports.pop() if len(reports) == 1 else f"{BASE}graph/{quote(path.stem)}"


def _is_left_out(path: Path) -> bool:
    return DRAFTS in path.parts or any(part.startswith(".") for part in path.parts)
