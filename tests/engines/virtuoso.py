"""Virtuoso 7 (Debian: virtuoso-opensource-7-bin) with a database of its own in a temporary folder."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.engine import Engine, EngineFailed, EngineMissing, free_port, running, temporary_folder

NQUADS = 512
"""Flag of TTLP_MT: the file is N-Quads, and its graph names count."""
OWNER = "dba"
"""Name and password of the owner in every new database; it listens on loopback and ends with the test."""
RIGHTS = "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7);"
"""Strangers may write, as they may with the other engines here."""

CONFIGURATION = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
ErrorLogLevel = 3
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 60
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 50000
MaxDirtyBuffers = 37500
DirsAllowed = {folders}
SchedulerInterval = 10
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 40
MaxKeepAlives = 40
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 100000000
MaxConstructTriples = 100000000
MaxQueryExecutionTime = 0
MaxQueryCostEstimationTime = 0
"""


def programs() -> tuple[str, str]:
    """Paths of the server and of its SQL client."""
    server, sql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if server is None or sql is None:
        raise EngineMissing("Virtuoso 7 is not installed (Debian: virtuoso-opensource-7-bin)")
    return server, sql


@contextmanager
def served(data: Sequence[Path] = ()) -> Iterator[Engine]:
    """A new database: queries and updates at /sparql, loading by its SQL client."""
    server, sql = programs()
    port, sql_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    with temporary_folder() as folder:
        configuration = CONFIGURATION.format(port=port, sql_port=sql_port, folders=folder)
        (folder / "virtuoso.ini").write_text(configuration, encoding="utf-8")
        command = [server, "+foreground", "+configfile", "virtuoso.ini"]
        with running(command, folder, query_url=url) as process:
            say = _speaking_to(sql, sql_port)
            say(RIGHTS)
            engine = Engine(
                name="Virtuoso",
                version=_version(server),
                query_url=url,
                update_url=url,
                default_graph="union of the named graphs and of its own four, a bag: it has no other",
                process=process,
                load=_loading(say, folder),
            )
            for path in data:
                engine.load(path)
            yield engine


def _speaking_to(sql: str, sql_port: int) -> Callable[[str], None]:
    def say(statements: str) -> None:
        command = [sql, f"127.0.0.1:{sql_port}", OWNER, OWNER, "ERRORS=STDOUT", f"EXEC={statements}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "*** Error" in done.stdout or done.returncode:
            raise EngineFailed(f"Virtuoso refused {statements}: {done.stdout}{done.stderr}")

    return say


def _loading(say: Callable[[str], None], folder: Path) -> Callable[[Path], None]:
    """Loads through a copy in the engine's own folder, the only one it may read."""

    def load(path: Path) -> None:
        copy = folder / "load.nq"
        shutil.copyfile(path, copy)
        say(f"log_enable(2); DB.DBA.TTLP_MT (file_open ('{copy}'), '', 'urn:none', {NQUADS}, 2); checkpoint;")
        copy.unlink()

    return load


def _version(server: str) -> str:
    said = subprocess.run([server, "-?"], capture_output=True, text=True, check=False)
    line = next(line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Version "))
    return line.split()[1]
