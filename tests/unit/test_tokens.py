"""Tokens: what is kept of them, whom they let in, and how they begin and end while somebody looks."""

import json
import re
import stat
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cppcc_graph import tokens as tokens_module
from cppcc_graph.errors import BadGrant, NotGranted, StoreUnavailable, Unauthorised
from cppcc_graph.grants import OPERATIONS, Grant, end_of
from cppcc_graph.tokens import FILE, Tokens

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path)


def bearer(token: str) -> str:
    return f"Bearer {token}"


def refused(tokens: Tokens, header: str | None) -> Unauthorised:
    with pytest.raises(Unauthorised) as caught:
        tokens.grant_for(header)
    return caught.value


def test_a_token_lets_its_holder_in_with_all_that_it_was_made_for(tokens):
    grant = Grant(name="anna", graphs=("x:a", "x:b/*"), operations=("put", "delete"), until=end_of("2999-12-31"))

    assert tokens.grant_for(bearer(tokens.create(grant))) == grant


def test_only_a_hash_is_at_rest_and_only_for_the_eyes_of_the_owner(tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    token_id, secret = re.fullmatch(r"cppcc_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", token).groups()
    kept = (tmp_path / FILE).read_text()

    assert secret not in kept
    assert token_id in kept
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_no_two_tokens_share_their_secret(tokens):
    secrets = {tokens.create(Grant(name=f"n{number}")).split("_", 2)[2] for number in range(20)}

    assert len(secrets) == 20


@pytest.mark.parametrize("header", [None, "", "   "])
def test_without_a_token_one_is_asked_for_and_no_error_is_named(tokens, header):
    assert refused(tokens, header).code == ""


def test_what_is_no_token_of_ours_is_an_invalid_one(tokens):
    token = tokens.create(Grant(name="anna"))
    half = token[: len(token) // 2]
    for header in (
        "Bearer",
        "Bearer ",
        bearer(half),
        bearer(token + "x"),
        bearer(f"{token}, {token}"),
        f"{bearer(token)}, {bearer(token)}",
        f"Basic {token}",
        f"Token {token}",
        token,
        bearer(token.upper()),
        bearer("cppcc_0123456789abcdef_" + "A" * 43),
        bearer(token[:-1] + ("A" if token[-1] != "A" else "B")),
        bearer(token[:22] + "é" * 43),
    ):
        error = refused(tokens, header)
        assert (error.code, token[25:] in str(error)) == ("invalid_token", False), header


def test_an_unknown_id_and_a_wrong_secret_are_told_in_the_same_words(tokens):
    token = tokens.create(Grant(name="anna"))

    unknown = refused(tokens, bearer("cppcc_0123456789abcdef_" + "A" * 43))
    wrong = refused(tokens, bearer(token[:23] + "A" * 43))
    assert (unknown.reason, unknown.code) == (wrong.reason, wrong.code)


def test_the_scheme_is_written_in_any_case(tokens):
    token = tokens.create(Grant(name="anna"))

    assert tokens.grant_for(f"bearer  {token} ").name == tokens.grant_for(f"BEARER {token}").name == "anna"


def test_a_token_ends_with_its_last_day_in_utc(tokens, tmp_path):
    token = tokens.create(Grant(name="anna", until=end_of("2999-12-31")))
    text = (tmp_path / FILE).read_text()
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    (tmp_path / FILE).write_text(text.replace("3000-01-01T00:00:00+00:00", past))

    assert "expired" in refused(tokens, bearer(token)).reason


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2027-01-31", datetime(2027, 2, 1, tzinfo=UTC)),
        ("2027-01-31T18:00:00Z", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31T18:00:00", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31T18:00:00+08:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_an_end_is_a_day_or_an_instant(text, end):
    assert end_of(text) == end


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2027-02-30", "20270131", "2027-W01-1", "9999-12-31", "2027-01-31T25:00:00"]
)
def test_an_end_that_is_none_is_told(text):
    with pytest.raises(BadGrant, match="is neither a date"):
        end_of(text)


# --- making and revoking --------------------------------------------------------------------------


def test_a_server_that_runs_notices_at_once(tokens, tmp_path):
    running = Tokens(tmp_path)
    refused(running, bearer("cppcc_0123456789abcdef_" + "A" * 43))
    token = tokens.create(Grant(name="anna"))

    assert running.grant_for(bearer(token)).name == "anna"
    tokens.revoke("anna")
    assert "may have been revoked" in refused(running, bearer(token)).reason


def test_a_name_is_given_once_and_for_all(tokens):
    tokens.create(Grant(name="anna"))
    with pytest.raises(BadGrant, match="given before"):
        tokens.create(Grant(name="anna"))
    tokens.revoke("anna")

    with pytest.raises(BadGrant, match="given before"):
        tokens.create(Grant(name="anna"))
    with pytest.raises(BadGrant, match="was revoked before"):
        tokens.revoke("anna")
    with pytest.raises(BadGrant, match="was never made"):
        tokens.revoke("bert")


@pytest.mark.parametrize(
    "grant",
    [
        Grant(name=""),
        Grant(name="a b"),
        Grant(name="a\n"),
        Grant(name="安娜"),
        Grant(name="a" * 65),
        Grant(name="a", graphs=()),
        Grant(name="a", graphs=("relative",)),
        Grant(name="a", graphs=("x:a*b",)),
        Grant(name="a", graphs=("x:a b",)),
        Grant(name="a", graphs=("**",)),
        Grant(name="a", operations=()),
        Grant(name="a", operations=("read",)),
        Grant(name="a", until=datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_grant_that_is_malformed_or_over_becomes_no_token(tokens, tmp_path, grant):
    with pytest.raises(BadGrant):
        tokens.create(grant)

    assert not (tmp_path / FILE).exists()


def test_tokens_that_are_made_at_the_same_time_are_all_there(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: Tokens(tmp_path).create(Grant(name=f"n{number}")), range(24)))

    assert len({Tokens(tmp_path).grant_for(bearer(token)).name for token in made}) == 24


def test_what_a_killed_command_left_behind_hinders_nobody(tokens, tmp_path):
    old = tokens.create(Grant(name="anna"))
    (tmp_path / f"{FILE}.new").write_text('{"version": 1, "tok')

    assert tokens.grant_for(bearer(old)).name == "anna"
    assert tokens.grant_for(bearer(tokens.create(Grant(name="bert")))).name == "bert"


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        Tokens(tmp_path / "nowhere").create(Grant(name="anna"))


# --- files that are none --------------------------------------------------------------------------

ENTRY = {
    "id": "0123456789abcdef",
    "sha256": "0" * 64,
    "name": "anna",
    "graphs": ["*"],
    "operations": ["put"],
    "until": None,
    "created": "2026-01-01T00:00:00+00:00",
}


def document(**changed: object) -> str:
    return json.dumps({"version": 1, "tokens": [ENTRY | changed], "revoked": []})


def test_the_entry_that_the_next_test_spoils_is_well_formed(tokens, tmp_path):
    (tmp_path / FILE).write_text(document())

    assert [known.grant.name for known in tokens.contents().issued] == ["anna"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"version": 2, "tokens": [], "revoked": []}',
        '{"version": 1, "tokens": {}, "revoked": 7}',
        '{"version": 1, "tokens": []}',
        document(name=7),
        document(name="a b"),
        document(operations=["everything"]),
        document(operations=[]),
        document(graphs=[]),
        document(graphs=None),
        document(until="soon"),
        document(created=None),
        document(sha256=""),
        document(sha256="0" * 63),
        document(id="0"),
        json.dumps({"version": 1, "tokens": [ENTRY, ENTRY], "revoked": []}),
        json.dumps({"version": 1, "tokens": [ENTRY], "revoked": ["anna"]}),
    ],
)
def test_a_damaged_or_foreign_file_lets_nobody_in(tokens, tmp_path, text):
    token = tokens.create(Grant(name="bert"))
    assert tokens.grant_for(bearer(token)).name == "bert"
    (tmp_path / FILE).write_text(text)

    for attempt in (
        lambda: tokens.grant_for(bearer(token)),
        lambda: tokens.grant_for(None),
        lambda: tokens.create(Grant(name="carl")),
        lambda: tokens.revoke("bert"),
        tokens.contents,
    ):
        with pytest.raises(StoreUnavailable, match="nobody may write"):
            attempt()
    assert (tmp_path / FILE).read_text() == text


def test_a_file_that_others_may_write_lets_nobody_in(tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    (tmp_path / FILE).chmod(0o660)

    with pytest.raises(StoreUnavailable, match="others may write it"):
        tokens.grant_for(bearer(token))


def test_a_file_that_is_gone_lets_nobody_in(tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    tokens.grant_for(bearer(token))
    (tmp_path / FILE).unlink()

    assert refused(tokens, bearer(token)).code == "invalid_token"


# --- what a grant reaches -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "iri", "is_reached"),
    [
        (("*",), "x:any", True),
        (("*",), None, True),
        (("x:*",), None, False),
        (("x:a",), "x:a", True),
        (("x:a",), "x:ab", False),
        (("x:a",), "X:a", False),
        (("x:a*",), "x:a", True),
        (("x:a/*",), "x:a", False),
        (("x:a/*",), "x:a/b", True),
        (("x:a/*", "x:c"), "x:c", True),
        (("http://ex/%61*",), "http://ex/a", False),
        (("http://ex/a",), "http://ex/%61", False),
        (("http://ex/é",), "http://ex/e\u0301", False),
    ],
)
def test_a_graph_is_reached_by_its_very_letters(patterns, iri, is_reached):
    grant = Grant(name="anna", graphs=patterns)

    assert grant.allows_graph(iri) is is_reached
    if not is_reached:
        with pytest.raises(NotGranted, match="anna"):
            grant.check_graph(iri)


def test_an_operation_is_one_of_the_list():
    grant = Grant(name="anna", operations=("put",))

    assert [name for name in OPERATIONS if grant.allows(name)] == ["put"]
    grant.check("put")
    with pytest.raises(NotGranted, match="the token “anna” is not for: delete"):
        grant.check("delete")


# --- how much work it is --------------------------------------------------------------------------


def kinds(tokens: Tokens) -> dict[str, str]:
    """A right token, one with a wrong secret, and one of an unknown id."""
    right = tokens.create(Grant(name="anna"))
    return {"right": right, "wrong": right[:23] + "A" * 43, "unknown": "cppcc_0123456789abcdef_" + "A" * 43}


def test_a_right_token_a_wrong_one_and_an_unknown_one_are_hashed_and_compared_once(tokens, monkeypatch):
    done: list[str] = []
    hashed, compared = tokens_module.sha256, tokens_module.hmac.compare_digest
    monkeypatch.setattr(tokens_module, "sha256", lambda given: done.append("hash") or hashed(given))
    monkeypatch.setattr(tokens_module.hmac, "compare_digest", lambda a, b: done.append("compare") or compared(a, b))
    asked = kinds(tokens)
    work = {}
    for kind, token in asked.items():
        done.clear()
        with suppress(Unauthorised):
            tokens.grant_for(bearer(token))
        work[kind] = tuple(done)

    assert set(work.values()) == {("hash", "compare")}


@pytest.mark.long
def test_a_wrong_secret_and_an_unknown_id_take_the_same_time(tokens):
    """Medians of interleaved rounds; half as much again is far above what a clock sees here."""
    asked = kinds(tokens)
    took: dict[str, list[int]] = {kind: [] for kind in asked}
    for _ in range(50_000):
        for kind, token in asked.items():
            begun = time.perf_counter_ns()
            with suppress(Unauthorised):
                tokens.grant_for(bearer(token))
            took[kind].append(time.perf_counter_ns() - begun)
    medians = {kind: statistics.median(times) for kind, times in took.items()}

    assert max(medians["wrong"], medians["unknown"]) < 1.5 * min(medians["wrong"], medians["unknown"]), medians


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_the_token_and_nothing_else(cppcc, tokens, tmp_path):
    ran = cppcc(
        "token", "create", "anna", "--store", tmp_path, "--operation", "put", "--graph", "x:a*", "--until", "2999-12-31"
    )

    assert (ran.status, ran.err, ran.out.count("\n")) == (0, "", 1)
    grant = tokens.grant_for(bearer(ran.out.strip()))
    assert grant == Grant(name="anna", graphs=("x:a*",), operations=("put",), until=end_of("2999-12-31"))


def test_the_list_shows_names_and_scopes_and_no_secret_and_no_hash(cppcc, tokens, tmp_path):
    token = tokens.create(Grant(name="anna", graphs=("x:a*",), operations=("put", "post"), until=end_of("2999-12-31")))
    ran = cppcc("token", "list", "--store", tmp_path)

    [issued] = tokens.contents().issued
    assert (ran.status, ran.err) == (0, "")
    for shown in ("anna", "put post", "x:a*", "3000-01-01 00:00 UTC"):
        assert shown in ran.out
    for hidden in (token.split("_", 2)[2], issued.digest, issued.id):
        assert hidden not in ran.out


def test_the_command_revokes(cppcc, tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    assert cppcc("token", "revoke", "anna", "--store", tmp_path).status == 0

    refused(tokens, bearer(token))
    assert cppcc("token", "list", "--store", tmp_path).out == "no token: nobody may write\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "a b"), "is no name"),
        (("create", "a", "--graph", "relative"), "neither the IRI of a graph"),
        (("create", "a", "--until", "2020-01-01"), "would have expired"),
        (("revoke", "nobody"), "was never made"),
        (("create", "a", "--store", "https://example.org/sparql"), "name it with --store DIR"),
    ],
)
def test_the_command_tells_what_is_wrong_in_one_line(cppcc, tmp_path, arguments, words):
    store = () if "--store" in arguments else ("--store", tmp_path)
    ran = cppcc("token", *arguments, *store)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert words in ran.err


def test_a_token_is_on_the_disk_when_it_is_printed(tmp_path):
    """As a program of its own, which is killed as soon as it has said it."""
    command = [sys.executable, "-c", "from cppcc_graph.cli import main; main()", "token", "create", "anna"]
    environment = {"PYTHONPATH": str(ROOT / "server"), "PATH": "/usr/bin:/bin"}
    program = subprocess.Popen([*command, "--store", str(tmp_path)], stdout=subprocess.PIPE, env=environment, text=True)
    token = program.stdout.readline().strip()
    program.kill()
    program.communicate()

    assert Tokens(tmp_path).grant_for(bearer(token)).name == "anna"
