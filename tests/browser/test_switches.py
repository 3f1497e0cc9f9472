"""The language and the theme, chosen by hand, and pages used by the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow

PAPER, NIGHT = "rgb(251, 250, 246)", "rgb(23, 22, 19)"


def ground(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


@pytest.mark.parametrize("runs_scripts", [True, False])
def test_a_theme_is_chosen_and_stays(visit: Callable[..., Visit], runs_scripts: bool) -> None:
    opened = visit("zh", java_script_enabled=runs_scripts, color_scheme="light")
    page = opened.go("/questions/")
    before = ground(page) if runs_scripts else PAPER
    page.get_by_role("navigation", name="外观").get_by_role("link", name="深色").click()
    expect(page.get_by_role("navigation", name="外观").locator("[aria-current]")).to_have_text("深色")
    expect(page.locator("body")).to_have_css("background-color", NIGHT)
    opened.go("/problems")

    expect(page.locator("body")).to_have_css("background-color", NIGHT)
    assert before == PAPER


def test_a_page_follows_the_system(visit: Callable[..., Visit]) -> None:
    page = visit(color_scheme="dark").go("/")

    expect(page.locator("body")).to_have_css("background-color", NIGHT)
    page.emulate_media(color_scheme="light")
    expect(page.locator("body")).to_have_css("background-color", PAPER)


def test_paper_is_white_whatever_the_theme(visit: Callable[..., Visit]) -> None:
    page = visit(color_scheme="dark").go("/?theme=dark")
    page.emulate_media(media="print")

    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")


@pytest.mark.parametrize("runs_scripts", [True, False])
def test_the_language_is_chosen_and_stays(visit: Callable[..., Visit], runs_scripts: bool) -> None:
    opened = visit("en", java_script_enabled=runs_scripts)
    page = opened.go("/doc/organisation/cppcc-hengyang")
    page.get_by_role("link", name="中文").click()

    expect(page.locator("h1")).to_have_text("中国人民政治协商会议衡阳市委员会")
    opened.go("/questions/")
    expect(page.locator("html")).to_have_attribute("lang", "zh")


def test_a_reader_without_a_mouse_skips_to_the_content_and_sees_where_they_are(visit: Callable[..., Visit]) -> None:
    page = visit().go("/")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")

    expect(focused).to_have_text("Skip to the content")
    expect(focused).to_be_in_viewport()
    expect(focused).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_query_is_asked_by_keyboard_alone(visit: Callable[..., Visit]) -> None:
    page = visit("zh").go("/sparql")
    page.get_by_label("SPARQL 查询").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("SELECT (6 * 7 AS ?n) {}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("cell")).to_have_text("42")


def test_what_is_composed_in_chinese_arrives_once(visit: Callable[..., Visit]) -> None:
    """As an input method does it: letters first, then the word in their place."""
    page = visit("zh").go("/sparql")
    field = page.get_by_label("SPARQL 查询")
    field.fill('ASK { ?s ?p "" }')
    field.press("End")
    for _step in '" }':
        page.keyboard.press("ArrowLeft")
    ime = page.context.new_cdp_session(page)
    for letters in ("t", "ti", "ti'an"):
        ime.send(
            "Input.imeSetComposition",
            {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
        )
    ime.send("Input.insertText", {"text": "提案"})

    expect(field).to_have_value('ASK { ?s ?p "提案" }')


def test_what_was_typed_survives_another_language_and_another_theme(visit: Callable[..., Visit]) -> None:
    page = visit("en", viewport={"width": 800, "height": 500}).go("/sparql")
    page.get_by_label("SPARQL query").fill("SELECT * { ?提案 ?p 1 }")
    page.get_by_label("Answer as").select_option("csv")
    page.get_by_role("link", name="dark").click()
    expect(page.locator("body")).to_have_css("background-color", NIGHT)
    page.get_by_role("link", name="中文").click()

    expect(page.get_by_label("SPARQL 查询")).to_have_value("SELECT * { ?提案 ?p 1 }")
    expect(page.get_by_label("答案格式")).to_have_value("csv")
    page.reload()
    expect(page.get_by_label("SPARQL 查询")).not_to_have_value("SELECT * { ?提案 ?p 1 }")


def test_a_reader_stays_where_they_were_in_a_long_page(visit: Callable[..., Visit]) -> None:
    page = visit("en", viewport={"width": 800, "height": 500}).go("/doc/ontology")
    page.evaluate("window.scrollTo(0, 2000)")
    page.get_by_role("link", name="中文").dispatch_event("click")

    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.wait_for_function("window.scrollY === 2000")
