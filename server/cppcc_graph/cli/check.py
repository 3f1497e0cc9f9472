"""``cppcc check``."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from cppcc_graph.cli.options import settings_of, versioned_folder, versioned_option, working
from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import shorten

_FOUND = 1
_MAX_FINDINGS = 20


@click.command("check")
@versioned_option
@click.option("--shapes/--no-shapes", "is_judged", default=True, help="Whether to judge all data by the shapes.")
def command(*, is_judged: bool, **given: object) -> int:
    """
    Check that a store on disk holds what was written into it.

    Every record of the journal is compared with its hash and with the record before it, the data with what the journal
    says that they are, every index of the engine is read, and, unless --no-shapes, all data are judged by the shapes.
    Nothing is changed, and a server may write meanwhile: what is checked is the state at one commit. Exit status: 0
    all well, 1 something is found, 2 the store cannot be read.

    \b
    cppcc check --store ./store
    cppcc check --store ./store --no-shapes
    """
    folder = versioned_folder(settings_of(**given))
    n_found = sum(_tell(name, *step) for name, step in _steps(folder, is_judged=is_judged))
    return _FOUND if n_found else 0


_Step = tuple[str, list[str]]


def _steps(folder: Path, *, is_judged: bool) -> Iterator[tuple[str, _Step]]:
    """Name of each step, with what to say when all is well, and its findings."""
    with working("checking the journal"):
        journal = _of_journal(folder)
    yield "journal", journal
    with working("reading the store"):
        store, damage = _read(folder)
    if store is None:
        yield "data", ("not checked", [sentence for sentence in damage if sentence not in journal[1]])
        return
    with closing(store):
        with working("checking the data"):
            well, findings = _of_data(folder, store)
            yield "data", (well, [*damage, *findings])
        if is_judged:
            with working("judging the data by the shapes"):
                yield "shapes", _of_shapes(store)


def _read(folder: Path) -> tuple[EmbeddedStore | None, list[str]]:
    """The data at the end of the journal, or the damage that prevents it."""
    from cppcc_graph.store.checking import index_findings
    from cppcc_graph.store.versioned import in_memory

    try:
        store = in_memory(folder)
        return store, index_findings(folder)
    except StoreUnavailable as error:
        return None, _damage(error)


def _damage(error: StoreUnavailable) -> list[str]:
    """What is damaged; what merely cannot be read is no finding, and is raised again."""
    if isinstance(error.__cause__, OSError):
        raise error
    return [error.reason]


def _of_journal(folder: Path) -> _Step:
    from cppcc_graph.store.checking import journal_findings
    from cppcc_graph.store.journal import Journal

    try:
        journal = Journal.read(folder)
    except StoreUnavailable as error:
        return "", _damage(error)
    if not journal.version:
        return "no commits yet", []
    n = journal.version
    well = f"{n:,} commit{'s' * (n != 1)}, {journal.end:,} bytes, whole; the last hash is {journal.last_hash}"
    return well, journal_findings(journal)


def _of_data(folder: Path, store: EmbeddedStore) -> _Step:
    from cppcc_graph.store.checking import state_findings
    from cppcc_graph.store.journal import Journal

    entries = Journal.read(folder).entries[: store.number]
    n_triples = sum(graph.n_triples for graph in store.graphs())
    unsaid = "which no commit speaks of, so nothing tells whether they are what was loaded" if n_triples else "empty"
    said = f"as version {store.number} says" if entries else unsaid
    return f"{len(store.graphs()):,} graphs, {n_triples:,} triples, {said}", state_findings(store, list(entries))


def _of_shapes(store: EmbeddedStore) -> _Step:
    from cppcc_graph.publish import judged, stored

    report = judged(stored(store))
    violations = [f for f in report.findings if f.severity == "Violation"]
    return "no violation", [f"{f.rule} {shorten(f.focus)} {f.path}: {f.message_en}" for f in violations]


def _tell(name: str, well: str, findings: list[str]) -> int:
    """One line when all is well, one for each finding else; gives how many there are."""
    if not findings:
        click.echo(f"{name:<8} {well}")
    for finding in findings[:_MAX_FINDINGS]:
        click.echo(f"{name:<8} {finding}")
    if len(findings) > _MAX_FINDINGS:
        click.echo(f"{name:<8} … and {len(findings) - _MAX_FINDINGS:,} more")
    return len(findings)
