"""The comparison: invented data, questions, answers and load are what they are said to be; no figure is judged."""

import socket
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from hashlib import sha256
from itertools import repeat
from pathlib import Path
from threading import Thread

import pyoxigraph
import pytest
from tests.bench.answers import Answer, compared
from tests.bench.load import Run, drive
from tests.bench.picture import picture
from tests.bench.queries import KINDS
from tests.bench.reports import quads, report, report_path
from tests.bench.table import Cell, processor, ratios
from tests.engines import why_missing

CHECKOUT = Path(__file__).parents[2]


def test_a_report_has_672_different_triples_and_is_the_same_whatever_their_number():
    assert [len(set(report(n))) for n in (0, 11, 12, 99)] == [672, 672, 672, 672]
    here = f"<http://example.org/cppcc/{report_path(12)}> .\n"
    assert here == "<http://example.org/cppcc/report/0001-2013> .\n"
    assert [line for line in quads(13) if line.endswith(here)] == [line for line in quads(30) if line.endswith(here)]


def test_the_data_are_the_same_on_every_run():
    lines = [*quads(2)]

    assert len(lines) == 1937
    assert sha256("".join(lines).encode()).hexdigest()[:16] == "06b269d018e3064e"


def test_no_triple_stands_in_two_graphs_so_that_union_and_merge_agree():
    graphs = Counter(line.rsplit(" ", 2)[0] for line in quads(14))

    assert graphs.most_common(1)[0][1] == 1


def test_every_question_parses_and_no_two_texts_are_equal():
    store = pyoxigraph.Store()
    store.load("".join(quads(13)).encode(), format=pyoxigraph.RdfFormat.N_QUADS)
    for kind in KINDS.values():
        texts = [kind.query(13, number) for number in range(20)]

        assert len(set(texts)) == 20
        assert texts[7] == kind.query(13, 7)
        answers = [store.query(text, use_default_graph_as_union=True) for text in texts]
        assert any(bool(answer) if kind.name == "ASK" else any(answer) for answer in answers), kind.name


def test_ten_thousand_rows_are_the_figures_of_four_years():
    store = pyoxigraph.Store()
    store.load("".join(quads(12)).encode(), format=pyoxigraph.RdfFormat.N_QUADS)

    n_rows = len(list(store.query(KINDS["10 k rows"].query(12, 1), use_default_graph_as_union=True)))

    assert n_rows * 125 == 10_000


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (("1", "2"), "equal"),
        (("2", "1"), "equal"),
        (("1", "1"), "differs: 2 and 2 rows, such as ('2',) and ('1',)"),
        (("1",), "differs: 2 and 1 rows, such as ('2',) and -"),
        (('"1"^^integer', "2"), "differs: 2 and 2 rows, such as ('1',) and ('\"1\"^^integer',)"),
    ],
)
def test_answers_are_compared_as_bags(other, verdict):
    first = Answer(rows=(("1",), ("2",)))

    assert compared(first, Answer(rows=tuple((value,) for value in other)), in_order=False) == verdict


def test_other_datatypes_another_order_and_failures_are_told():
    first = Answer(rows=(('"1"^^integer',), ('"2"^^integer',)))
    decimals = Answer(rows=(('"1"^^decimal',), ('"2"^^decimal',)))

    told = compared(first, decimals, in_order=True)
    assert told.startswith("equal values, other datatypes: such as ('\"1\"^^integer',) and")
    assert compared(first, Answer(rows=first.rows[::-1]), in_order=True) == "equal rows in another order"
    assert compared(first, Answer(failure="500: b''"), in_order=False) == "failed: 500: b''"


@contextmanager
def answering(*pieces, is_whole):
    """A server that answers every request with these pieces, and leaves after the first one that is not whole."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(connection):
            with connection:
                while connection.recv(1000):
                    for piece in pieces:
                        connection.sendall(piece)
                    if not is_whole:
                        return

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                Thread(target=serve, args=(connection,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"who", b"l"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwhol\r\n", b"0\r\n\r\n"],
    ],
)
def test_whole_answers_are_counted(pieces):
    with answering(*pieces, is_whole=True) as url:
        run = drive(url, repeat(b"GET / HTTP/1.1\r\n\r\n"), clients=2, seconds=0.02)

    assert run.failures == []
    assert len(run.latencies_s) >= 2
    assert run.rate == len(run.latencies_s) / run.seconds


@pytest.mark.parametrize(
    ("pieces", "failure"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"], "connection closed after 42 bytes"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"], "connection closed after 56 bytes"),
        ([b"HTTP/1.1 503 Busy\r\n\r\n"], "HTTP/1.1 503 Busy\r\n\r\n"),
    ],
)
def test_broken_answers_are_failures(pieces, failure, monkeypatch):
    monkeypatch.setattr("tests.bench.load.LONGEST_S", 0.05)
    with answering(*pieces, is_whole=False) as url:
        run = drive(url, repeat(b"GET / HTTP/1.1\r\n\r\n"), clients=1, seconds=0.02)

    assert run.latencies_s == []
    assert set(run.failures) == {failure}


def run_of(rate):
    return Run(seconds=1.0, latencies_s=[0.001] * rate)


def test_a_ratio_is_the_median_of_the_rounds_and_its_spread_stands_beside_it():
    cells = {
        Cell("ASK", 8, "oxigraph serve"): [run_of(100), run_of(100), run_of(200)],
        Cell("ASK", 8, "cppcc"): [run_of(50), run_of(60), run_of(80)],
    }

    assert ratios(cells, ["ASK"], 8, ["cppcc", "oxigraph serve"]).splitlines() == [
        "|  | oxigraph serve, answers/s | cppcc |",
        "| --- | --: | --: |",
        "| ASK | 100.0 | 0.50 [0.40–0.60] |",
    ]
    costs = {Cell("ASK", 8, "cppcc"): [Run(latencies_s=[0.001] * 3, n_late=1, engine_cpu_s=0.002)]}
    assert processor(costs, ["ASK"], 8, ["cppcc"]).splitlines()[-1] == "| ASK | 0.500 |"
    drawn = picture(cells, ["ASK"], [8], ["cppcc", "oxigraph serve"])
    assert "<title>cppcc: 0.5</title>" in drawn
    assert "8 clients: ratio to oxigraph serve" in drawn


@pytest.mark.slow
def test_our_server_and_oxigraph_give_equal_answers_under_load():
    missing = why_missing("oxigraph serve")
    if missing:
        pytest.skip(missing)
    options = ["--reports", "1", "--peers", "cppcc", "oxigraph serve", "--clients", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.compare", *options, "--rounds", "1", "--seconds", "0.2", "--kills", "1"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "round 1 of 1 done\n")
    lines = done.stdout.splitlines()
    assert [line.partition(" (")[0] for line in lines if line.endswith("rows): equal everywhere")] == [
        f"- {name}" for name in KINDS
    ]
    assert "No answer failed." in lines


@pytest.mark.slow
def test_a_long_run_tells_memory_files_and_failures_window_by_window():
    options = ["--reports", "1", "--minutes", "0.03", "--every", "1", "--clients", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.soak", *options], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[1] == "1 reports, 1,265 quads, 2 clients"
    assert [len(line.split()) for line in lines[4:6]] == [8, 8]
    assert lines[-1].endswith(" answers/s. 0 failed.")
