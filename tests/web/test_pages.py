"""What people see: whole pages, in both languages, with nothing from elsewhere and no dead ends."""

import dataclasses
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.history.conftest import quad

from cppcc_graph import web
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.web import (
    catalogue_parts,
    change_pages,
    change_parts,
    form_parts,
    pages,
    parts,
    search_parts,
    thing_parts,
)
from cppcc_graph.web.headers import let_be_framed
from cppcc_graph.web.theme import THEMES

TEMPLATES = Path(web.__file__).parent / "templates"
SHOWN = [
    known
    for module in (pages, parts, change_pages, change_parts, form_parts, catalogue_parts, search_parts, thing_parts)
    for known in vars(module).values()
    if dataclasses.is_dataclass(known) and known.__module__ == module.__name__
]
PAGES = [known for known in SHOWN if hasattr(known, "TEMPLATE")]
SHARED = {"base.html", "_partials.html", "_answer.html", "_flyout.html"}
OBSERVATION = "/doc/report/mingchuan-2033/observation/filed-proposals.html"
ADDRESSES = [
    "/",
    "/questions/",
    "/problems",
    "/catalogue?format=html",
    "/search?format=html",
    "/search?q=mingchuan&format=html",
    "/search?q=committee&type=x:y&page=2&format=html",
    "/sparql?format=html",
    "/sparql?format=html&query=ASK{}",
    "/sparql?format=html&query=ASK{",
    "/sparql?format=html&query=SELECT*{?s%20?p%20?o}LIMIT%203",
    "/sparql?format=html&query=CONSTRUCT{?s%20?p%20?o}WHERE{?s%20?p%20?o}LIMIT%203",
    "/doc/organisation/cppcc-mingchuan.html",
    "/doc/ontology.html",
    "/doc/vocabulary/units.html",
    OBSERVATION,
]


def attributes(template: str, name: str) -> set[str]:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return set(re.findall(rf"\b{name}\.(\w+)", " ".join(re.findall(r"{[{%].*?[}%]}", source, re.DOTALL))))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_uses_its_page_and_all_of_it(page: type) -> None:
    fields = {field.name for field in dataclasses.fields(page)}

    assert attributes(page.TEMPLATE, "page") == fields


def test_the_frame_is_used_and_all_of_it() -> None:
    assert attributes("base.html", "frame") == {field.name for field in dataclasses.fields(parts.Frame)}


def test_every_template_has_a_page() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} == {page.TEMPLATE for page in PAGES} | SHARED


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.__name__)
def test_every_field_that_reaches_a_template_is_documented(shown: type) -> None:
    undocumented = [field.name for field in dataclasses.fields(shown) if field.name not in (shown.__doc__ or "")]
    says_all_in_one_line = "Attributes:" not in (shown.__doc__ or "")

    assert undocumented == [] or says_all_in_one_line


