"""Who may write: a token, its scopes and its end; failures that repeat; names and pages that are not this server's."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from tests.security.asking import GRAPH, STATEMENT, TURTLE, bearer, is_admitted, kind
from werkzeug.test import TestResponse

from cppcc_graph.grants import Grant
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.tokens import FILE
from cppcc_graph.web import create_app
from cppcc_graph.web.bodies import MAX_BODY_BYTES, MIB
from cppcc_graph.web.incoming import HeaderFields
from cppcc_graph.web.writing import writers_of

UPDATE = {"Content-Type": "application/sparql-update"}
WRITES: dict[str, Callable[..., TestResponse]] = {
    "put": lambda client, headers: client.put(GRAPH, data=STATEMENT, headers={**TURTLE, **headers}),
    "post": lambda client, headers: client.post(GRAPH, data=STATEMENT, headers={**TURTLE, **headers}),
    "delete": lambda client, headers: client.delete(GRAPH, headers=headers),
    "patch": lambda client, headers: client.patch(GRAPH, data="CLEAR ALL", headers={**UPDATE, **headers}),
    "update": lambda client, headers: client.post("/sparql", data="CLEAR ALL", headers={**UPDATE, **headers}),
    "update in a form": lambda client, headers: client.post("/sparql", data={"update": "CLEAR ALL"}, headers=headers),
}


def put(client: FlaskClient, **headers: str) -> TestResponse:
    return client.put(GRAPH, data=STATEMENT, headers=TURTLE | {k.replace("_", "-"): v for k, v in headers.items()})


# --- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WRITES)
def test_no_way_of_writing_is_open_without_a_token(client, way):
    answer = WRITES[way](client, {})

    assert (answer.status_code, kind(answer)) == (401, "unauthorised")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cppcc"'


@pytest.mark.parametrize("way", WRITES)
def test_every_way_of_writing_is_open_with_one(client, tokens, way):
    assert is_admitted(WRITES[way](client, bearer(tokens.create(Grant(name="anna")))))


@pytest.mark.parametrize("way", WRITES)
def test_a_token_for_one_operation_is_for_no_other(client, tokens, way):
    operation = way.split()[0]
    right = bearer(tokens.create(Grant(name="right", operations=(operation,))))
    others = tuple(known for known in ("update", "put", "post", "delete", "patch") if known != operation)
    wrong = bearer(tokens.create(Grant(name="wrong", operations=others)))

    assert is_admitted(WRITES[way](client, right))
    answer = WRITES[way](client, wrong)
    assert (answer.status_code, kind(answer)) == (403, "not-granted")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cppcc", error="insufficient_scope"'
    assert answer.json["detail"] == f"The token “wrong” is not for: {operation}."


@pytest.mark.parametrize("way", ["put", "post", "delete", "patch"])
def test_a_token_for_one_graph_is_for_no_other_and_not_for_all_of_them(client, tokens, way):
    right = bearer(tokens.create(Grant(name="right", graphs=("http://ex/g",))))
    wrong = bearer(tokens.create(Grant(name="wrong", graphs=("http://ex/h*",))))

    assert is_admitted(WRITES[way](client, right))
    assert kind(WRITES[way](client, wrong)) == "not-granted"
    assert kind(client.put("/graphs?default", data=STATEMENT, headers={**TURTLE, **right})) == "not-granted"


def test_a_revoked_a_changed_and_an_unknown_token_are_refused_in_words_and_with_an_error(client, tokens):
    token = tokens.create(Grant(name="anna"))
    assert is_admitted(put(client, Authorization=f"Bearer {token}"))
    tokens.revoke("anna")

    for given in (token, token[:-3] + "AAA", "cppcc_0123456789abcdef_" + "A" * 43):
        answer = put(client, Authorization=f"Bearer {given}")
        assert (answer.status_code, kind(answer)) == (401, "unauthorised")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cppcc", error="invalid_token"'


def test_an_expired_token_is_refused(client, tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    listed = tmp_path / FILE
    listed.write_text(listed.read_text().replace('"until": null', '"until": "2020-01-01T00:00:00+00:00"'))

    answer = put(client, Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json["detail"]) == (401, "This token has expired; ask for another one.")


def test_tokens_that_cannot_be_read_let_nobody_in_and_nobody_outside_learns_where_they_are(client, tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    (tmp_path / FILE).write_text("{")

    for headers in ({}, {"Authorization": f"Bearer {token}"}):
        answer = put(client, **headers)
        assert (answer.status_code, kind(answer)) == (502, "store-unavailable")
        assert str(tmp_path) not in answer.text


@pytest.mark.parametrize(
    "field", ["access_token={}", "token={}", "%61ccess_token=x", "a=1&access_token", "q=%63ppcc_{}"]
)
@pytest.mark.parametrize("with_header", [True, False])
def test_a_token_in_an_address_is_refused_even_beside_a_good_one(client, tokens, field, with_header):
    token = tokens.create(Grant(name="anna"))
    text = field.format(token.removeprefix("cppcc_") if "%63" in field else token)
    headers = {**TURTLE, **(bearer(token) if with_header else {})}
    answer = client.put(f"{GRAPH}&{text}", data=STATEMENT, headers=headers)

    assert (answer.status_code, kind(answer)) == (400, "bad-request")
    assert "would stand in logs" in answer.json["detail"]


def test_a_token_in_a_form_a_cookie_or_a_password_lets_nobody_in(client, tokens):
    token = tokens.create(Grant(name="anna"))
    client.set_cookie("access_token", token)
    client.set_cookie("Authorization", f"Bearer {token}")

    assert client.post("/sparql", data={"update": "CLEAR ALL", "access_token": token}).status_code == 401
    assert client.put(GRAPH, data=STATEMENT, headers=TURTLE, auth=("anna", token)).status_code == 401


def test_reading_needs_no_token_and_minds_no_wrong_one(client):
    for headers in ({}, bearer("wrong")):
        assert client.get("/sparql?query=ASK{}", headers=headers).status_code == 200
        assert client.post("/sparql", data={"query": "ASK{}"}, headers=headers).status_code == 200


def test_refusals_are_told_in_chinese(client):
    answer = put(client, Accept_Language="zh")

    assert answer.json["title"] == "写入需要令牌"
    assert answer.json["detail"].endswith("。")


def test_every_route_that_changes_something_asks_for_a_token_and_then_for_its_scope(client, tokens):
    """Whatever routes there are: those that change no data are named here, all others must refuse."""
    to_put, to_post = (bearer(tokens.create(Grant(name=name, operations=(name,)))) for name in ("put", "post"))
    statuses = {}
    for rule in client.application.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS", "QUERY"}:
            address = re.sub(r"<[^>]*>", "1", rule.rule)
            asked = {"method": method, "data": "CLEAR ALL", "content_type": "application/sparql-update"}
            other = to_post if method == "PUT" else to_put
            answers = [client.open(address, **asked), client.open(address, **asked, headers=other)]
            statuses[f"{method} {rule.rule}"] = [answer.status_code for answer in answers]
    only_read = {route: statuses.pop(route, None) for route in ("POST /history/sparql", "POST /q", "POST /reconcile")}

    assert len(statuses) >= 9
    assert {route: found for route, found in statuses.items() if found != [401, 403]} == {}
    assert only_read.pop("POST /history/sparql") in (None, [403, 403])
    assert set(map(tuple, only_read.values())) == {(400, 400)}


def test_a_reader_is_asked_for_nothing_by_any_route(client):
    addresses = [rule.rule for rule in client.application.url_map.iter_rules() if "<" not in rule.rule]

    assert {client.get(address).status_code for address in addresses} & {401, 429} == set()


def test_longer_bodies_are_received_from_who_may_write_alone(client, bare, tokens):
    right, wrong = bearer(tokens.create(Grant(name="anna"))), bearer("wrong")
    query = {"Content-Type": "application/sparql-query"}

    def most(app: FlaskClient, method: str, path: str, headers: dict[str, str]) -> int:
        fields = HeaderFields({name.lower(): value for name, value in headers.items()})
        return writers_of(app.application).most_bytes(method, path, fields)

    assert most(client, "PUT", "/graphs", right) == most(client, "POST", "/sparql", UPDATE | right) == 8 * MIB
    assert most(bare, "PUT", "/graphs", {}) == most(bare, "POST", "/sparql", UPDATE) == 8 * MIB
    assert most(client, "PUT", "/graphs", wrong) == most(client, "PUT", "/graphs", {}) == MAX_BODY_BYTES
    assert most(client, "POST", "/sparql", query | right) == MAX_BODY_BYTES
    assert most(bare, "POST", "/sparql", query) == most(bare, "GET", "/graphs", {}) == MAX_BODY_BYTES


# --- failures that repeat -------------------------------------------------------------------------


def test_after_ten_wrong_tokens_the_next_one_waits_and_a_right_one_does_not(client, tokens):
    token = tokens.create(Grant(name="anna"))
    statuses = [put(client, Authorization="Bearer wrong").status_code for _ in range(12)]
    late = put(client, Authorization="Bearer wrong")

    assert statuses == [401] * 10 + [429] * 2
    assert kind(late) == "too-many-attempts"
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert is_admitted(put(client, Authorization=f"Bearer {token}"))
    assert put(client).status_code == 401


def test_asking_without_a_token_is_no_attempt(client):
    assert {put(client).status_code for _ in range(15)} == {401}


def test_one_address_makes_no_other_wait(client):
    def wrong(address: str) -> int:
        headers = {**TURTLE, "Authorization": "Bearer wrong"}
        return client.put(GRAPH, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    assert [wrong("192.0.2.1") for _ in range(11)][-1] == 429
    assert wrong("192.0.2.2") == 401


# --- names of this server -------------------------------------------------------------------------

HOSTS = {
    "localhost": True,
    "localhost:8000": True,
    "LOCALHOST:1": True,
    "127.0.0.1:8000": True,
    "127.8.8.8": True,
    "[::1]:8000": True,
    "data.example": True,
    "DATA.example:9": True,
    "other.example:8443": True,
    "other.example": False,
    "other.example:8444": False,
    "attacker.example": False,
    "attacker.example:8000": False,
    "data.example.attacker.example": False,
    "localhost.attacker.example": False,
    "127.0.0.1.attacker.example": False,
    "2130706433": False,
    "0x7f.0.0.1": False,
    "localhost.": False,
    "192.0.2.1": False,
    "[::ffff:192.0.2.1]": False,
    "": False,
}


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_somebody_made_lead_here_is_not_written_to(client, tokens, host):
    """DNS rebinding: a page's own name leads to this machine, and its browser takes all of it for one site."""
    token = bearer(tokens.create(Grant(name="anna")))

    are_open = {way: is_admitted(write(client, {**token, "Host": host})) for way, write in WRITES.items()}
    assert are_open == dict.fromkeys(WRITES, HOSTS[host])


