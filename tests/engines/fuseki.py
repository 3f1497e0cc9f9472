"""
Apache Jena Fuseki 5 with TDB2 in a temporary folder.

The server is one jar of Maven Central, which ``.ci/run`` copies into ``$XDG_CACHE_HOME/cppcc-graph``; it needs Java 17.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engines.engine import Engine, EngineMissing, free_port, posting_to, running, temporary_folder

HEAP = "-Xmx2g"


def java_and_jar() -> tuple[str, Path]:
    """Path of Java, and the newest jar in the cache folder."""
    java = shutil.which("java")
    if java is None:
        raise EngineMissing("Java is not installed: Fuseki 5 needs Java 17 (Debian: default-jre-headless)")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cppcc-graph"
    jars = sorted(cache.glob("jena-fuseki-server-5.*.jar"))
    if not jars:
        raise EngineMissing(
            f"no jena-fuseki-server-5.*.jar in {cache}: mvn dependency:copy "
            f"-Dartifact=org.apache.jena:jena-fuseki-server:5.6.0 -DoutputDirectory={cache}"
        )
    return java, jars[-1]


@contextmanager
def served(data: Sequence[Path] = ()) -> Iterator[Engine]:
    """The dataset /ds on disk: queries at /ds/sparql, updates at /ds/update, datasets at /ds/data."""
    java, jar = java_and_jar()
    port = free_port()
    base = f"http://127.0.0.1:{port}/ds"
    with temporary_folder() as folder:
        place = ["--localhost", "--port", str(port), "--tdb2", f"--loc={folder}"]
        options = ["--update", "--set", "tdb2:unionDefaultGraph=true", "--quiet"]
        environment = {**os.environ, "FUSEKI_BASE": str(folder / "run")}
        command = [java, HEAP, "-jar", str(jar), *place, *options, "/ds"]
        with running(command, folder, query_url=f"{base}/sparql", environment=environment) as process:
            engine = Engine(
                name="Fuseki",
                version=jar.stem.rpartition("-")[2],
                query_url=f"{base}/sparql",
                update_url=f"{base}/update",
                default_graph="union of the named graphs, a set: --set tdb2:unionDefaultGraph=true",
                process=process,
                load=posting_to(f"{base}/data"),
            )
            for path in data:
                engine.load(path)
            yield engine
