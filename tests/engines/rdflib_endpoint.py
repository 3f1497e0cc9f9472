"""``rdflib-endpoint serve`` over its Oxigraph store, from PyPI; it reads its files before it listens."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.engines.engine import Engine, EngineMissing, free_port, inserting_at, running, temporary_folder


def program() -> str:
    """Path of the program, of this environment first."""
    found = shutil.which("rdflib-endpoint", path=str(Path(sys.executable).parent)) or shutil.which("rdflib-endpoint")
    if found is None:
        raise EngineMissing("rdflib-endpoint is not installed: pip install 'rdflib-endpoint[cli,oxigraph]'")
    return found


@contextmanager
def served(data: Sequence[Path] = ()) -> Iterator[Engine]:
    """Queries and updates at /; more than what it was started with is inserted by updates, which is slow."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    options = ["--host", "127.0.0.1", "--port", str(port), "--store", "Oxigraph", "--enable-update"]
    command = [program(), "serve", *options, *(str(path.resolve()) for path in data)]
    with temporary_folder() as folder, running(command, folder, query_url=url) as process:
        yield Engine(
            name="rdflib-endpoint",
            version=version("rdflib-endpoint"),
            query_url=url,
            update_url=url,
            default_graph="union of the named graphs, a bag: Dataset(default_union=True), its only way",
            process=process,
            load=inserting_at(url),
        )
