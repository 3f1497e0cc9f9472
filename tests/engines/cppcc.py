"""Our own server of this checkout, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.engine import Engine, EngineFailed, free_port, inserting_at, running, temporary_folder

SERVER = Path(__file__).parents[2] / "server"
COMMAND = (sys.executable, "-m", "cppcc_graph")


def environment() -> dict[str, str]:
    """Ours, with this checkout's package first."""
    return {**os.environ, "PYTHONPATH": str(SERVER)}


@contextmanager
def served(data: Sequence[Path] = (), *, options: Sequence[str] = ()) -> Iterator[Engine]:
    """
    ``cppcc serve`` with these files instead of the bundled data, and with more *options* of its command line.

    With --writable among them (bare mode) it takes updates too.
    """
    said = subprocess.run([*COMMAND, "--version"], env=environment(), capture_output=True, text=True, check=True).stdout
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    files = [option for path in data for option in ("--data", str(path.resolve()))]
    command = [*COMMAND, "serve", "--port", str(port), "--log-level", "ERROR", *files, *options]
    with temporary_folder() as folder, running(command, folder, query_url=url, environment=environment()) as process:
        yield Engine(
            name="cppcc",
            version=said.split()[-1],
            query_url=url,
            update_url=url if "--writable" in options else None,
            default_graph="a graph of its own" if "separate" in options else "union of the named graphs, a set",
            process=process,
            load=inserting_at(url) if "--writable" in options else _refused,
        )


def _refused(path: Path) -> None:
    raise EngineFailed(f"cppcc is read-only here: give {path.name} to served() at the start")
