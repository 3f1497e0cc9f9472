"""``oxigraph serve`` in memory, from the PyPI wheel ``oxigraph``."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.engine import Engine, EngineMissing, free_port, posting_to, running, temporary_folder


def program() -> str:
    """Path of the program, of this environment first."""
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if found is None:
        raise EngineMissing("oxigraph is not installed: pip install oxigraph")
    return found


@contextmanager
def served(data: Sequence[Path] = (), *, is_union: bool = True) -> Iterator[Engine]:
    """
    A store in memory that takes queries at /query, updates at /update and datasets at /store.

    With *is_union* it asks all graphs as its default graph, even where a query says FROM.
    """
    oxigraph = program()
    said = subprocess.run([oxigraph, "--version"], capture_output=True, text=True, check=True).stdout
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [oxigraph, "serve", "--bind", f"127.0.0.1:{port}", *(["--union-default-graph"] if is_union else [])]
    with temporary_folder() as folder, running(command, folder, query_url=f"{base}/query") as process:
        engine = Engine(
            name="oxigraph serve",
            version=said.split()[-1],
            query_url=f"{base}/query",
            update_url=f"{base}/update",
            default_graph="union of the named graphs, a bag: --union-default-graph"
            if is_union
            else "its own, as it is",
            process=process,
            load=posting_to(f"{base}/store"),
        )
        for path in data:
            engine.load(path)
        yield engine
