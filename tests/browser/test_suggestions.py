"""The search box in the page head, while somebody types."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Visit

pytestmark = pytest.mark.slow


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="搜索")


def composed(page: Page, letters: str, word: str) -> None:
    """As an input method does it: letters first, then the word in their place."""
    ime = page.context.new_cdp_session(page)
    for end in range(1, len(letters) + 1):
        ime.send("Input.imeSetComposition", {"text": letters[:end], "selectionStart": end, "selectionEnd": end})
    ime.send("Input.insertText", {"text": word})


@pytest.mark.parametrize("typed", ["hengyangshi", "衡阳市政协", "hyszx"])
def test_a_thing_is_found_by_typing_and_opened_by_keyboard(visit: Callable[..., Visit], typed: str) -> None:
    page = visit("zh").go("/questions/")
    box(page).press_sequentially(typed)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    name = chosen.locator("span").first.inner_text()
    expect(box(page)).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text(name)


def test_a_suggestion_is_opened_by_a_click(visit: Callable[..., Visit]) -> None:
    page = visit("zh").go("/")
    box(page).press_sequentially("衡阳市政协")
    first = page.get_by_role("option").first
    name = first.locator("span").first.inner_text()
    first.click()

    expect(page.locator("h1")).to_have_text(name)


def test_what_is_composed_in_chinese_is_asked_once_and_not_doubled(visit: Callable[..., Visit]) -> None:
    page = visit("zh").go("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    box(page).focus()
    composed(page, "ti'an", "提案")

    expect(page.get_by_role("option").first).to_contain_text("提案")
    expect(box(page)).to_have_value("提案")
    assert [address.partition("prefix=")[2] for address in asked] == ["%E6%8F%90%E6%A1%88&limit=8"]


def test_suggestions_go_away(visit: Callable[..., Visit]) -> None:
    page = visit("zh").go("/")
    listed = page.get_by_role("listbox")
    box(page).press_sequentially("政协")
    expect(listed).to_be_visible()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    box(page).press_sequentially("委")
    expect(listed).to_be_visible()
    page.keyboard.press("Tab")
    expect(listed).to_be_hidden()


def test_words_without_a_choice_are_searched_for(visit: Callable[..., Visit]) -> None:
    page = visit("zh").go("/")
    box(page).press_sequentially("政协")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url("**/search?q=%E6%94%BF%E5%8D%8F")


def test_without_scripts_the_box_searches(visit: Callable[..., Visit]) -> None:
    page = visit("zh", java_script_enabled=False).go("/")
    page.get_by_role("searchbox", name="搜索").fill("政协")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith("/search?q=%E6%94%BF%E5%8D%8F")


@pytest.mark.parametrize("width", [390, 1024])
def test_an_open_list_is_good_to_read(visit: Callable[..., Visit], width: int) -> None:
    page = visit("zh", color_scheme="dark", viewport={"width": width, "height": 900}).go("/")
    box(page).press_sequentially("政协")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    violations = Axe().run(page).response["violations"]

    assert [rule["id"] for rule in violations if rule["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left, right = page.get_by_role("listbox").evaluate(
        "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right]"
    )
    assert left >= 0
    assert right <= width