class Read(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"br", "img", "input", "link", "meta", "wbr", "hr"})
    OPTIONAL_END = frozenset({"li", "p", "option", "tr", "td", "th", "dt", "dd"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrongly_closed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrongly_closed.append(tag)

    def values(self, attribute: str, *tags: str) -> list[str]:
        return [attrs[attribute] or "" for tag, attrs in self.tags if attribute in attrs and (not tags or tag in tags)]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_is_whole_and_says_its_language(client: FlaskClient, address: str, language: str) -> None:
    answer = client.get(address, headers={"Accept-Language": language})
    read = Read(answer.text)
    names = [tag for tag, _attrs in read.tags]
    identifiers = read.values("id")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"] == language
    assert read.values("lang", "html") == [language]
    assert (names.count("h1"), names.count("title"), names.count("main")) == (1, 1, 1)
    assert (read.open, read.wrongly_closed) == ([], [])
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client: FlaskClient, address: str) -> None:
    read = Read(client.get(address).text)
    loaded = read.values("src") + [
        attrs["href"] for tag, attrs in read.tags if tag == "link" and attrs["rel"] != "alternate"
    ]

    assert all(href.startswith("/static/") for href in loaded)
    inline = [attrs.get("type") for tag, attrs in read.tags if tag == "script" and "src" not in attrs]
    assert set(inline) <= {"application/ld+json"}  # never run
    assert read.values("style") == []
    assert [name for _tag, attrs in read.tags for name in attrs if name.startswith("on")] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_field_of_a_form_has_a_label_and_every_table_has_heads(client: FlaskClient, address: str) -> None:
    read = Read(client.get(address).text)
    fields = [
        attrs for tag, attrs in read.tags if tag in ("textarea", "select", "input") and attrs.get("type") != "hidden"
    ]

    assert [attrs["id"] for attrs in fields if attrs["id"] not in read.values("for", "label")] == []
    assert [attrs for tag, attrs in read.tags if tag == "th" and "scope" not in attrs] == []
    assert [attrs for tag, attrs in read.tags if tag == "img" and "alt" not in attrs] == []


def test_the_stylesheets_and_the_icon_are_served(client: FlaskClient) -> None:
    linked = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)

    assert len(linked) == len({*linked}) > 1
    for href in linked:
        with client.get(href) as sheet:
            assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    with client.get("/static/cppcc.css") as sheet, client.get("/static/favicon.svg") as icon:
        assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
        assert icon.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert sheet.headers["X-Content-Type-Options"] == "nosniff"


# --- home -----------------------------------------------------------------------------------------


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_home_page_counts_what_is_in_the_store_now(client: FlaskClient) -> None:
    shown = words(client.get("/").text)

    assert "report 1" in shown
    assert "organisations 4" in shown
    assert "figures 3" in shown
    assert "relations 2" in shown
    assert "recognition 1" in shown


def test_the_home_page_lists_each_report_with_title_body_and_year(client: FlaskClient) -> None:
    english = words(client.get("/").text)
    chinese = words(client.get("/?lang=zh").text)

    assert "CPPCC Mingchuan: the work of 2033 CPPCC Mingchuan Municipal Committee 2033 3 " in english
    assert "明川市政协2033年工作综述 中国人民政治协商会议明川市委员会 2033年 3 " in chinese


def test_the_home_page_tells_how_to_ask_with_a_query_that_works(client: FlaskClient) -> None:
    [shown] = re.findall(r"--data-urlencode query='\n(.*?)'</code>", client.get("/").text, re.DOTALL)
    sample = html.unescape(shown)
    answer = client.get("/sparql", query_string={"query": sample, "format": "csv"})

    assert "http://localhost/sparql" in client.get("/").text
    assert '"Filed proposals: 210 (CPPCC Mingchuan, 2033)",210' in answer.text


def test_an_empty_dataset_has_a_home_page_too() -> None:
    empty = web.create_app(Settings(), EmbeddedStore()).test_client()

    assert "There is no report in this dataset yet." in empty.get("/").text


# --- language -------------------------------------------------------------------------------------


def test_the_language_is_negotiated(client: FlaskClient) -> None:
    assert '<html lang="zh">' in client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "de"}).text


def test_the_language_in_the_address_wins_and_is_remembered(client: FlaskClient) -> None:
    first = client.get("/?lang=zh", headers={"Accept-Language": "en"})
    second = client.get("/questions/", headers={"Accept-Language": "en"})

    assert '<html lang="zh">' in first.text
    assert "lang=zh" in first.headers["Set-Cookie"]
    assert "HttpOnly" in first.headers["Set-Cookie"]
    assert "SameSite=Lax" in first.headers["Set-Cookie"]
    assert '<html lang="zh">' in second.text


def test_a_language_we_do_not_speak_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/?lang=fr")

    assert '<html lang="en">' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_switching_the_language_keeps_the_page_and_its_query(client: FlaskClient) -> None:
    text = client.get("/sparql", query_string={"query": "ASK { }", "format": "html", "lang": "en"}).text

    assert 'href="/sparql?query=ASK+%7B+%7D&amp;format=html&amp;lang=zh"' in text


def test_an_answer_for_programs_sets_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/sparql?query=ASK{}&lang=zh").headers


