"""The measurements run and say what they measured; no figure is judged."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
ROWS = [
    "cppcc serve: start to first answer",
    "cppcc serve: peak memory, all processes",
    "point query over HTTP, kept connection",
    "point query over HTTP, new connection",
    "read all files and fill the store",
    "point query in-process, store",
    "point query in-process, application",
    "cppcc validate: everything",
    "cppcc validate: peak memory",
]


@pytest.mark.long
def test_every_measurement_is_made_and_printed_with_machine_and_commit():
    arguments = ["--rounds", "3", "--starts", "1", "--validations", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "cores, Python" in done.stdout.splitlines()[0]
    assert [line[:44].rstrip() for line in done.stdout.splitlines()[2:]] == ROWS
