"""A served program that asks for tokens: what it reads of whom, who a client is behind a proxy, and its start."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.operations.conftest import Program, Seen

from cppcc_graph.grants import Grant
from cppcc_graph.tokens import FILE, Tokens
from cppcc_graph.web.bodies import MAX_BODY_BYTES, MIB

pytestmark = pytest.mark.slow

STATEMENT = b"<http://ex/s> <http://ex/p> 1 ."
LIMIT = 8 * MIB


@pytest.fixture(scope="module")
def asking(start: Callable[..., tuple[Program, str]]) -> tuple[Program, str]:
    return start("--trusted-proxy", "127.0.0.1", "--allowed-host", "data.example")


def head(headers: str, host: str = "127.0.0.1") -> bytes:
    line = "PUT /graphs?graph=http://ex/g HTTP/1.1\r\n"
    return f"{line}Host: {host}\r\nConnection: close\r\nContent-Type: text/turtle\r\n{headers}\r\n".encode()


def put(program: Program, headers: str = "", body: bytes = STATEMENT, host: str = "127.0.0.1") -> Seen:
    return program.say(head(f"Content-Length: {len(body)}\r\n{headers}", host) + body)


def bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n"


# --- bodies ---------------------------------------------------------------------------------------


def test_a_long_graph_is_taken_from_who_has_a_token(asking):
    program, token = asking

    assert put(program, bearer(token), STATEMENT.ljust(MAX_BODY_BYTES + 1)).status in (201, 204)
    assert put(program, bearer(token), STATEMENT.ljust(LIMIT)).status == 204


@pytest.mark.parametrize(("is_known", "status"), [(True, 413), (False, 401)])
def test_a_body_that_is_announced_as_too_long_is_not_waited_for(asking, is_known, status):
    program, token = asking
    answer = program.say(head(f"Content-Length: {10**12}\r\n{bearer(token) if is_known else ''}"))

    assert answer.status == status


@pytest.mark.parametrize(("is_known", "n_bytes", "status"), [(True, LIMIT, 413), (False, MAX_BODY_BYTES, 401)])
def test_a_body_of_unknown_length_is_read_up_to_the_limit_of_who_sends_it(asking, is_known, n_bytes, status):
    program, token = asking
    chunk = b"%x\r\n%b\r\n" % (MIB, b" " * MIB)
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
        connection.sendall(head(f"Transfer-Encoding: chunked\r\n{bearer(token) if is_known else ''}"))
        for _ in range(n_bytes // MIB + 1):
            connection.sendall(chunk)
        said = connection.recv(65536)

    assert said.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_query_is_short_whoever_asks(asking):
    program, token = asking
    body = b"ASK {}".ljust(MAX_BODY_BYTES + 1)
    headers = f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n{bearer(token)}"
    answer = program.say(f"POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n".encode() + body)

    assert answer.status == 413


# --- tokens while it runs -------------------------------------------------------------------------


def test_a_token_that_is_made_and_revoked_while_a_server_runs_acts_at_once(asking):
    program, _token = asking
    tokens = Tokens(Path(program.process.args[program.process.args.index("--store") + 1]))
    token = tokens.create(Grant(name="late"))
    assert put(program, bearer(token)).status in (201, 204)
    tokens.revoke("late")

    assert put(program, bearer(token)).status == 401


def test_a_narrow_token_changes_its_own_graph_by_any_way_and_no_other(asking):
    program, _token = asking
    tokens = Tokens(Path(program.process.args[program.process.args.index("--store") + 1]))
    token = bearer(tokens.create(Grant(name="narrow", graphs=("http://ex/mine/*",))))

    def update(text: str) -> int:
        headers = f"Content-Type: application/sparql-update\r\nContent-Length: {len(text)}\r\n{token}"
        line = "POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        return program.say(f"{line}{headers}\r\n{text}".encode()).status

    statement = "<http://ex/s> <http://ex/narrow> 1"
    assert update(f"INSERT DATA {{ GRAPH <http://ex/mine/a> {{ {statement} }} }}") == 204
    for graph in (
        "http://ex/mine",
        "http://ex/Mine/a",
        "http://ex/other",
        "http://ex/min%65/a",
        "http://ex/x/../mine/a",
    ):
        assert update(f"INSERT DATA {{ GRAPH <{graph}> {{ {statement} }} }}") == 403
    assert update(f"BASE <http://ex/mine/a/> INSERT DATA {{ GRAPH <../../other> {{ {statement} }} }}") == 403
    assert update("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }") == 403
    assert update(f"INSERT {{ GRAPH ?g {{ {statement} }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}") == 403
    assert update("DROP GRAPH <http://ex/mine/a>") == 204


# --- behind a proxy -------------------------------------------------------------------------------


def test_failures_count_for_the_client_and_not_for_the_proxy(asking):
    program, token = asking

    def wrong(client: str) -> int:
        return put(program, f"X-Forwarded-For: {client}\r\n{bearer('wrong')}").status

    assert [wrong("192.0.2.1") for _ in range(11)] == [401] * 10 + [429]
    assert wrong("192.0.2.2") == 401
    assert put(program, f"X-Forwarded-For: 192.0.2.1\r\n{bearer(token)}").status in (201, 204)


def test_the_name_under_which_a_proxy_was_asked_is_the_one_that_counts(asking):
    program, token = asking
    forwarded = {host: put(program, f"X-Forwarded-Host: {host}\r\n{bearer(token)}").status for host in HOSTS}

    assert {host for host, status in forwarded.items() if status in (201, 204)} == {"data.example", "localhost"}
    assert forwarded["attacker.example"] == 403


HOSTS = ("data.example", "localhost", "attacker.example")


def test_a_client_without_a_trusted_proxy_cannot_name_itself(start):
    program, token = start()
    statuses = [put(program, f"X-Forwarded-For: 192.0.2.{n}\r\n{bearer('wrong')}").status for n in range(11)]

    assert statuses == [401] * 10 + [429]
    assert put(program, f"X-Forwarded-Host: localhost\r\n{bearer(token)}", host="attacker.example").status == 403


# --- the start ------------------------------------------------------------------------------------


def test_a_server_whose_tokens_cannot_be_read_does_not_start(cppcc, tmp_path):
    (tmp_path / FILE).write_text("{")
    ran = cppcc("serve", "--port", "0", "--store", tmp_path, "--writable")

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "nobody may write: it is damaged, or no list of tokens" in ran.err