# --- appearance -----------------------------------------------------------------------------------


DARK = '<link rel="stylesheet" href="/static/dark.css"'
AT_NIGHT = f'{DARK} media="(prefers-color-scheme: dark)">'


def test_a_page_follows_the_system_until_a_theme_is_chosen(client: FlaskClient) -> None:
    followed = client.get("/").text
    dark = client.get("/?theme=dark").text
    light = client.get("/?theme=light").text

    assert AT_NIGHT in followed
    assert '<meta name="color-scheme" content="light dark">' in followed
    assert f"{DARK}>" in dark
    assert '<meta name="color-scheme" content="dark">' in dark
    assert DARK not in light


def test_a_theme_is_remembered_until_it_is_given_back(client: FlaskClient) -> None:
    first = client.get("/?theme=dark").headers["Set-Cookie"]
    second = client.get("/questions/").text
    client.get("/?theme=auto")
    third = client.get("/questions/").text

    assert "theme=dark" in first
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert f"{DARK}>" in second
    assert AT_NIGHT in third


def test_a_theme_that_does_not_exist_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/?theme=purple", headers={"Cookie": "theme=purple"})

    assert AT_NIGHT in answer.text
    assert "Set-Cookie" not in answer.headers


def test_switching_the_theme_keeps_the_page_its_query_and_its_language(client: FlaskClient) -> None:
    text = client.get("/sparql", query_string={"query": "ASK { }", "format": "html", "lang": "zh"}).text

    assert 'href="/sparql?query=ASK+%7B+%7D&amp;format=html&amp;lang=zh&amp;theme=dark"' in text


