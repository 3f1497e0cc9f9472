"""``cppcc dump``."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from pyoxigraph import CanonicalizationAlgorithm, Dataset

from cppcc_graph.cli.options import data_option, settings_of, store_of, store_option
from cppcc_graph.errors import BadSource, UnknownGraph
from cppcc_graph.formats import GRAPH_FORMATS, JSON_LD, N_QUADS, TRIG, format_named, write_graph
from cppcc_graph.publish import stored
from cppcc_graph.sources import Loaded
from cppcc_graph.store.base import Store
from cppcc_graph.terms import NamedNode, Quad


@click.command("dump")
@click.option("--graph", "graph_iri", metavar="IRI", help="Only this named graph.  [default: all]")
@click.option(
    "--format",
    "format_name",
    default="nquads",
    metavar="FORMAT",
    help=f"One of {', '.join(f.name for f in GRAPH_FORMATS)}.  [default: nquads]",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write.  [default: stdout]")
@store_option
@data_option
def command(graph_iri: str | None, format_name: str, output: Path | None, **given: object) -> None:
    """
    Print every named graph, sorted, so that two dumps can be compared.

    N-Quads, TriG and JSON-LD name the graphs; the other formats give their merge, or the one --graph.
    A file is complete or not there: it appears under its name when all is written.

    \b
    cppcc dump --output cppcc.nq
    cppcc dump --graph https://w3id.org/cppcc-graph/report/hengyang-2024 --format turtle
    """
    with store_of(settings_of(**given)) as store:
        body = _dumped(store, graph_iri, format_name)
    if output is None:
        click.echo(body, nl=False)
    else:
        _write(output, body)


def _dumped(store: Store, graph_iri: str | None, format_name: str) -> bytes:
    rdf_format = format_named(format_name)
    if rdf_format not in GRAPH_FORMATS:
        known = ", ".join(f.name for f in GRAPH_FORMATS)
        raise click.BadParameter(f"{format_name} cannot hold a graph; use one of {known}", param_hint="--format")
    if graph_iri is not None and graph_iri not in store.versions():
        raise UnknownGraph(graph_iri)
    graphs = [graph for graph in stored(store) if graph_iri in (None, graph.graph_iri)]
    if rdf_format in (N_QUADS, TRIG, JSON_LD):
        return write_graph(_sorted(quad for graph in graphs for quad in _quads(graph)), rdf_format)
    return write_graph(sorted({triple for graph in graphs for triple in graph.triples}, key=str), rdf_format)


def _quads(graph: Loaded) -> Iterator[Quad]:
    name = NamedNode(graph.graph_iri)
    return (Quad(triple.subject, triple.predicate, triple.object, name) for triple in graph.triples)


def _sorted(quads: Iterable[Quad]) -> list[Quad]:
    """Blank nodes under their canonical labels, so that equal data give equal dumps. Spec: RDFC-1.0."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def _write(path: Path, body: bytes) -> None:
    """Spec: POSIX rename replaces the target in one step."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadSource(f"the file cannot be written: {error.strerror}", path=str(path)) from error
