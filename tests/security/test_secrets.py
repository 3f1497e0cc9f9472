"""A token is nobody's to read: not in a log, not on the disk, not in an answer, wherever a client has put it."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.operations.conftest import Program

from cppcc_graph.grants import Grant, end_of
from cppcc_graph.tokens import FILE, Tokens

pytestmark = pytest.mark.slow

STATEMENT = "<http://ex/s> <http://ex/p> 1 ."
GRAPH = "/graphs?graph=http://ex/g"
SHORTEST_TRACE = 10  # characters of a secret


def message(line: str, headers: str = "", body: str = "") -> bytes:
    length = f"Content-Length: {len(body.encode())}\r\n" if body else ""
    return f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}{length}\r\n{body}".encode("latin-1")


def put(headers: str, target: str = GRAPH) -> bytes:
    return message(f"PUT {target}", f"Content-Type: text/turtle\r\n{headers}", STATEMENT)


def form(headers: str, **fields: str) -> bytes:
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    return message("POST /sparql", f"Content-Type: application/x-www-form-urlencoded\r\n{headers}", body)


def places(token: str) -> dict[str, bytes]:
    """Requests that have *token* in right and wrong places."""
    bearer = f"Authorization: Bearer {token}\r\n"
    basic = base64.b64encode(f"anna:{token}".encode()).decode()
    update = {"update": "INSERT DATA { GRAPH <http://ex/h> { <x:s> <x:p> 1 } }"}
    return {
        "a graph": put(bearer),
        "an update": form(bearer, **update),
        "a removal": message("DELETE /graphs?graph=http://ex/g", bearer),
        "a graph that is not there": message("DELETE /graphs?graph=http://ex/nowhere", bearer),
        "a graph that does not parse": message(f"PUT {GRAPH}", f"Content-Type: text/turtle\r\n{bearer}", "<"),
        "an update that does not parse": form(bearer, update="INSERT NOTHING"),
        "another type": message(f"PUT {GRAPH}", f"Content-Type: text/plain\r\n{bearer}", "x"),
        "another name": put(bearer).replace(b"127.0.0.1", b"attacker.example"),
        "another page": put(f"Origin: https://attacker.example\r\n{bearer}"),
        "a question": message("GET /sparql?query=ASK%7B%7D", bearer),
        "an address": put("", f"{GRAPH}&access_token={token}"),
        "an address and the header": put(bearer, f"{GRAPH}&token={token}"),
        "an escaped address": put("", f"{GRAPH}&access_token={token.replace('_', '%5F')}"),
        "the address of a question": message(f"GET /sparql?query=ASK%7B%7D&access_token={token}"),
        "a question's text": message(f"GET /sparql?query=ASK%7B%3Fs%20%3Fp%20%22{token}%22%7D"),
        "a form's question": form("", query=f'ASK {{ ?s ?p "{token}" }}'),
        "a bad question": form("", query=f"SELECT {token}"),
        "a path": message(f"GET /{token}"),
        "a name": message(f"GET /graphs/{token}"),
        "a graph's name": message(f"GET /graphs?graph=x:{token}"),
        "a thing": message(f"GET /doc/{token}", "Accept: text/html\r\n"),
        "a message": put(bearer, f"{GRAPH}&message={token}"),
        "a format": message(f"GET /sparql?query=ASK%7B%7D&format={token}"),
        "a password": put(f"Authorization: Basic {basic}\r\n"),
        "a form's field": form("", access_token=token, **update),
        "a cookie": put(f"Cookie: access_token={token}\r\n"),
        "no scheme": put(f"Authorization: {token}\r\n"),
        "twice": put(f"Authorization: Bearer {token} {token}\r\n"),
        "two lines": put(bearer + bearer),
        "a comma": put(f"Authorization: Bearer {token}, Bearer {token}\r\n"),
        "a long header": put(f"Authorization: Bearer {token}{'x' * 60_000}\r\n"),
        "a longer header": put(f"Authorization: Bearer {token}{'x' * 200_000}\r\n"),
        "a strange letter": put(f"Authorization: Bearer {token}\xff\xfe\r\n"),
        "a nothing": put(f"Authorization: Bearer \x00{token}\r\n"),
        "a folded line": put(f"Authorization: Bearer\r\n {token}\r\n"),
        "no colon": put(f"Authorization Bearer {token}\r\n"),
        "no request": f"{token}\r\n\r\n".encode(),
        "a method": message(f"{token.upper()} /graphs"),
        "a version": f"GET / HTTP/{token}\r\n\r\n".encode(),
        "a host": put(bearer).replace(b"Host: 127.0.0.1", f"Host: {token}@127.0.0.1".encode()),
        "a type": message(f"PUT {GRAPH}", f"Content-Type: {token}\r\n{bearer}", "x"),
        "a length": message(f"PUT {GRAPH}", f"{bearer}Content-Length: {token}\r\n"),
        "a range of versions": put(f'If-Match: "{token}"\r\n{bearer}'),
        "a language": message("GET /", f"Accept: text/html\r\nAccept-Language: {token}\r\n"),
        "an agent": message("GET /", f"Accept: text/html\r\nUser-Agent: {token}\r\n"),
    }


TRIED = tuple(places("x"))


@pytest.fixture(scope="module")
def asked(start: Callable[..., tuple[Program, str]]) -> tuple[Program, dict[str, str]]:
    """A program that tells all that it can, and tokens by what is wrong with them."""
    program, right = start("--log-level", "DEBUG")
    folder = program.process.args[program.process.args.index("--store") + 1]
    tokens = Tokens(Path(folder))
    made = {
        "right": right,
        "too narrow": tokens.create(Grant(name="narrow", graphs=("x:*",), operations=("revert",))),
        "revoked": tokens.create(Grant(name="revoked")),
        "expired": tokens.create(Grant(name="expired", until=end_of("2999-01-01"))),
        "unknown": "cppcc_0123456789abcdef_" + "Unknown-Secret_Nobody-Has-Ever-Made-It_Zz-9Q"[:43],
    }
    tokens.revoke("revoked")
    listed = Path(folder) / FILE
    listed.write_text(listed.read_text().replace("2999-01-02T", "2020-01-02T"))
    return program, made


def traces(token: str) -> Iterator[str]:
    """Every piece of the secret that is long enough to be no accident, plain and as Basic has it."""
    secret = token[len("cppcc_0123456789abcdef_") :]
    for text in (secret, base64.b64encode(f"anna:{token}".encode()).decode()[-SHORTEST_TRACE * 3 :]):
        yield from (text[start : start + SHORTEST_TRACE] for start in range(len(text) - SHORTEST_TRACE + 1))


@pytest.mark.parametrize("of", ["right", "too narrow", "revoked", "expired", "unknown"])
def test_no_piece_of_a_token_is_in_any_line_wherever_it_was_put(asked, of):
    program, made = asked
    token = made[of]
    statuses = {}
    for name, request in places(token).items():
        statuses[name] = program.say(request).status
    time.sleep(0.2)
    written = (program.folder / "out").read_text() + program.said()

    assert len(statuses) == len(TRIED)
    assert '"query": "ASK' in written  # so DEBUG lines are among them
    assert [trace for trace in traces(token) if trace in written] == []
    expected = {"right": 201, "too narrow": 403, "revoked": 401, "expired": 401, "unknown": 401}[of]
    assert statuses["a graph"] in (expected, 204 if expected == 201 else 429)
    assert statuses["an address"] == statuses["an escaped address"] == 400
    assert statuses["a password"] in (401, 429)
    assert statuses["a form's field"] == 401


def test_the_lines_that_were_written_tell_of_writes(asked):
    program, _made = asked
    program.say(put("Authorization: Bearer wrong\r\n"))
    lines = [json.loads(line) for line in (program.folder / "out").read_text().splitlines()]

    assert any((line.get("method"), line.get("route")) == ("PUT", "/graphs") for line in lines)


def test_no_secret_and_no_whole_token_lies_in_the_folder_of_the_store(asked):
    program, made = asked
    folder = program.process.args[program.process.args.index("--store") + 1]
    program.say(put(f"Authorization: Bearer {made['right']}\r\n"))
    for path in Path(folder).rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert made["right"].split("_", 2)[2].encode() not in content, path
        assert made["right"].encode() not in content, path


def test_no_answer_repeats_what_stood_in_the_header(asked):
    program, made = asked
    for headers in (f"Bearer {made['unknown']}", made["unknown"], f"Basic {made['unknown']}"):
        for accept in ("application/json", "text/html", "text/plain"):
            answer = program.say(put(f"Authorization: {headers}\r\nAccept: {accept}\r\n"))
            assert made["unknown"] not in answer.text + str(answer.headers)
