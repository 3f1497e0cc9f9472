"""``cppcc diff``."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.numbers import Whole
from cppcc_graph.cli.options import settings_of, versioned_folder, versioned_option
from cppcc_graph.cli.visible import visible
from cppcc_graph.terms import NamedNode, shorten

if TYPE_CHECKING:
    from cppcc_graph.store.patch import Patch


@click.command("diff")
@click.argument("before", type=Whole(min=0), metavar="A")
@click.argument("after", type=Whole(min=0), metavar="B")
@click.option("--graph", "graph_iri", metavar="IRI", help="Only this named graph.  [default: all]")
@click.option("--summary", is_flag=True, help="Only how many triples come and go in each graph.")
@versioned_option
def command(before: int, after: int, graph_iri: str | None, *, summary: bool, **given: object) -> None:
    """
    Print what makes version B of a store on disk of its version A, as an RDF Patch.

    A line for each quad, those that go (D) before those that come (A). Version 0 is the state before the first
    commit; B may be the earlier one.

    \b
    cppcc diff 3 5 --store ./store
    cppcc diff 5 0 --store ./store --summary
    """
    from cppcc_graph.store.journal import Journal
    from cppcc_graph.store.past import diff
    from cppcc_graph.store.patch import patch_text

    journal = Journal.read(versioned_folder(settings_of(**given)))
    try:
        patch = diff(journal, before, after, graph_iri=graph_iri)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    click.echo(_summary(patch) if summary else patch_text(patch), nl=False)


def _summary(patch: "Patch") -> str:
    came = Counter(quad.graph_name for quad in patch.added)
    went = Counter(quad.graph_name for quad in patch.removed)
    lines = [
        f"{came[NamedNode(iri)]:>8,} added {went[NamedNode(iri)]:>8,} removed  {visible(shorten(iri))}\n"
        for iri in patch.graphs
    ]
    return "".join(lines) or "the versions say the same\n"