def test_without_a_token_a_wrong_name_is_refused_before_anybody_is_asked_for_one(client, bare):
    for app in (client, bare):
        answer = put(app, Host="attacker.example")
        assert (answer.status_code, kind(answer)) == (403, "forbidden")
        assert "attacker.example" in answer.json["detail"]


def test_reading_is_open_under_every_name(client):
    assert client.get("/sparql?query=ASK{}", headers={"Host": "attacker.example"}).status_code == 200


# --- pages of others ------------------------------------------------------------------------------

ORIGINS = {
    "http://localhost": True,
    "https://data.example": True,
    "https://data.example:9": True,
    "https://other.example:8443": True,
    "https://other.example": False,
    "https://attacker.example": False,
    "https://data.example.attacker.example": False,
    "https://data.example@attacker.example": False,
    "https://attacker.example#data.example": False,
    "null": False,
    "": False,
    "data.example": False,
    "file://": False,
    "file://localhost": False,
    "http://[": False,
    "https://data.example, https://attacker.example": False,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_of_another_site_writes_nothing_even_with_a_token(client, tokens, origin):
    token = bearer(tokens.create(Grant(name="anna")))
    answers = [write(client, {**token, "Origin": origin}) for write in WRITES.values()]

    assert {is_admitted(answer) for answer in answers} == {ORIGINS[origin]}
    if not ORIGINS[origin]:
        assert {(answer.status_code, kind(answer)) for answer in answers} == {(403, "forbidden")}


@pytest.mark.parametrize(
    ("site", "is_own"),
    list(
        {
            "same-origin": True,
            "none": True,
            "cross-site": False,
            "same-site": False,
            "CROSS-SITE": False,
            "Same-Site ": False,
            "same-origin, cross-site": False,
        }.items()
    ),
)
def test_a_browser_that_says_whose_page_it_is_is_believed(client, bare, tokens, site, is_own):
    token = tokens.create(Grant(name="anna"))

    assert is_admitted(put(client, Authorization=f"Bearer {token}", Sec_Fetch_Site=site)) is is_own
    assert (put(bare, Sec_Fetch_Site=site).status_code == 201) is is_own


@pytest.mark.parametrize("sites", [("same-origin", "cross-site"), ("cross-site", "same-origin")])
def test_one_of_several_fields_that_tells_of_another_site_is_enough(bare, sites):
    fields = [*TURTLE.items(), *(("Sec-Fetch-Site", site) for site in sites)]

    answer = bare.put(GRAPH, data=STATEMENT, headers=fields)

    assert (answer.status_code, kind(answer)) == (403, "forbidden")


def test_no_other_origin_is_told_that_it_may_send_a_token(client):
    """A preflight does not allow the header, so no page of another origin gets as far as sending one."""
    preflight = client.options(
        GRAPH, headers={"Origin": "https://attacker.example", "Access-Control-Request-Headers": "authorization"}
    )

    assert "authorization" not in preflight.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_a_server_that_only_reads_takes_no_token(tokens, tmp_path):
    token = tokens.create(Grant(name="anna"))
    reader = create_app(Settings(store=tmp_path), EmbeddedStore()).test_client()
    assert kind(put(reader, Authorization=f"Bearer {token}")) == "read-only"
