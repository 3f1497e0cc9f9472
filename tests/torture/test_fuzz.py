"""
Random bytes, mutated queries and invented ones, for minutes: each gets a proper answer or refusal, and nothing leaks.

``CPPCC_FUZZ_MINUTES`` sets how long (10), ``CPPCC_FUZZ_SEED`` which run (1).
"""

import http.client
import json
import os
import random
import statistics
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.workers.server import Server, get_target, say

pytestmark = pytest.mark.long

MINUTES = float(os.environ.get("CPPCC_FUZZ_MINUTES", "10"))
SEED = int(os.environ.get("CPPCC_FUZZ_SEED", "1"))
QUERIES = [path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].rglob("*.rq")]
TERMS = [
    "?a",
    "?b",
    "?c",
    "<x:a>",
    "<x:b>",
    "_:n",
    "rdf:type",
    "a",
    "1",
    "-1.5",
    "1e400",
    "true",
    "'x'",
    '"y"@zh',
    "'1'^^xsd:integer",
    "'''z'''",
    "[]",
    "()",
    "政协",
    "'\\u0000'",
    "'\\ud800'",
    "<>",
    "<\\u0041>",
    "cppcc:Report",
    "?政",
    "$x",
    "00",
    ".5",
    "5.",
    "1e",
    "'x'@en--ltr",
    "<<(<x:a><x:b>1)>>",
]
FUNCTIONS = [
    "STR",
    "LANG",
    "DATATYPE",
    "IRI",
    "BNODE",
    "RAND",
    "ABS",
    "CEIL",
    "CONCAT",
    "STRLEN",
    "SUBSTR",
    "UCASE",
    "REPLACE",
    "REGEX",
    "NOW",
    "YEAR",
    "TZ",
    "UUID",
    "MD5",
    "SHA512",
    "COALESCE",
    "IF",
    "STRLANG",
    "STRDT",
    "sameTerm",
    "isIRI",
    "isNUMERIC",
    "xsd:integer",
    "xsd:dateTime",
    "<x:f>",
]
AGGREGATES = ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"]
OPERATORS = ["=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "&&", "||", "IN"]
PUNCTUATION = [*"{}()[]<>.,;:?$@^|/*+!=&-'\"#\\\0\r\n\t ", "\ufeff", "\u202e", "\U0001f600", "{{", "}}", "/*", "--"]
WORDS = [
    "SELECT",
    "ASK",
    "CONSTRUCT",
    "DESCRIBE",
    "WHERE",
    "FROM",
    "NAMED",
    "GRAPH",
    "OPTIONAL",
    "UNION",
    "MINUS",
    "FILTER",
    "BIND",
    "VALUES",
    "ORDER",
    "BY",
    "GROUP",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "SERVICE",
    "SILENT",
    "EXISTS",
    "NOT",
    "AS",
    "DISTINCT",
    "REDUCED",
    "PREFIX",
    "BASE",
    "INSERT",
    "DELETE",
    "DATA",
    "LOAD",
    "CLEAR",
    "UNDEF",
    "IN",
]
PREFIXES = (
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    "PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#> "
)
ACCEPTS = ("*/*", "text/csv", "text/turtle", "application/sparql-results+json", "text/html", "application/ld+json",
           "application/rdf+xml", "image/png", "", "a/b;q=x, */*;q=0.1", "text/" + "z" * 500)  # fmt: skip


class Grammar:
    """Invents queries that mostly parse."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def query(self) -> str:
        pick = self.chance.choice
        aggregate = f"{pick(AGGREGATES)}({pick(('?a', '*', 'DISTINCT ?b'))})"
        form = pick(("SELECT *", f"SELECT {self.expression_as()}", "SELECT DISTINCT ?a ?b", "ASK", "DESCRIBE ?a",
                     f"CONSTRUCT {{ {self.triples(2)} }}", f"SELECT ({aggregate} AS ?n)"))  # fmt: skip
        tail = pick(("", "LIMIT 5", "ORDER BY ?a LIMIT 3", "GROUP BY ?a", "OFFSET 2", f"HAVING {self.expression(1)}",
                     "VALUES ?a { 1 UNDEF }", "LIMIT -1", "ORDER BY RAND()"))  # fmt: skip
        graph = pick(("", "", "FROM <x:g>", "FROM NAMED <x:g>"))
        return f"{PREFIXES}{form} {graph} {'' if form == 'DESCRIBE ?a' else 'WHERE'} {self.group(3)} {tail}"

    def group(self, depth: int) -> str:
        return "{ " + " ".join(self.pattern(depth) for _ in range(self.chance.randint(0, 3))) + " }"

    def pattern(self, depth: int) -> str:
        if depth == 0:
            return self.triples(1)
        inner = self.group(depth - 1)
        return self.chance.choice((
            self.triples(2), self.triples(3), inner, f"OPTIONAL {inner}", f"MINUS {inner}", f"GRAPH ?g {inner}",
            f"{inner} UNION {self.group(depth - 1)}", f"FILTER({self.expression(depth)})", f"FILTER EXISTS {inner}",
            f"BIND({self.expression(depth)} AS ?v{self.chance.randint(0, 99)})",
            f"VALUES (?a ?b) {{ (1 UNDEF) ({self.term()} 2) }}",
            f"{{ SELECT ?a {inner} LIMIT 3 }}", f"SERVICE <http://127.0.0.1:9/> {inner}"))  # fmt: skip

    def triples(self, n: int) -> str:
        return " . ".join(f"{self.term()} {self.path(2)} {self.term()}" for _ in range(n)) + " ."

    def path(self, depth: int) -> str:
        pick = self.chance.choice
        if depth == 0 or self.chance.random() < 0.6:
            return pick(("?p", "a", "<x:p>", "rdf:type", "cppcc:value"))
        one, other = self.path(depth - 1), self.path(depth - 1)
        return pick((f"({one}/{other})", f"({one}|{other})", f"({one})*", f"({one})+", f"^({one})", "!(a|^a)"))

    def term(self) -> str:
        return self.chance.choice(TERMS)

    def expression(self, depth: int) -> str:
        pick = self.chance.choice
        if depth == 0:
            return self.term()
        one, other = self.expression(depth - 1), self.expression(depth - 1)
        return pick((f"({one} {pick(OPERATORS)} {other})", f"{pick(FUNCTIONS)}({one})",
                     f"{pick(FUNCTIONS)}({one}, {other})", f"!{one}", f"{one} IN ({other})",
                     f"{pick(AGGREGATES)}({one})"))  # fmt: skip

    def expression_as(self) -> str:
        return f"({self.expression(2)} AS ?e)"


def mutated(chance: random.Random, text: str) -> str:
    """*text* with a few things deleted, doubled, swapped, inserted or cut."""
    for _ in range(chance.randint(1, 6)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + chance.choice((1, 1, 2, 10, 100)))
        piece = chance.choice((*PUNCTUATION, *WORDS, *TERMS, str(10 ** chance.randint(0, 40))))
        text = chance.choice((
            lambda: text[:at] + text[to:],  # noqa: B023  # called at once
            lambda: text[:at] + text[at:to] * 2 + text[to:],  # noqa: B023
            lambda: text[:at] + f" {piece} " + text[at:],  # noqa: B023
            lambda: text[:at] + piece + text[to:],  # noqa: B023
            lambda: text[:at]))()  # noqa: B023 # fmt: skip
    return text


def invented(chance: random.Random, grammar: Grammar) -> bytes:
    """A query, or what pretends to be one."""
    kind = chance.random()
    if kind < 0.15:
        return chance.randbytes(chance.randint(0, 300))
    if kind < 0.5:
        return mutated(chance, chance.choice(QUERIES)).encode("utf-8", "surrogatepass")
    if kind < 0.65:
        return " ".join(chance.choices((*WORDS, *TERMS, *PUNCTUATION), k=chance.randint(1, 60))).encode()
    query = grammar.query()
    return (query if kind < 0.9 else mutated(chance, query)).encode("utf-8", "surrogatepass")


def asked(connection: http.client.HTTPConnection, chance: random.Random, query: bytes) -> int:
    """Status of one request, sent in one of the ways of the protocol; what came is looked at."""
    headers = {"Accept": chance.choice(ACCEPTS), "Accept-Language": chance.choice(("zh", "en", "xx"))}
    if chance.random() < 0.3:
        headers["Accept-Encoding"] = chance.choice(("gzip", "zstd", "gzip;q=0, *"))
    way = chance.random()
    if way < 0.3:
        connection.request("GET", get_target(query.decode("utf-8", "replace")), headers=headers)
    elif way < 0.4:
        pieces = ("%", "%2", "%zz", "+", "&", "=", "a", "%00", "%ff")
        target = "/sparql?query=" + "".join(chance.choices(pieces, k=40))
        connection.request("GET", target, headers=headers)
    else:
        plain, form_type = "application/sparql-query", "application/x-www-form-urlencoded"
        headers["Content-Type"] = chance.choice((plain, form_type, f"{plain}; charset=utf-8"))
        form = b"query=" if "form" in headers["Content-Type"] else b""
        connection.request(chance.choice(("POST", "POST", "QUERY")), "/sparql", form + query, headers)
    response = connection.getresponse()
    body = response.read()
    check(response, body)
    return response.status


def check(response: http.client.HTTPResponse, body: bytes) -> None:
    """A refusal says why; a document is a whole one."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    assert response.status in (200, 400, 403, 406, 413, 414, 415, 503), (response.status, body[:500])
    assert int(response.headers["Content-Length"]) == len(body)
    if response.headers.get("Content-Encoding"):
        return
    if kind in ("application/problem+json", "application/sparql-results+json", "application/ld+json"):
        document = json.loads(body)
        if response.status != 200:
            assert document["status"] == response.status
            assert document["detail"]
    assert b"Traceback" not in body


def fuzz(server: Server, number: int, until_s: float, outcomes: Counter[int], failures: list[str]) -> None:
    chance = random.Random(f"{SEED}/{number}")
    grammar = Grammar(chance)
    connection = server.connect(client=f"127.0.0.{30 + number}")
    while time.monotonic() < until_s and len(failures) < 20:
        query = invented(chance, grammar)
        try:
            outcomes[asked(connection, chance, query)] += 1
        except (AssertionError, ValueError, OSError, http.client.HTTPException) as error:
            failures.append(f"{error!r:.600}\n   to {query!r:.1000}")
            connection.close()
            connection = server.connect(client=f"127.0.0.{30 + number}")
    connection.close()


def test_whatever_is_asked_has_a_proper_answer(server, torture):
    outcomes: Counter[int] = Counter()
    failures: list[str] = []
    until_s = time.monotonic() + MINUTES * 60
    with torture(f"random bytes and mutated queries, {MINUTES:g} min", slack_mib=150) as row:
        threads = [threading.Thread(target=fuzz, args=(server, n, until_s, outcomes, failures)) for n in range(6)]
        for thread in threads:
            thread.start()
        n_wrong, curve = 0, []
        while any(thread.is_alive() for thread in threads):
            n_wrong += not server.is_well(client="127.0.0.3", timeout_s=15)
            curve.append(server.memory_mib())
            time.sleep(1)
        quarters = [statistics.median(curve[n * len(curve) // 4 : (n + 1) * len(curve) // 4]) for n in range(4)]
        row.outcome = f"{sum(outcomes.values()):,}: {dict(sorted(outcomes.items()))}"
    say("\n".join(failures))
    say(f"MiB in each quarter of the time: {', '.join(f'{mib:.0f}' for mib in quarters)}")
    assert failures == []
    assert n_wrong == 0
    assert quarters[3] < quarters[1] * 1.1 + 10