def test_an_answer_for_programs_remembers_no_theme(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/sparql?query=ASK{}&theme=dark").headers


def test_a_page_that_a_client_keeps_is_another_in_another_theme(commit, kept_app: Flask) -> None:
    commit(Patch(added=(quad("river", "River"),)))
    client = kept_app.test_client(use_cookies=False)
    tags = [
        client.get("/versions?format=html", headers={"Cookie": f"theme={theme}"}).headers["ETag"] for theme in THEMES
    ]

    assert len({*tags}) == len(THEMES) == 3


# --- who may load and show what -------------------------------------------------------------------


def test_a_page_runs_scripts_of_this_server_alone_and_no_inline_style(client: FlaskClient) -> None:
    policy = dict(part.strip().split(" ", 1) for part in client.get("/").headers["Content-Security-Policy"].split(";"))

    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_a_page_for_the_pages_of_others_runs_nothing(store: EmbeddedStore) -> None:
    app = web.create_app(Settings(), store)
    app.add_url_rule("/shown-elsewhere", view_func=lambda: let_be_framed() or "a card")
    policy = app.test_client().get("/shown-elsewhere").headers["Content-Security-Policy"]

    assert "frame-ancestors" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


# --- the query page -------------------------------------------------------------------------------


def asked(client: FlaskClient, query: str, **more: str) -> str:
    return client.get("/sparql", query_string={"query": query, "format": "html", **more}).text


def test_a_browser_gets_the_query_page(client: FlaskClient) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<textarea id="query" name="query"' in answer.text


def test_a_page_is_the_last_resort_of_a_client_that_accepts_it(client: FlaskClient) -> None:
    answer = client.get(
        "/sparql", query_string={"query": "SELECT * {}"}, headers={"Accept": "text/turtle, text/html;q=0.5"}
    )

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_solutions_are_shown_as_a_table_with_links(client: FlaskClient) -> None:
    text = asked(
        client, "SELECT ?o ?v { ?o <https://w3id.org/cppcc-graph/ontology#value> ?v } ORDER BY DESC(?v) LIMIT 1"
    )

    assert '<th scope="col">o</th><th scope="col" class="number">v</th>' in text
    assert '<a href="/report/mingchuan-2033/observation/visits"' in text
    assert '<td class="number"><span>500</span></td>' in text


def test_the_query_stays_in_the_editor_as_it_was(client: FlaskClient) -> None:
    assert "required>\nASK { FILTER(1 &lt; 2) } # </textarea>" in asked(client, "ASK { FILTER(1 < 2) } # ")


def test_a_literal_is_shown_and_never_becomes_markup(client: FlaskClient) -> None:
    text = asked(client, 'SELECT ("<script>alert(1)</script>" AS ?x) {}')

    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x"])
def test_only_web_addresses_become_links(client: FlaskClient, iri: str) -> None:
    assert f'href="{iri}' not in asked(client, f"SELECT (<{iri}> AS ?x) {{}}")


def test_yes_and_no_are_words(client: FlaskClient) -> None:
    assert ">Yes</p>" in asked(client, "ASK {}")
    assert ">否</p>" in asked(client, "ASK { FILTER(false) }", lang="zh")


def test_a_mistake_is_shown_in_its_place(client: FlaskClient) -> None:
    answer = client.get(
        "/sparql", query_string={"query": "SELECT *\nWHERE { ?s a qb:Observation }", "format": "html", "lang": "en"}
    )

    assert answer.status_code == 400
    assert "Line 2, column 14: the prefix qb: is not declared" in answer.text
    assert "<pre><code>PREFIX qb: &lt;http://purl.org/linked-data/cube#&gt;</code></pre>" in answer.text
    assert "WHERE { ?s a <mark>qb:Observation</mark> }" in answer.text


def test_a_long_answer_is_cut_on_the_page_and_whole_elsewhere(client: FlaskClient) -> None:
    query = f"SELECT ?a ?b {{ VALUES ?a {{ {'1 ' * 60} }} VALUES ?b {{ {'1 ' * 20} }} }}"
    text = asked(client, query)

    assert text.count("<tr>") == 1 + 1000
    assert "The first 1,000 of 1,200 rows are shown" in text
    assert client.get("/sparql", query_string={"query": query, "format": "csv"}).text.count("\r\n") == 1201


def test_a_long_graph_is_cut_on_the_page(client: FlaskClient) -> None:
    subjects = " ".join(f"<http://ex/{number}>" for number in range(1200))
    query = f"CONSTRUCT {{ ?s <http://ex/p> 1 }} {{ VALUES ?s {{ {subjects} }} }}"
    text = client.post("/sparql", data={"query": query}, headers={"Accept": "text/html"}).text

    assert "1,200 triples" in text
    assert "more lines are left out here" in text


def test_a_page_by_post_keeps_the_graphs_that_were_asked(client: FlaskClient) -> None:
    answer = client.post(
        "/sparql", data={"query": "ASK {}", "default-graph-uri": "http://ex/g"}, headers={"Accept": "text/html"}
    )

    assert '<input type="hidden" name="default-graph-uri" value="http://ex/g">' in answer.text


# --- questions ------------------------------------------------------------------------------------


def test_every_question_is_listed_and_opens(app: Flask, client: FlaskClient) -> None:
    listed = re.findall(r'<li><a href="(/questions/[^"]+)"', client.get("/questions/").text)

    assert len(listed) == len(app.extensions["questions"]) > 0
    assert {client.get(href, headers={"Accept": "text/html"}).status_code for href in listed} == {200}


def test_a_question_is_answered_for_programs_too(app: Flask, client: FlaskClient) -> None:
    slug = next(iter(app.extensions["questions"]))

    assert client.get(f"/questions/{slug}?format=csv").headers["Content-Type"] == "text/csv; charset=utf-8"
    assert client.get("/questions/no-such-question").status_code == 404


def test_a_question_heads_its_columns_in_words(app: Flask, client: FlaskClient) -> None:
    slug = "publication-and-editor"
    variable, meaning = re.search(r"\?(\w+) ([^;]+)", app.extensions["questions"][slug].header["answer@en"]).groups()
    text = client.get(f"/questions/{slug}?format=html&lang=en").text

    assert "# answer@en" not in text
    assert f">{meaning}</th>" in text or "Nothing in the data matches" in text
    assert f'<th scope="col">{variable}</th>' not in text
