"""The W3C's query, update, syntax and format tests against a served bare mode: exactly the known failures fail."""

import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conformance.conftest import BARE
from tests.conformance.manifest import suite
from tests.engines import cppcc
from tests.engines.engine import free_port

KNOWN = tomllib.loads((Path(__file__).parent / "known_failures.toml").read_text(encoding="utf-8"))
PARTS = ("1.0,1.2", "1.1")
"""Versions that are tested at the same time, each part with a server of its own: about half of the tests each."""
DEADLINE_S = 600


def test_every_known_failure_has_a_reason_and_every_reason_a_failure() -> None:
    assert set(KNOWN["failures"].values()) == set(KNOWN["reasons"])


def test_the_known_failures_are_as_many_as_the_totals_say() -> None:
    versions = Counter(f"SPARQL 1.{name[len('sparql1')]}" for name in KNOWN["failures"])

    assert versions == {version: counts["failed"] for version, counts in KNOWN["totals"].items()}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, str]]:
    """One entry for each test of the suite, with its ``id``, ``suite``, ``outcome`` and ``detail``."""
    harness = suite().parents[1] / "sparql_eval.py"
    if not harness.is_file():
        pytest.skip(f"no {harness.name} beside the W3C test suite")
    folder = tmp_path_factory.mktemp("w3c")
    with ThreadPoolExecutor() as threads:
        return [result for part in threads.map(lambda part: run(harness, folder, part), PARTS) for result in part]


def run(harness: Path, folder: Path, versions: str) -> list[Mapping[str, str]]:
    """The results of some versions of SPARQL, against a server of their own."""
    out = folder / f"{versions}.json"
    federation = free_port()
    options = (*BARE, "--service", f"http://127.0.0.1:{federation}/")
    with cppcc.served(options=options) as engine:
        graphs = engine.query_url.replace("/sparql", "/graphs")
        command = [sys.executable, str(harness), "--suite", str(suite().parent), "--out", str(out)]
        command += ["--query", engine.query_url, "--update", engine.query_url, "--gsp", graphs]
        command += ["--federation-port", str(federation), "--versions", versions]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert out.is_file(), done.stderr
    found: list[Mapping[str, str]] = json.loads(out.read_text(encoding="utf-8"))["results"]
    return found


@pytest.mark.slow
def test_exactly_the_known_failures_fail(results: list[Mapping[str, str]]) -> None:
    failed = {result["id"]: result["detail"] for result in results if result["outcome"] == "failed"}

    assert {name: detail for name, detail in failed.items() if name not in KNOWN["failures"]} == {}
    assert set(KNOWN["failures"]) - set(failed) == set()


@pytest.mark.slow
def test_as_many_tests_pass_as_with_the_engine_alone(results: list[Mapping[str, str]]) -> None:
    counts = Counter((f"SPARQL {result['suite']}", result["outcome"]) for result in results)

    for version, expected in KNOWN["totals"].items():
        assert {outcome: counts[version, outcome] for outcome in expected} == expected


@pytest.mark.slow
def test_only_tests_of_entailment_regimes_are_skipped(results: list[Mapping[str, str]]) -> None:
    skipped = {result["group"] for result in results if result["outcome"] == "skipped"}

    assert skipped == {"sparql11/entailment"}
