"""Graphs that are named by an address: always a name, never a file, and one address for one name."""

import pytest
from tests.operations.conftest import Program

from cppcc_graph.web.direct_names import is_plain

STATEMENT = b"<http://ex/s> <http://ex/p> 1 ."

SPELLINGS = {
    "/graphs/a": True,
    "/graphs/a/b.ttl": True,
    "/graphs/a/": True,
    "/graphs/a-b_c~d!$&'()*+,;=:@": True,
    "/graphs/%E6%8A%A5%E5%91%8A": True,
    "/graphs/...": True,
    "/graphs/..": False,
    "/graphs/../../etc/passwd": False,
    "/graphs/a/../b": False,
    "/graphs/a/./b": False,
    "/graphs/.": False,
    "/graphs/a//b": False,
    "/graphs//": False,
    "/graphs//a": False,
    "/graphs/a//": False,
    "/graphs/%2e%2e/%2e%2e/etc/passwd": False,
    "/graphs/%2E%2E/b": False,
    "/graphs/.%2e/b": False,
    "/graphs/a%2Fb": False,
    "/graphs/a%2fb": False,
    "/graphs/a%5Cb": False,
    "/graphs/%61": False,
    "/graphs/a%20b": False,
    "/graphs/a%00b": False,
    "/graphs/%252e%252e": False,
    "/graphs/a%3Fb": False,
    "/graphs/%e6%8a%a5": False,
    "/graphs/%FF": False,
    "/graphs/%C0%AE%C0%AE/b": False,
    "/graphs/%ZZ": False,
    "/graphs/a%0d%0aX-Y:%20z": False,
    "/graphs/a\\b": False,
    "/graphs/a|b": False,
    "/graphs/" + "a" * 6000: True,
}


@pytest.mark.parametrize("path", SPELLINGS)
def test_an_address_has_one_spelling(path):
    assert is_plain(path) is SPELLINGS[path]


@pytest.mark.parametrize("path", ["/graphs//", "/graphs//a", "/graphs/a//", "/graphs/a//b"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_an_empty_segment_is_refused_in_words_and_leads_nowhere_else(bare, method, path):
    """A redirect would let a client write another graph than the one it has named."""
    answer = bare.open(path, method=method, data=STATEMENT, headers={"Content-Type": "text/turtle"})

    assert (answer.status_code, "no empty segments" in answer.text) == (400, True)
    assert "Location" not in answer.headers


@pytest.fixture
def named(bare_program: Program):
    """The names of all graphs of a program that is running."""

    def names() -> set[str]:
        query = "SELECT%20?g%20%7BGRAPH%20?g%20%7B?s%20?p%20?o%7D%7D"
        return set(bare_program.get(f"/sparql?query={query}", Accept="text/csv").text.split()[1:])

    return names


def put(program: Program, target: str) -> int:
    head = f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: text/turtle\r\n"
    return program.say(f"{head}Content-Length: {len(STATEMENT)}\r\n\r\n".encode("latin-1") + STATEMENT).status


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in SPELLINGS if not SPELLINGS[path]])
def test_another_spelling_reaches_no_graph_and_no_file(bare_program, named, path):
    before = named()
    status = put(bare_program, path)

    assert status in (400, 404, 405)
    assert named() == before
    assert bare_program.get(path.replace(" ", "%20"), Accept="text/turtle").status in (400, 404)


@pytest.mark.slow
def test_two_addresses_are_two_graphs_whatever_they_look_like(bare_program, named):
    paths = ["/graphs/x", "/graphs/X", "/graphs/x/y", "/graphs/x:y", "/graphs/%E6%8A%A5", "/graphs/x+y", "/graphs/..."]
    before = named()

    assert [put(bare_program, path) for path in paths] == [201] * len(paths)
    assert len(named() - before) == len(paths)
    assert [put(bare_program, path) for path in paths] == [204] * len(paths)
    assert len(named() - before) == len(paths)


@pytest.mark.slow
def test_a_slash_at_the_end_is_part_of_the_name(bare_program, named):
    assert (put(bare_program, "/graphs/end"), put(bare_program, "/graphs/end/")) == (201, 201)

    assert {name.rpartition("/graphs/")[2] for name in named()} >= {"end", "end/"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "iri", ["file:///etc/passwd", "http://ex/../../etc/passwd", "http://ex/%252e%252e/a", "x:" + "a" * 6000]
)
def test_a_name_that_looks_like_a_file_is_only_a_name(bare_program, named, iri):
    assert put(bare_program, f"/graphs?graph={iri}") == 201
    assert b"root:" not in bare_program.get(f"/graphs?graph={iri}", Accept="text/turtle").body
    assert iri.replace("%25", "%") in named()


@pytest.mark.slow
def test_an_address_that_is_too_long_is_told(bare_program):
    assert put(bare_program, "/graphs/" + "a" * 70_000) in (400, 414, 431)
