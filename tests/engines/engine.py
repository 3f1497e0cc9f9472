"""One running engine: how it is started, waited for, watched and stopped."""

import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from urllib.parse import quote, urlsplit

LOADING_DEADLINE_S = 600
STOPPING_DEADLINE_S = 30
LOG_TAIL = 2000
QUADS_PER_UPDATE = 1000
QUAD = re.compile(r"(?P<triple>.+) (?P<graph><[^ ]+>) \.")


class EngineMissing(Exception):  # named after what happened, as in errors.py
    """An engine is not installed; the message says what to install."""


class EngineFailed(Exception):
    """An engine ended, did not answer in time, or refused data; the message carries what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine that answers on loopback. ``update_url`` is None where it takes no updates."""

    name: str
    version: str
    query_url: str
    update_url: str | None
    default_graph: str
    """In words: what a query without FROM sees, and how that was set."""
    process: subprocess.Popen[bytes]
    load: Callable[[Path], None]
    """Adds a file of N-Quads, named graphs included; raises EngineFailed."""

    @property
    def pids(self) -> list[int]:
        """The process that was started, then its descendants that live now."""
        return [self.process.pid, *child_pids(self.process.pid)]

    def memory_mib(self) -> float:
        """Resident memory of all its processes in MiB; a page that several share counts once."""
        return sum(memory_mib(pid) for pid in self.pids)

    def cpu_s(self) -> float:
        """Processor time so far of the processes that live now, in seconds."""
        return sum(cpu_s(pid) for pid in self.pids)


def cpu_s(pid: int) -> float:
    """Processor time of one process so far in seconds, user and system; 0 when it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def child_pids(pid: int) -> list[int]:
    """The descendants of a process, parents before children; empty when it is gone."""
    own: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            own += map(int, (task / "children").read_text(encoding="ascii").split())
    return own + [below for child in own for below in child_pids(child)]


def memory_mib(pid: int) -> float:
    """Proportional set size of one process in MiB: shared pages are divided among those who share them."""
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
    return 0.0


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, however much an engine leaves in it."""
    with TemporaryDirectory(prefix="cppcc-engine-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def running(
    command: Sequence[str], folder: Path, *, query_url: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs in *folder* and has answered a query; stopped by its pid when the block ends."""
    log = folder / "engine.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_it_answers(process, query_url, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPPING_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOPPING_DEADLINE_S)


def _wait_until_it_answers(process: subprocess.Popen[bytes], query_url: str, log: Path) -> None:
    gives_up = time.monotonic() + LOADING_DEADLINE_S
    while not answers(query_url):
        if process.poll() is not None or time.monotonic() > gives_up:
            end = log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]
            raise EngineFailed(f"{process.args!r} does not answer (exit status {process.returncode}):\n{end}")
        time.sleep(0.05)


def answers(query_url: str) -> bool:
    """Whether a query gets a 200 here and now."""
    try:
        status, _ = request("GET", f"{query_url}?query={quote('ASK {}')}", timeout_s=60)
    except (OSError, http.client.HTTPException):
        return False
    return status == 200


def request(
    method: str,
    url: str,
    *,
    body: object = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    timeout_s: float = 600,
) -> tuple[int, bytes]:
    """Status and body of one request to loopback; *body* is bytes or an open file, sent as it is read."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
    length = {"Content-Length": str(os.fstat(body.fileno()).st_size)} if hasattr(body, "fileno") else {}
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, {**headers, **length})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def posting_to(url: str) -> Callable[[Path], None]:
    """Loads a file of N-Quads by POST, as Oxigraph and Fuseki take whole datasets."""

    def load(path: Path) -> None:
        with path.open("rb") as file:
            status, said = request("POST", url, body=file, headers={"Content-Type": "application/n-quads"})
        if status >= 300:
            raise EngineFailed(f"{url} answered {status} to {path.name}: {said[:LOG_TAIL]!r}")

    return load


def inserting_at(url: str) -> Callable[[Path], None]:
    """Loads N-Quads by updates, for engines that take nothing else; slow, and blank nodes last for one update only."""

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
