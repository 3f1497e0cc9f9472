"""Changes that no rule foresees: to the rules themselves, under conditions, in forms that are not kept."""

import http.client
from urllib.parse import quote, urlencode

import pytest
from tests.engines import cppcc

from cppcc_graph.grants import Grant
from cppcc_graph.tokens import Tokens

pytestmark = pytest.mark.slow

UPDATE = {"Content-Type": "application/sparql-update"}
TURTLE = {"Content-Type": "text/turtle"}
R = "https://w3id.org/cppcc-graph"
SH = "PREFIX sh: <http://www.w3.org/ns/shacl#> "
SHAPE = (
    f"{SH} INSERT DATA {{{{ GRAPH <{R}/shapes/odd> {{{{ <x:Odd> a sh:NodeShape ; sh:targetClass <x:C> ; {{0}} }}}} }}}}"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd") / "store"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def tokens(store):
    return Tokens(store)


@pytest.fixture(scope="module")
def send(store, tokens):
    """Sends a request with a token to a server over the bundled data; status and text of the answer."""
    token = tokens.create(Grant(name="odd"))
    with cppcc.served(options=("--store", str(store), "--writable")) as engine:
        address = engine.query_url.removeprefix("http://").removesuffix("/sparql")

        def sent(method, path, body="", headers=UPDATE):
            connection = http.client.HTTPConnection(address, timeout=120)
            connection.request(method, path, body.encode(), {"Authorization": f"Bearer {token}", **headers})
            answer = connection.getresponse()
            told = answer.status, answer.read().decode()
            connection.close()
            return told

        yield sent


@pytest.mark.parametrize(
    "update",
    [
        "DROP ALL",
        f"CLEAR GRAPH <{R}/shapes/common>",
        SHAPE.format("sh:property [ sh:path <x:p> ; sh:minCount 'x' ]"),
        SHAPE.format("sh:property [ sh:path 'p' ; sh:minCount 1 ]"),
        SHAPE.format("sh:property [ sh:path <x:p> ; sh:pattern '((' ]"),
        SHAPE.format("sh:sparql [ sh:select 'SELECT nonsense' ]"),
        f"{SH} DELETE {{ GRAPH ?g {{ ?part ?b ?c }} }} WHERE {{ GRAPH ?g {{ ?shape sh:path ?part . ?part ?b ?c }} }}",
    ],
)
@pytest.mark.parametrize("query", ["", "?validate=only"])
def test_shapes_that_could_not_judge_are_refused_with_the_reason(send, update, query):
    status, body = send("POST", f"/sparql{query}", update)

    assert (status, "bad-shapes" in body, "shapes" in body) == (422, True, True)
    assert send("POST", "/sparql", "INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } }")[0] == 204


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", "/sparql", UPDATE, "INSERT DATA { GRAPH <x:t> { <x:a> <x:b> <<( <x:a> <x:b> 1 )>> } }"),
        ("PUT", "/graphs?graph=x:t", TURTLE, "<x:a> <x:b> <<( <x:a> <x:b> 1 )>> ."),
    ],
)
def test_a_triple_within_a_triple_is_refused_in_words(send, method, path, headers, body):
    status, told = send(method, path, body, headers)

    assert (status, "triple within a triple" in told) == (409, True)


def test_conditions_on_whether_a_graph_is_there_are_kept(send):
    one = "<x:a> <x:b> 1 ."
    new, old = {**TURTLE, "If-None-Match": "*"}, {**TURTLE, "If-Match": "*"}

    assert send("PUT", "/graphs?graph=x:cond", one, old)[0] == 412
    assert send("PUT", "/graphs?graph=x:cond", one, new)[0] == 201
    assert send("PUT", "/graphs?graph=x:cond", one, new)[0] == 412
    assert send("PUT", "/graphs?graph=x:cond", "<x:a> <x:b> 2 .", old)[0] == 204


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", "/sparql", {"update": "DROP GRAPH <x:form>", "validate": "only"}),
        ("DELETE", "/graphs?graph=x:form", {"validate": "only"}),
        ("POST", "/versions/1/revert", {"validate": "only"}),
    ],
)
def test_a_form_asks_for_a_dry_run_as_an_address_does(send, method, path, form):
    send("PUT", "/graphs?graph=x:form", "<x:a> <x:b> 1 .", TURTLE)

    status, told = send(method, path, urlencode(form), FORM)

    assert (status, "sh:conforms" in told or "ValidationReport" in told) == (200, True)
    assert send("GET", "/graphs?graph=x:form", headers={"Accept": "text/turtle"})[0] == 200


