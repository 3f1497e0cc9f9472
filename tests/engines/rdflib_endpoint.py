"""``rdflib-endpoint serve`` over its Oxigraph store, from PyPI; it reads its files before it listens."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.engines.engine import (
    LOG_TAIL,
    Engine,
    EngineFailed,
    EngineMissing,
    free_port,
    request,
    running,
    temporary_folder,
)

QUADS_PER_UPDATE = 1000
QUAD = re.compile(r"(?P<triple>.+) (?P<graph><[^ ]+>) \.")


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
            load=_inserting_at(url),
        )


def _inserting_at(url: str) -> Callable[[Path], None]:
    def load(path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        for first in range(0, len(lines), QUADS_PER_UPDATE):
            found = [match for line in lines[first : first + QUADS_PER_UPDATE] if (match := QUAD.fullmatch(line))]
            inserted = "\n".join(f"GRAPH {quad['graph']} {{ {quad['triple']} }}" for quad in found)
            update = f"INSERT DATA {{ {inserted} }}".encode()
            status, said = request("POST", url, body=update, headers={"Content-Type": "application/sparql-update"})
            if status >= 300:
                raise EngineFailed(f"{url} answered {status} to {path.name}: {said[:LOG_TAIL]!r}")

    return load
