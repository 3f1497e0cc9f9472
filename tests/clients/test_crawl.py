"""
Every IRI of the graph, followed through HTTP: it leads to a document, every format of which says the same to parsers
of others, and nothing there leads nowhere or elsewhere.
"""

import http.client
import json
import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urlsplit

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat

from cppcc_graph.store.embedded import EmbeddedStore

BASE = "https://w3id.org/cppcc-graph/"
FORMS = {
    "ttl": (RdfFormat.TURTLE, "turtle"),
    "nt": (RdfFormat.N_TRIPLES, "nt"),
    "rdf": (RdfFormat.RDF_XML, "xml"),
    "jsonld": (RdfFormat.JSON_LD, "json-ld"),
    "trig": (RdfFormat.TRIG, ""),
    "nq": (RdfFormat.N_QUADS, ""),
}
RAPPER = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml"}
PAGES_OF_A_FAMILY, DOCUMENTS_OF_A_FAMILY, LINKS_FOLLOWED = 1, 2, 400

Canonical = frozenset[str]


@dataclass(frozen=True)
class Got:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Crawler:
    """Asks one server, over one connection, and follows its own redirects."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, accept: str = "*/*") -> Got:
        asked = {"Accept": accept, "Accept-Language": "en"}
        try:
            self.connection.request("GET", path, headers=asked)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):  # it was idle while others computed
            self.connection.close()
            self.connection.request("GET", path, headers=asked)
            answer = self.connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())

    def follow(self, path: str, accept: str = "*/*") -> tuple[list[int], Got]:
        got = self.ask(path, accept)
        statuses = [got.status]
        while got.status in (302, 303, 307, 308) and len(statuses) < 6:
            got = self.ask(urldefrag(got.headers["Location"])[0], accept)
            statuses.append(got.status)
        return statuses, got


@pytest.fixture(scope="module")
def crawler(endpoint: str) -> Iterator[Crawler]:
    crawler = Crawler(urlsplit(endpoint).port or 0)
    with closing(crawler.connection):
        yield crawler


@pytest.fixture(scope="module")
def iris(published: EmbeddedStore) -> list[str]:
    """Every IRI under our base that stands in the data, in any place of a quad."""
    terms = {term for quad in published.quads() for term in quad}
    return sorted(term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(BASE))


def documents(iris: Iterable[str]) -> list[str]:
    return sorted({urldefrag(iri)[0] for iri in iris})


def path_of(iri: str) -> str:
    return quote(urldefrag(iri)[0].removeprefix(BASE.rstrip("/")))


def document_of(iri: str) -> str:
    return "/doc/" + quote(urldefrag(iri)[0].removeprefix(BASE).removeprefix("id/"))


def described(iris: Iterable[str]) -> list[str]:
    """Those that lead to a document about a thing; the list of questions is a page."""
    return [iri for iri in documents(iris) if iri != f"{BASE}questions/"]


def sample(iris: list[str], n: int) -> list[str]:
    """As many of each family: things of a type, spans, statements, vocabularies, graphs …"""
    families = defaultdict(list)
    for iri in described(iris):
        parts = iri.removeprefix(BASE).split("/")
        families[parts[0], parts[1] if parts[0] == "id" else parts[2] if len(parts) > 2 else ""].append(iri)
    picked = [iri for family in families.values() for iri in random.Random(5).sample(family, min(n, len(family)))]
    always = [f"{BASE}{name}" for name in ("ontology", "shapes", "history", "report/hengyang-2024")]
    return sorted({*picked, *always})


def canonical(quads: Iterable[Quad]) -> Canonical:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(map(str, dataset))


def read(text: bytes | str, form: RdfFormat) -> Canonical:
    return canonical(Quad(q.subject, q.predicate, q.object) for q in pyoxigraph.parse(text, format=form))


# --- resolving ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_iri_of_the_graph_leads_to_a_document_about_it(crawler: Crawler, iris: list[str]) -> None:
    told: dict[str, set[str]] = {}
    for iri in documents(iris):
        statuses, got = crawler.follow(path_of(iri), "text/turtle" if iri in described([iri]) else "text/html")
        assert statuses == ([303, 200] if iri in described([iri]) else [200]), (iri, statuses)
        if iri in described([iri]):
            terms = {term for triple in pyoxigraph.parse(got.body, format=RdfFormat.TURTLE) for term in triple.triple}
            told[iri] = {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(BASE)}
            assert f'<{iri}>; rel="cite-as"' in got.headers["Link"]

    assert [iri for iri in iris if urldefrag(iri)[0] in told and iri not in told[urldefrag(iri)[0]]] == []
    assert {urldefrag(other)[0] for others in told.values() for other in others} <= set(documents(iris))
    assert (len(iris) > 2_000, len(told) > 1_200) == (True, True), (len(iris), len(told))


# --- formats --------------------------------------------------------------------------------------


def file_name(iri: str, form: str) -> str:
    return f"{quote(iri.removeprefix(BASE), safe='')}.{form}"


def fetched(crawler: Crawler, iris: Iterable[str], folder: Path) -> dict[str, Canonical]:
    """Every form of each document, written into the folder; what pyoxigraph reads of the N-Triples, by IRI."""
    expected = {}
    for iri in iris:
        for form in FORMS:
            got = crawler.ask(f"{document_of(iri)}.{form}")
            assert got.status == 200, (iri, form, got.status)
            (folder / file_name(iri, form)).write_bytes(got.body)
        expected[iri] = read((folder / file_name(iri, "nt")).read_bytes(), RdfFormat.N_TRIPLES)
    return expected


def check_with_python(folder: Path, expected: dict[str, Canonical], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    for iri, told in expected.items():
        for form, (known, name) in FORMS.items():
            text = (folder / file_name(iri, form)).read_bytes()
            assert read(text, known) == told, (iri, form, "pyoxigraph")
            if name:
                lines = rdflib.Graph().parse(data=text, format=name).serialize(format="nt")
                assert read(lines, RdfFormat.N_TRIPLES) == told, (iri, form, "rdflib")


def check_with_rapper(rapper: str, folder: Path, expected: dict[str, Canonical]) -> None:
    def run(job: tuple[str, str]) -> tuple[str, str, subprocess.CompletedProcess[bytes]]:
        iri, form = job
        command = [rapper, "-q", "-i", RAPPER[form], "-o", "ntriples", str(folder / file_name(iri, form)), BASE]
        return iri, form, subprocess.run(command, capture_output=True, timeout=60, check=False)

    with ThreadPoolExecutor(2) as pool:
        for iri, form, ran in pool.map(run, [(iri, form) for iri in expected for form in RAPPER]):
            assert (ran.returncode, ran.stderr) == (0, b""), (iri, form, ran.stderr)
            assert read(ran.stdout, RdfFormat.N_TRIPLES) == expected[iri], (iri, form, "rapper")


def check_with_javascript(node: str, folder: Path, expected: dict[str, Canonical]) -> None:
    command = [node, str(Path(__file__).parent / "parsers.mjs"), str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    forms = [form for form in FORMS if form != "rdf"]

    assert (ran.returncode, ran.stdout) == (0, f"{len(expected) * len(forms)}\n"), ran.stderr[-2000:]
    for iri, told in expected.items():
        for form in forms:
            text = (folder / f"{file_name(iri, form)}.told").read_bytes()
            assert read(text, RdfFormat.N_QUADS) == told, (iri, form, "n3 or jsonld")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's reader of JSON-LD makes one
@pytest.mark.parametrize(
    "is_whole", [pytest.param(False, marks=pytest.mark.slow), pytest.param(True, marks=pytest.mark.long)]
)
def test_every_format_says_the_same_to_five_parsers(
    crawler: Crawler,
    iris: list[str],
    node: str,
    program: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_whole: bool,
) -> None:
    asked = described(iris) if is_whole else sample(iris, DOCUMENTS_OF_A_FAMILY)
    expected = fetched(crawler, asked, tmp_path)

    assert all(expected.values())
    check_with_python(tmp_path, expected, monkeypatch)
    check_with_rapper(program("rapper", package="raptor2-utils"), tmp_path, expected)
    check_with_javascript(node, tmp_path, expected)


# --- pages ----------------------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: unescape(value or "") for name, value in attrs}
        self.anchors.add(known.get("id", ""))
        is_loaded = tag == "link" and not {"alternate", "license"} & set(known.get("rel", "").split())
        if "src" in known or is_loaded:
            self.loaded.add(known.get("src") or known["href"])
        elif "href" in known:
            self.links.add(known["href"])


@pytest.mark.parametrize(
    "is_whole", [pytest.param(False, marks=pytest.mark.slow), pytest.param(True, marks=pytest.mark.long)]
)
def test_no_link_of_a_page_is_dead_and_none_loads_from_elsewhere(
    crawler: Crawler, iris: list[str], is_whole: bool
) -> None:
    asked = described(iris) if is_whole else sample(iris, PAGES_OF_A_FAMILY)
    pages = {}
    for iri in asked:
        got = crawler.ask(f"{document_of(iri)}.html")
        assert got.status == 200, iri
        pages[iri] = Page(got.body.decode())
    links = {link for page in pages.values() for link in page.links}
    local = sorted({link for link in links if not re.match(r"[a-z]+:", link)})
    if not is_whole:
        local = sorted(random.Random(5).sample(local, min(LINKS_FOLLOWED, len(local))))
    anchors: dict[str, set[str]] = {}
    for address in sorted({urldefrag(link)[0] for link in local} - {""}):
        statuses, got = crawler.follow(address, "text/html, */*;q=0.1")
        assert statuses[-1] == 200, (address, statuses)
        if got.headers.get_content_type() == "text/html":
            anchors[address] = Page(got.body.decode()).anchors
    lost = [link for link in local if urldefrag(link)[0] in anchors and urldefrag(link)[1]]
    lost = [link for link in lost if unquote(urldefrag(link)[1]) not in anchors[urldefrag(link)[0]]]

    assert lost == []
    assert {link.partition(":")[0] for link in links if re.match(r"[a-z]+:", link)} <= {"http", "https"}
    assert all(address.startswith("/static/") for page in pages.values() for address in page.loaded)
    assert not any(link.startswith(BASE) for link in links)


# --- following ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_client_that_knows_http_alone_answers_from_three_documents(endpoint: str, node: str) -> None:
    """What is the area of the body whose money this figure is called? Figure, body and area have a document each."""
    asked = {
        "start": f"{BASE}report/hengyang-2024/observation/fund-raised",
        "base": BASE,
        "server": endpoint.removesuffix("sparql"),
        "path": [{"property": f"{BASE}ontology#reportedBody"}, {"property": f"{BASE}ontology#jurisdiction"}],
        "wanted": "http://www.w3.org/2000/01/rdf-schema#label",
    }
    command = [node, str(Path(__file__).parent / "dereferencing.mjs"), json.dumps(asked)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    told = json.loads(ran.stdout or "{}")

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert len(told["documents"]) == 3
    assert {answer["iri"] for answer in told["answers"]} == {f"{BASE}id/place/hengyang-county"}
    assert "衡阳县" in {answer["value"] for answer in told["answers"]}
