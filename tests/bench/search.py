"""
Suggestions and searches among many invented things: measured and printed, never asserted.

    python -m tests.bench.search [--things N] [--rounds N]
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from statistics import median, quantiles

from cppcc_graph.search import Wanted, search, suggest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, RDF, RDFS, SKOS, Literal, NamedNode, Triple

_PLACES = "青石白云东河西岭南湖北原金沙玉泉长宁永安重庆长乐银川兴化大理平江清溪文昌新会龙泉"
_BODIES = ("政协", "政府", "委员会", "工商联", "人大", "文化馆", "图书馆", "商会", "学会", "协会")
_DOINGS = ("提案办理", "调研视察", "民主监督", "书香活动", "社情民意", "专题协商", "界别活动", "文史资料", "委员工作室")
_ENGLISH = ("committee", "federation", "proposal", "survey", "library", "studio", "chamber", "association", "review")
_WORDS = (
    "政协", "委员会", "提案", "青石", "长宁", "重庆市", "工商联", "调研视察", "书", "文史资料", "政協", "青石市政协",
    "zx", "zhengxie", "zhengx", "qssz", "tian", "changning", "chongqing", "z", "gsl", "wenshi", "committee", "comm",
    "proposal 12", "federation of", "c", "市政协 提案", "政协 委员", "青石 zhengxie", "1234", "天文",
)  # fmt: skip


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search")
    parser.add_argument("--things", type=int, default=1_000_000, help="invented things (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=20, help="times that each word is asked for (default: 20)")
    given = parser.parse_args()
    store = EmbeddedStore()
    _took("triples read", lambda: store.replace_graph(f"{BASE}graph/invented", _triples(given.things)))
    _took("index made", store.searching.index)
    _say(f"{'resident':<24}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>12.0f} MiB")
    for name, ask in (("suggest", suggest), ("search", search)):
        times: dict[str, list[float]] = {word: [] for word in _WORDS}
        for _ in range(given.rounds if ask is suggest else 1):
            for word in random.sample(_WORDS, len(_WORDS)):
                begun = time.perf_counter()
                ask(store, Wanted(words=word, language="zh", limit=10))
                times[word].append((time.perf_counter() - begun) * 1000)
        every = [took for known in times.values() for took in known]
        _say(f"{name:<24}{median(every):>12.2f} ms median{quantiles(every, n=20)[-1]:>12.2f} ms p95")
        for word, known in sorted(times.items(), key=lambda pair: -median(pair[1]))[:8]:
            _say(f"    {word:<20}{median(known):>12.2f} ms")


def _triples(n_things: int) -> Iterator[Triple]:
    rng = random.Random(7)
    kinds = [NamedNode(f"{BASE}ontology#Kind{number}") for number in range(12)]
    for number in range(n_things):
        thing = NamedNode(f"{BASE}id/organisation/t{number}")
        place = "".join(rng.choices(_PLACES, k=2))
        yield Triple(thing, RDF.type, rng.choice(kinds))
        yield Triple(
            thing, RDFS.label, Literal(f"{place}市{rng.choice(_BODIES)}{rng.choice(_DOINGS)}{number}", language="zh")
        )
        yield Triple(
            thing, RDFS.label, Literal(f"{rng.choice(_ENGLISH)} of {rng.choice(_ENGLISH)} {number}", language="en")
        )
        if number % 10 == 0:
            yield Triple(thing, SKOS.altLabel, Literal(f"{place}政协", language="zh"))


def _took(name: str, work) -> None:
    begun = time.perf_counter()
    work()
    _say(f"{name:<24}{time.perf_counter() - begun:>12.2f} s")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
