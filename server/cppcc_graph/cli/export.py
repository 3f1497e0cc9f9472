"""``cppcc export``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.dump import dump_lines, parsed_lines
from cppcc_graph.cli.options import data_option, store_option, working
from cppcc_graph.terms import shorten

if TYPE_CHECKING:
    from cppcc_graph.exporting import Exported
    from cppcc_graph.sources import Loaded


@click.command("export")
@click.option(
    "--into", "folder", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="Where the files go."
)
@click.option("--server", metavar="URL", help="Ask this server for its data, instead of a folder.")
@store_option
@data_option
def command(folder: Path, server: str | None, **given: object) -> None:
    """
    Write every named graph back to a file in the form of data/, so that git diff tells what was changed.

    entities/<name>.ttl and reports/<slug>.ttl; any other graph goes to graphs/ as TriG, which names it. A graph that
    stands in a file of FOLDER already goes back there, in the order of that file; a file that says the same already,
    and one of any other graph, is not touched. Comments in a file that is written anew are lost, as the store does not
    know them. The ontology is not exported: it comes with the program. cppcc load FOLDER gives the same graphs back.

    \b
    cppcc export --store ./store --into data && git diff data
    cppcc export --server https://example.org/ --into ./data
    """
    from cppcc_graph.exporting import export

    graphs = _graphs(dump_lines(server, **given))
    with working("comparing"):
        done = export(graphs, folder)
    for iri, path in sorted(done.written.items()):
        click.echo(f"{path.relative_to(folder)}  {shorten(iri)}")
    n = len(done.written)
    click.echo(f"{n} file{'s' * (n != 1)} written, {len(done.unchanged)} as they were")
    for line in _remarks(done):
        click.echo(f"cppcc: {line}", err=True)


def _graphs(lines: list[bytes]) -> "list[Loaded]":
    from cppcc_graph.sources import Loaded
    from cppcc_graph.terms import NamedNode, Triple

    found: dict[str, list[Triple]] = {}
    for quad in parsed_lines(lines):
        if isinstance(quad.graph_name, NamedNode):
            found.setdefault(quad.graph_name.value, []).append(quad.triple)
    return [Loaded(origin="the store", graph_iri=iri, triples=tuple(triples)) for iri, triples in found.items()]


def _remarks(done: "Exported") -> list[str]:
    told = []
    if done.changed_ontology:
        names = ", ".join(map(shorten, done.changed_ontology))
        told.append(f"not exported, though other than in this program's ontology: {names}; cppcc dump keeps them")
    told += [f"{path}: holds a graph that the store does not have; it stays" for path in done.others]
    return told
