"""
Start-up, one point query in-process and over HTTP, full validation, memory: measured and printed, never asserted.

    python -m tests.bench [--rounds N] [--starts N] [--validations N]

Run it from the checkout on a quiet machine; compare only figures of one machine. No network but loopback.
"""

import argparse
import http.client
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

CHECKOUT = Path(__file__).parents[2]
SERVER = CHECKOUT / "server"
PROGRAM = "import sys; from cppcc_graph.cli import main; sys.argv[0] = 'cppcc'; main()"
POINT_QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?label { <https://w3id.org/cppcc-graph/id/organisation/cppcc-hengyang> rdfs:label ?label }"""
PATH = f"/sparql?query={quote(POINT_QUERY)}&format=json"
FIRST_ANSWER_DEADLINE_S = 60
WARM_UP = 20


@dataclass(frozen=True)
class Measured:
    """One row: what was measured, its unit, and the samples."""

    what: str
    unit: str
    samples: list[float]

    def row(self) -> str:
        """Name, number of samples, median and 95th percentile (the largest of few)."""
        many = len(self.samples) > 1
        p95 = quantiles(self.samples, n=20, method="inclusive")[-1] if many else self.samples[0]
        return f"{self.what:<44}{len(self.samples):>8}{median(self.samples):>12.2f}{p95:>12.2f}  {self.unit}"


def main() -> None:
    """Prints the table, row by row."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the server on this machine.")
    parser.add_argument("--rounds", type=int, default=1000, help="point queries to time (default: 1000)")
    parser.add_argument("--starts", type=int, default=5, help="starts of the server to time (default: 5)")
    parser.add_argument("--validations", type=int, default=3, help="full validations to time (default: 3)")
    given = parser.parse_args()
    rows = chain(
        [machine(), f"{'':<44}{'samples':>8}{'median':>12}{'p95':>12}"], (m.row() for m in measurements(given))
    )
    for row in rows:
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()


def machine() -> str:
    """Processor, cores, Python and commit, for comparing like with like."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    commit = _git("rev-parse", "--short", "HEAD") + ("+changes" if _git("status", "--porcelain") else "")
    versions = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {versions}, commit {commit}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def measurements(given: argparse.Namespace) -> Iterator[Measured]:
    """Each measurement in turn."""
    starts, memories = [], []
    for _ in range(given.starts):
        with served() as (server, started, port):
            starts.append(time.perf_counter() - started)
            request(port)
            memories.append(tree_memory_mib(server.pid))
    yield Measured("cppcc serve: start to first answer", "s", starts)
    yield Measured("cppcc serve: peak memory, all processes", "MiB", memories)
    yield from over_http(given.rounds)
    yield from in_process(given.rounds)
    yield from validations(given.validations)


def over_http(rounds: int) -> Iterator[Measured]:
    """A point query over one kept connection, and with a connection for each."""
    with served() as (_, _, port):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        yield Measured("point query over HTTP, kept connection", "ms", timed(lambda: request(port, connection), rounds))
        yield Measured("point query over HTTP, new connection", "ms", timed(lambda: request(port), rounds))
        connection.close()


def in_process(rounds: int) -> Iterator[Measured]:
    """The same query through the application and through the store alone."""
    from cppcc_graph.formats import format_named
    from cppcc_graph.publish import load_published, put
    from cppcc_graph.settings import Settings
    from cppcc_graph.store.base import QueryRequest
    from cppcc_graph.store.embedded import EmbeddedStore
    from cppcc_graph.web import create_app

    started = time.perf_counter()
    loaded = load_published()
    store = EmbeddedStore()
    put(store, loaded)
    yield Measured("read all files and fill the store", "s", [time.perf_counter() - started])
    query = QueryRequest(query=POINT_QUERY, formats=(format_named("json"),))
    yield Measured("point query in-process, store", "ms", timed(lambda: store.answer(query), rounds))
    client = create_app(Settings(), store).test_client()
    yield Measured("point query in-process, application", "ms", timed(lambda: client.get(PATH), rounds))
    store.close()


def validations(count: int) -> Iterator[Measured]:
    """`cppcc validate` as a process of its own, reading included."""
    seconds, memories = [], []
    for _ in range(count):
        started = time.perf_counter()
        with subprocess.Popen(command("validate"), env=environment(), stdout=subprocess.DEVNULL) as process:
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # it has been waited for
        seconds.append(time.perf_counter() - started)
        memories.append(usage.ru_maxrss / 1024)
    yield Measured("cppcc validate: everything", "s", seconds)
    yield Measured("cppcc validate: peak memory", "MiB", memories)


def timed(call: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each of *rounds* calls, after some that do not count."""
    for _ in range(min(WARM_UP, rounds)):
        call()
    samples = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        samples.append((time.perf_counter() - started) * 1000)
    return samples


@contextmanager
def served() -> Iterator[tuple[subprocess.Popen[bytes], float, int]]:
    """A server in a process of its own, when it was started, and its port; it has answered once."""
    port = free_port()
    started = time.perf_counter()
    arguments = command("serve", "--port", str(port), "--log-level", "ERROR")
    process = subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                request(port)
                break
            except ConnectionError:
                if process.poll() is not None or time.perf_counter() - started > FIRST_ANSWER_DEADLINE_S:
                    raise
                time.sleep(0.005)
        yield process, started, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def request(port: int, connection: http.client.HTTPConnection | None = None) -> None:
    """One answered point query; anything but a 200 is an error."""
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    own.request("GET", PATH)
    response = own.getresponse()
    body = response.read()
    if connection is None:
        own.close()
    if response.status != 200 or b'"bindings"' not in body:
        raise RuntimeError(f"the server answered {response.status}: {body[:200]!r}")


def free_port() -> int:
    """A port that was free a moment ago."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree_memory_mib(pid: int) -> float:
    """Peak resident memory of a process and its children, added up; shared pages count in each."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    return peak + sum(tree_memory_mib(int(child)) for child in children)


def command(*arguments: str) -> list[str]:
    """The command line of this checkout, under this interpreter."""
    return [sys.executable, "-c", PROGRAM, *arguments]


def environment() -> dict[str, str]:
    """Ours, with this checkout's package first."""
    return {**os.environ, "PYTHONPATH": str(SERVER)}


if __name__ == "__main__":
    sys.path.insert(0, str(SERVER))
    main()
