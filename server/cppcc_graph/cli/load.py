"""``cppcc load``."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cppcc_graph.cli.changing import Wish, dry_run_option, in_folder, message_option, told
from cppcc_graph.cli.options import progress, settings_of, store_option, working
from cppcc_graph.errors import BadSetting
from cppcc_graph.sending import Sent
from cppcc_graph.store.address import Remote
from cppcc_graph.store.proposal import DatasetWrite

if TYPE_CHECKING:
    from cppcc_graph.sources import Loaded


@click.command("load")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATHS]…")
@store_option
@message_option
@dry_run_option
def command(paths: tuple[Path, ...], message: str, *, dry_run: bool, **given: object) -> None:
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
    from cppcc_graph.publish import load_published
    from cppcc_graph.repository import as_document

    settings = settings_of(**given)
    if settings.store is None:
        raise BadSetting("store", "name the folder or the address of the store with --store")
    wish = Wish(message=message, dry_run=dry_run)
    with progress("reading") as on_file:
        loaded = load_published(paths, on_file=on_file)
    if isinstance(settings.store, Remote):
        sent = _into_engine(settings.store, loaded, dry_run=dry_run)
    else:
        sent = in_folder(settings.store, DatasetWrite(document=as_document(loaded)), "load", wish)
    click.echo(told(sent, dry_run=dry_run, nothing="the store says what the files say"))


def _into_engine(remote: Remote, loaded: "Sequence[Loaded]", *, dry_run: bool) -> Sent:
    """An engine keeps no history; what it would hold is judged as a whole before anything is sent."""
    from cppcc_graph.publish import changes, open_for_loading, publish

    with closing(open_for_loading(remote)) as store, working("judging the data by the shapes"):
        found = changes(store, loaded) if dry_run else publish(store, loaded)
    return Sent(
        version=0,
        is_committed=bool(found) and not dry_run,
        counts={change.graph_iri: (change.n_added, change.n_removed) for change in found},
        new_graphs=tuple(change.graph_iri for change in found if change.is_new),
    )
