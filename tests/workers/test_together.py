"""Lookups that come together: one that takes long, or ends its evaluator, costs the others little."""

import http.client
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from random import Random

import pytest
from tests.workers.server import Reply, Server, get_target

from cppcc_graph.guard.lookup import looks_like_a_lookup

pytestmark = pytest.mark.slow

CLIENTS = 8
SLOW = (
    "SELECT ?a {{ ?a a <http://www.w3.org/2004/02/skos/core#Concept> . ?b ?c ?d . ?e ?f ?g"
    " FILTER(STRLEN(CONCAT(STR(?b), STR(?e))) = {n}) }}"
)


def lookups(client: int) -> Iterator[tuple[str, bytes]]:
    """Queries that are never asked twice, and their answers."""
    for number in count():
        yield f"SELECT ?x {{ <x:{client}/{number}> ?p ?o }}", b"x\r\n"


def ask_all(server: Server, client: int, seconds: float) -> list[tuple[Reply | None, bytes]]:
    """Lookups of one client on a kept connection, with what should have come back; None where nothing did."""
    found: list[tuple[Reply | None, bytes]] = []
    connection = server.connect(timeout_s=10)
    until = time.monotonic() + seconds
    for query, right in lookups(client):
        begun = time.monotonic()
        if begun > until:
            break
        reply = None
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", get_target(query), headers={"Accept": "text/csv"})
            response = connection.getresponse()
            reply = Reply(response.status, {}, response.read(), time.monotonic() - begun)
        found.append((reply, right))
    connection.close()
    return found


def test_a_query_that_only_looks_like_a_lookup_does_not_hold_up_the_others(serve):
    assert looks_like_a_lookup(SLOW.format(n=1))
    server = serve("--workers", 2, "--deadline", 3)
    with ThreadPoolExecutor(CLIENTS + 2) as pool:
        asked = [pool.submit(ask_all, server, client, 5) for client in range(CLIENTS)]
        slow = [pool.submit(server.ask, SLOW.format(n=n), client="127.0.0.2", timeout_s=30) for n in range(1, 3)]
        replies = [found for future in asked for found in future.result()]

    assert {reply.result().status for reply in slow} == {503}
    assert all(reply is not None and (reply.status, reply.body) == (200, right) for reply, right in replies)
    assert max(reply.took_s for reply, _right in replies if reply is not None) < 1
    assert len(replies) > 1000
    assert server.is_well()


def test_an_evaluator_that_dies_takes_none_of_several_lookups_with_it(serve):
    server = serve("--workers", 2)
    random = Random(5)
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = [pool.submit(ask_all, server, client, 4) for client in range(CLIENTS)]
        for _ in range(12):
            time.sleep(0.25)
            with suppress(ProcessLookupError, IndexError):
                os.kill(random.choice(server.evaluators), signal.SIGKILL)
        replies = [found for future in asked for found in future.result()]
    wrong = [(reply, right) for reply, right in replies if reply is None or (reply.status, reply.body) != (200, right)]

    assert all(reply is not None and reply.status == 503 for reply, _right in wrong)
    assert len(wrong) <= 12  # one that ran alone is told that its evaluator has ended
    assert len(replies) > 1000
    assert server.is_well()
