"""``cppcc load``."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.options import progress, settings_of, store_option, working
from cppcc_graph.errors import BadSetting
from cppcc_graph.terms import shorten

if TYPE_CHECKING:
    from cppcc_graph.publish import Change


@click.command("load")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATHS]…")
@store_option
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
def command(paths: tuple[Path, ...], *, dry_run: bool, **given: object) -> None:
    """
    Put files into a store on disk or in a SPARQL engine, each as its named graph.

    PATHS are files or folders; without them, the bundled data. The ontology is loaded with them. Everything is read and
    judged by the shapes first; then all of it replaces the graphs of the same names in one step, or nothing does.
    Other graphs of the store stay. Exit status: 0 done, 1 violations, 2 something cannot be read.

    \b
    cppcc load --store ./store my-report.ttl
    cppcc load --store ./store --dry-run
    cppcc load --store https://example.org/sparql
    """
    from cppcc_graph.publish import changes, load_published, open_for_loading, publish

    settings = settings_of(**given)
    if settings.store is None:
        raise BadSetting("store", "name the folder or the address of the store with --store")
    with progress("reading") as on_file:
        loaded = load_published(paths, on_file=on_file)
    with closing(open_for_loading(settings.store)) as store, working("judging the data by the shapes"):
        told = changes(store, loaded) if dry_run else publish(store, loaded)
    click.echo(_told(told, dry_run=dry_run))


def _told(told: "Sequence[Change]", *, dry_run: bool) -> str:
    lines = [
        f"{c.n_added:>8,} added {c.n_removed:>8,} removed  {shorten(c.graph_iri)}" + " (new)" * c.is_new for c in told
    ]
    if not told:
        return "the store says what the files say"
    verb = "would change" if dry_run else "changed"
    return "\n".join([*lines, f"{len(told)} graph{'s' * (len(told) != 1)} {verb}"])