def test_the_message_of_a_form_is_kept_with_the_change(send):
    form = {"update": "INSERT DATA { GRAPH <x:why> { <x:a> <x:b> 1 } }", "message": "said in a form"}

    assert send("POST", "/sparql", urlencode(form), FORM)[0] == 204
    assert "said in a form" in send("GET", "/versions", headers={"Accept": "text/html"})[1]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sparql?validate=only", [("validate", "only")]),
        ("/sparql?validate=only&validate=only", []),
        ("/sparql?message=one", [("message", "two")]),
        ("/sparql", [("validate", "only"), ("validate", "")]),
        ("/sparql", [("validate", "no")]),
    ],
)
def test_what_a_form_and_an_address_say_twice_is_refused_and_nothing_is_written(send, path, fields):
    update = "INSERT DATA { GRAPH <x:twice> { <x:a> <x:b> 1 } }"

    assert send("POST", path, urlencode([("update", update), *fields]), FORM)[0] == 400
    assert send("GET", "/graphs?graph=x:twice", headers={"Accept": "text/turtle"})[0] == 404


def test_only_a_token_for_all_graphs_reaches_the_rules(send, tokens):
    """What ``server/SECURITY.md`` says of tokens without ``--graph``."""
    switch_off = f"{SH} INSERT DATA {{ GRAPH <{R}/shapes/period> {{ <{R}/shapes#Period-iri> sh:deactivated true }} }}"
    token = tokens.create(Grant(name="reports", graphs=(f"{R}/report/*", f"{R}/entities/*")))
    narrow = {**UPDATE, "Authorization": f"Bearer {token}"}

    for update in (switch_off, f"DROP GRAPH <{R}/shapes/period>"):
        assert send("POST", "/sparql", update, narrow)[0] == 403
    assert send("POST", "/sparql?validate=only", switch_off)[0] == 200


def test_a_part_of_a_graph_is_not_put(send):
    assert send("PUT", "/graphs?graph=x:part", "<x:a> <x:b> 1 .", {**TURTLE, "Content-Range": "bytes 0-3/40"})[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", "/sparql", UPDATE, ""),
        ("POST", "/sparql", UPDATE, "PREFIX x: <x:> # nothing else"),
        ("POST", "/sparql", UPDATE, "DELETE DATA { GRAPH <x:never> { <x:a> <x:b> 1 } }"),
        ("PUT", "/graphs?graph=x:never", TURTLE, ""),
        ("POST", "/graphs?graph=x:never", TURTLE, "# nothing"),
    ],
)
def test_what_changes_nothing_is_no_version(send, method, path, headers, body):
    """Spec: SPARQL 1.1 Query, section 19.8 (Update may be empty); Update, section 3.2 (graphs without triples)."""
    before = send("GET", "/versions?format=turtle", headers={})
    status, told = send(method, path, body, headers)

    assert (status, told, before[0]) == (204, "", 200)
    assert send("GET", "/versions?format=turtle", headers={}) == before
    assert send("GET", "/graphs?graph=x:never", headers={})[0] == 404


def test_a_graph_that_is_put_without_a_triple_is_gone(send):
    assert send("PUT", "/graphs?graph=x:gone", "<x:a> <x:b> 1 .", TURTLE)[0] == 201
    assert send("PUT", "/graphs?graph=x:gone", "", TURTLE)[0] == 204
    assert send("GET", "/graphs?graph=x:gone", headers={})[0] == 404


def test_an_address_names_one_graph(send):
    assert send("PUT", "/graphs/a?graph=x:b", "<x:a> <x:b> 1 .", TURTLE)[0] == 400


@pytest.mark.parametrize("message", ["two\nlines", "a\tb", "\x1b[31m", "\u2028", "x" * 501])
def test_a_message_is_one_line_of_text(send, message):
    update = "INSERT DATA { GRAPH <x:m> { <x:a> <x:b> 1 } }"
    status, told = send("POST", f"/sparql?message={quote(message)}", update)

    assert (status, '"detail": "The message' in told) == (400, True)
    assert send("GET", "/graphs?graph=x:m", headers={})[0] == 404


def test_a_text_with_a_base_direction_is_refused_in_words(send):
    status, told = send("PUT", "/graphs?graph=x:d", "<x:a> <x:b> 'x'@en--ltr .", TURTLE)

    assert (status, "base direction of the text" in told, "SILENT" in told) == (409, True, False)


@pytest.mark.parametrize("number", ["١", "１", "01", "-1", "1" * 30])
def test_a_version_has_one_spelling(send, number):
    assert send("GET", f"/versions/{quote(number)}", headers={})[0] == 404
    assert send("POST", f"/versions/{quote(number)}/revert", headers={})[0] == 404


def test_a_nameless_thing_of_a_known_class_is_refused_with_its_rule(send):
    status, told = send("PUT", "/graphs?graph=x:n", f"[] a <{R}/ontology#Report> .", TURTLE)

    assert (status, '"R236"' in told, '"R62"' in told) == (422, True, True)
