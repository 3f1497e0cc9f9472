"""Each engine starts, takes named graphs, answers over their union, and is gone afterwards."""

import json
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.engines import ENGINES, EngineFailed, started, why_missing
from tests.engines.engine import request as http_request

TWO_GRAPHS = """\
<http://example.org/a> <http://example.org/p> "one" <http://example.org/graph/1> .
<http://example.org/b> <http://example.org/p> "\\u653F\\u534F"@zh <http://example.org/graph/2> .
"""
MORE = '<http://example.org/c> <http://example.org/p> "three" <http://example.org/graph/3> .\n'
EVERYWHERE = "SELECT ?s ?o { ?s <http://example.org/p> ?o }"
IN_GRAPH_2 = "SELECT ?s ?o { GRAPH <http://example.org/graph/2> { ?s <http://example.org/p> ?o } }"
INSERT = "INSERT DATA { GRAPH <http://example.org/graph/4> { <http://example.org/d> <http://example.org/p> 'four' } }"


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request, tmp_path_factory):
    missing = why_missing(request.param)
    if missing:
        pytest.skip(missing)
    path = tmp_path_factory.mktemp("data") / "two.nq"
    path.write_text(TWO_GRAPHS, encoding="utf-8")
    with started(request.param, [path]) as running:
        yield running
        pids = running.pids
    gives_up = time.monotonic() + 5
    while any(map(runs, pids)) and time.monotonic() < gives_up:
        time.sleep(0.01)
    assert not [pid for pid in pids if runs(pid)]


def runs(pid):
    """Whether a process lives; one that has ended may wait for init to take note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def rows(engine, query):
    accept = {"Accept": "application/sparql-results+json"}
    status, body = http_request("GET", f"{engine.query_url}?query={quote(query)}", headers=accept)
    assert status == 200, body
    return sorted((row["s"]["value"][-1], row["o"]["value"]) for row in json.loads(body)["results"]["bindings"])


@pytest.mark.slow
def test_the_default_graph_is_the_union_of_the_named_graphs_then_more_is_added(engine, tmp_path):
    assert rows(engine, EVERYWHERE) == [("a", "one"), ("b", "政协")]
    assert rows(engine, IN_GRAPH_2) == [("b", "政协")]
    assert engine.version[0].isdigit()
    assert engine.memory_mib() > 1

    path = tmp_path / "more.nq"
    path.write_text(MORE, encoding="utf-8")
    if engine.update_url is None:
        with pytest.raises(EngineFailed, match=r"read-only here: give more\.nq to served\(\) at the start"):
            engine.load(path)
        return
    engine.load(path)
    status, said = http_request(
        "POST", engine.update_url, body=INSERT.encode(), headers={"Content-Type": "application/sparql-update"}
    )
    assert status in {200, 204}, said
    assert rows(engine, EVERYWHERE) == [("a", "one"), ("b", "政协"), ("c", "three"), ("d", "four")]


@pytest.mark.slow
def test_an_engine_that_does_not_start_says_what_it_wrote(tmp_path):
    missing = tmp_path / "missing.nq"

    with pytest.raises(EngineFailed, match=r"does not answer \(exit status 2\):\n[\s\S]*missing\.nq"):
        started("cppcc", [missing]).__enter__()
