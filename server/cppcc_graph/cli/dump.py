"""``cppcc dump``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import pyoxigraph
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat

from cppcc_graph.cli.options import data_option, printed, settings_of, store_of, store_option, working
from cppcc_graph.errors import StoreUnavailable, UnknownGraph
from cppcc_graph.formats import GRAPH_FORMATS, JSON_LD, N_QUADS, TRIG, Format, format_named, format_of_file, write_graph
from cppcc_graph.packing import GZIP, PLAIN, ZSTD, packed, packing_of, without_packing
from cppcc_graph.store.base import named
from cppcc_graph.terms import NamedNode, Quad

_PIECE_LINES = 10_000


@click.command("dump")
@click.option("--graph", "graph_iri", metavar="IRI", help="Only this named graph.  [default: all]")
@click.option(
    "--format",
    "format_name",
    default="nquads",
    metavar="FORMAT",
    help=f"One of {', '.join(f.name for f in GRAPH_FORMATS)}.  [default: nquads]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write; it ends as FORMAT says.  [default: stdout]",
)
@click.option(
    "--compress",
    type=click.Choice((GZIP, ZSTD)),
    help="How to pack it.  [default: as FILE ends, in .gz or .zst]",
)
@click.option("--server", metavar="URL", help="Ask this server for its data, instead of a folder.")
@store_option
@data_option
def command(
    graph_iri: str | None,
    format_name: str,
    output: Path | None,
    compress: str | None,
    server: str | None,
    **given: object,
) -> None:
    """
    Print every named graph, sorted, so that two dumps can be compared.

    N-Quads, TriG and JSON-LD name the graphs; the other formats give their merge, or the one --graph. Equal data give
    equal bytes, packed too. A file is complete or not there: it appears under its name when all is written, and
    FILE.sha256 beside it, which sha256sum --check understands. cppcc restore takes both back. A server may go on
    writing meanwhile: a dump is of one version. The history is not in it.

    \b
    cppcc dump --output cppcc.nq
    cppcc dump --store ./store --output cppcc.nq.gz
    cppcc dump --server https://example.org/ --output cppcc.nq.zst
    cppcc dump --graph https://w3id.org/cppcc-graph/report/hengyang-2024 --format turtle
    """
    rdf_format, packing = _format(format_name), _packing(output, compress)
    _check_ending(output, rdf_format)
    lines = dump_lines(server, **given)
    is_whole = graph_iri is None and rdf_format is N_QUADS
    pieces = _joined(lines) if is_whole else [_written(lines, graph_iri, rdf_format)]
    if output is not None:
        from cppcc_graph.backup import write_backup

        write_backup(output, pieces, packing=packing)
        return
    printed(packed(pieces, packing))


def _format(name: str) -> Format:
    rdf_format = format_named(name)
    if rdf_format not in GRAPH_FORMATS:
        known = ", ".join(f.name for f in GRAPH_FORMATS)
        raise click.BadParameter(f"{name} cannot hold a graph; use one of {known}", param_hint="--format")
    return rdf_format


def _check_ending(output: Path | None, rdf_format: Format) -> None:
    """Whoever reads the file goes by its ending, cppcc restore too."""
    if output is None or format_of_file(without_packing(output).suffix) is rdf_format:
        return
    endings = ", ".join(f".{rdf_format.extension}{packing}" for packing in ("", ".gz", ".zst"))
    told = format_of_file(without_packing(output).suffix)
    otherwise = f", or add --format {told.name}" if told is not None else ""
    raise click.BadParameter(
        f"{output} would hold {rdf_format.label}, and its ending does not say so; use {endings}{otherwise}",
        param_hint="--output",
    )


def _packing(output: Path | None, compress: str | None) -> str:
    by_ending = PLAIN if output is None else packing_of(output)
    if output is not None and compress not in (None, by_ending):
        raise click.BadParameter(f"a file of {compress} ends in .gz (gzip) or .zst (zstd)", param_hint="--compress")
    return compress or by_ending


def dump_lines(server: str | None, **given: object) -> list[bytes]:
    """
    The sorted lines of N-Quads of a server, or of the store that the other options describe.

    Raises:
        CppccError: it cannot be read.
    """
    return _from_server(server) if server else _from_store(**given)


def _from_store(**given: object) -> list[bytes]:
    from cppcc_graph.store.dumping import lines_of

    with store_of(settings_of(**given)) as store:
        return sorted(line for lines in lines_of(store) for line in lines)


def _from_server(address: str) -> list[bytes]:
    from cppcc_graph.sending import fetched_dump

    with working("waiting for the server"):
        return sorted(fetched_dump(address).splitlines(keepends=True))


def _joined(lines: Sequence[bytes]) -> Iterable[bytes]:
    return (b"".join(lines[start : start + _PIECE_LINES]) for start in range(0, len(lines), _PIECE_LINES))


def _written(lines: Iterable[bytes], graph_iri: str | None, rdf_format: Format) -> bytes:
    quads = parsed_lines(lines)
    if graph_iri is not None:
        graph = named(graph_iri)
        quads = [quad for quad in quads if quad.graph_name == graph]
        if not quads:
            raise UnknownGraph(graph_iri)
    if rdf_format in (N_QUADS, TRIG, JSON_LD):
        return write_graph(_sorted(quads), rdf_format)
    return write_graph(sorted({quad.triple for quad in _sorted(quads)}, key=str), rdf_format)


def parsed_lines(lines: Iterable[bytes]) -> list[Quad]:
    """
    The quads of these lines, in named graphs.

    Raises:
        StoreUnavailable: they are no N-Quads.
    """
    try:
        quads = list(pyoxigraph.parse(b"".join(lines), format=RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise StoreUnavailable(f"what the server gives is no dump: {error.msg}") from error
    return [quad for quad in quads if isinstance(quad.graph_name, NamedNode)]


def _sorted(quads: Iterable[Quad]) -> list[Quad]:
    """Blank nodes under their canonical labels, so that equal data give equal dumps. Spec: RDFC-1.0."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)
