"""``cppcc serve`` as a tree of processes: what it answers, what it holds, and what it leaves behind."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from urllib.parse import quote, urlencode

from tests.engines.engine import memory_mib

SERVER = Path(__file__).parents[2] / "server"
READY_DEADLINE_S = 60
SECONDS_OF_WORK = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c != ?i) }"
"""Over the bundled data it ends after hours only."""
BARE = ("--empty", "--default-graph", "separate", "--shapes", "none", "--writable", "--no-auth")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, header fields by lower-case name, body, seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_s: float


@dataclass(slots=True)
class Server:
    """A running server on loopback; its temporary folder holds nothing of others."""

    process: subprocess.Popen[bytes]
    port: int
    temporary: Path
    log: Path
    arguments: tuple[str, ...] = field(default=())

    def connect(self, *, client: str = "127.0.0.1", timeout_s: float = 60) -> http.client.HTTPConnection:
        """A connection from an address of loopback."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s, source_address=(client, 0))

    def request(
        self,
        method: str,
        target: str,
        *,
        body: object = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        client: str = "127.0.0.1",
        timeout_s: float = 60,
    ) -> Reply:
        """One request; raises what `http.client` raises when the answer is cut."""
        begun = time.monotonic()
        connection = self.connect(client=client, timeout_s=timeout_s)
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            received = response.read()
        finally:
            connection.close()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, fields, received, time.monotonic() - begun)

    def ask(
        self, query: str, *, accept: str = "text/csv", client: str = "127.0.0.1", timeout_s: float = 60, **more: str
    ) -> Reply:
        """A query by POST; *more* are parameters of the address."""
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        target = "/sparql" + (f"?{urlencode(more)}" if more else "")
        return self.request(
            "POST",
            target,
            body=query.encode("utf-8", "surrogatepass"),
            headers=headers,
            client=client,
            timeout_s=timeout_s,
        )

    def is_well(self, *, client: str = "127.0.0.1", timeout_s: float = 5) -> bool:
        """Whether a normal query gets its right answer; never asked twice in the same words, so never kept."""
        token = time.monotonic_ns()
        answered = self.ask(
            f"SELECT ({token} AS ?t) (1 + 1 AS ?two) {{ ?s a ?c }} LIMIT 1", client=client, timeout_s=timeout_s
        )
        return (answered.status, answered.body) == (200, f"t,two\r\n{token},2\r\n".encode())

    def seconds_until_well(self, timeout_s: float = 10) -> float:
        """Seconds until a normal query gets its right answer."""
        begun = time.monotonic()
        while time.monotonic() - begun < timeout_s:
            with suppress(OSError, http.client.HTTPException):
                if self.is_well():
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise AssertionError(f"no right answer within {timeout_s} s:\n{self.log.read_text()[-2000:]}")

    @property
    def pids(self) -> list[int]:
        """Every process of this server that lives, whoever adopted it; no zombies."""
        return [pid for pid in processes_with(f"TMPDIR={self.temporary}") if _state(pid) != "Z"]

    @property
    def front(self) -> int:
        """The process that speaks HTTP."""
        return next(pid for pid in children(self.process.pid) if os.getpgid(pid) != pid)

    @property
    def nursery(self) -> int:
        """The process that forks evaluators; 0 while there is none."""
        return next((pid for pid in self.pids if os.getpgid(pid) == pid and pid != self.process.pid), 0)

    @property
    def evaluators(self) -> list[int]:
        """The processes that evaluate queries."""
        return children(self.nursery)

    def memory_mib(self) -> float:
        """Proportional set size of all processes."""
        return sum(memory_mib(pid) for pid in self.pids)

    def n_descriptors(self) -> int:
        """Open descriptors of all processes."""
        total = 0
        for pid in self.pids:
            with suppress(OSError):
                total += len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return total

    def cpu_s(self) -> float:
        """Processor seconds that all living processes have used."""
        return sum(cpu_s(pid) for pid in self.pids)

    def files(self) -> list[str]:
        """What lies in the temporary folder, sockets aside."""
        return sorted(str(path) for path in self.temporary.rglob("*") if path.is_file())

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


@contextmanager
def serving(*arguments: object) -> Iterator[Server]:
    """``cppcc serve`` with *arguments*, its temporary files in a folder of its own."""
    with TemporaryDirectory(prefix="cs-", ignore_cleanup_errors=True) as folder:
        yield from _serving(Path(folder), arguments)


def _serving(folder: Path, arguments: tuple[object, ...]) -> Iterator[Server]:
    temporary = folder / "t"
    temporary.mkdir()
    log, ready = folder / "log.txt", folder / "ready.txt"
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "TMPDIR": str(temporary)}
    given = tuple(map(str, arguments))
    with log.open("wb") as out, ready.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "cppcc_graph", "serve", "--port", "0", *given],
            stdout=out,
            stderr=err,
            env=environment,
            cwd=folder,
        )
    server = Server(process, _port(process, ready), temporary, ready, given)
    try:
        yield server
    finally:
        server.stop()
        for pid in server.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _port(process: subprocess.Popen[bytes], ready: Path) -> int:
    gives_up = time.monotonic() + READY_DEADLINE_S
    while time.monotonic() < gives_up and process.poll() is None:
        for line in ready.read_text().splitlines():
            if " is ready" in line:
                return int(line.split("http://127.0.0.1:")[1].split("/")[0])
        time.sleep(0.01)
    raise AssertionError(f"the server is not ready:\n{ready.read_text()[-2000:]}")


def get_target(query: str, **more: str) -> str:
    """The address of a query by GET."""
    return "/sparql?" + urlencode({"query": query, **more}, quote_via=quote)


def processes_with(marker: str) -> list[int]:
    """Processes whose environment at their start has this entry."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if marker.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return sorted(found)


def cpu_s(pid: int) -> float:
    """Processor seconds of one process; 0 when it is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def nameless_files(pid: int) -> list[str]:
    """Files without a name that a process holds open."""
    found = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            target = str(descriptor.readlink())
            if target.endswith("(deleted)"):
                found.append(target)
    return found


def wait_until(condition: object, timeout_s: float = 5.0) -> float:
    """Seconds until *condition* is true; fails when it is not in time."""
    begun = time.monotonic()
    while time.monotonic() - begun < timeout_s:
        if callable(condition) and condition():
            return time.monotonic() - begun
        time.sleep(0.01)
    raise AssertionError(f"not so after {timeout_s} s")


def children(pid: int) -> list[int]:
    """The processes that this one has forked and that live."""
    own = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError, ValueError):
        return [int(child) for child in own.read_text().split() if _state(int(child)) != "Z"]
    return []


def _state(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "Z"


def say(line: str) -> None:
    """One line for who runs the tests by hand."""
    sys.stdout.write(f"{line}\n")
