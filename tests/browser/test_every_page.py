"""Every kind of page, in both languages and both themes, on a phone, a tablet and a wide screen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.browser.conftest import Visit
from tests.browser.pages import FAILURES, PAGES

WIDTHS_PX = (390, 1024, 1600)
HEIGHT_PX = 3_000
MATTERS = ("serious", "critical")
AXE = Axe()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what was seen is kept, as long as pytest keeps its temporary folders."""
    return tmp_path_factory.mktemp("screenshots")


def looks() -> Iterator[object]:
    """Every page in Chinese by day or in English by night, turn about; the other three looks of it by hand."""
    every = [(language, theme) for language in ("zh", "en") for theme in ("light", "dark")]
    for position, name in enumerate(PAGES):
        usual = (("zh", "light"), ("en", "dark"))[position % 2]
        for look in every:
            mark = pytest.mark.slow if look == usual else pytest.mark.long
            yield pytest.param(name, *look, marks=mark, id="-".join((name, *look)))


@pytest.mark.parametrize(("name", "language", "theme"), list(looks()))
def test_a_page_is_good_to_read(
    visit: Callable[..., Visit], screenshots: Path, name: str, language: str, theme: str
) -> None:
    """Nothing is wider than the window, and axe finds nothing serious."""
    page = visit(language, is_failure=name in FAILURES, color_scheme=theme).go(PAGES[name])
    found = complaints(page)
    for width_px in WIDTHS_PX:
        page.set_viewport_size({"width": width_px, "height": 900})
        too_wide_px = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{width_px} px: {too_wide_px} px too wide"] if too_wide_px else []
        file = screenshots / f"{name.replace(' ', '-')}-{width_px}-{language}-{theme}.jpeg"
        clip = {"x": 0, "y": 0, "width": width_px, "height": HEIGHT_PX}
        page.screenshot(path=file, full_page=True, clip=clip, quality=80)

    assert found == []


def complaints(page: Page) -> list[str]:
    """What axe finds, as far as it matters."""
    violations = AXE.run(page).response["violations"]
    return [
        f"{rule['id']} {node['target']}" for rule in violations if rule["impact"] in MATTERS for node in rule["nodes"]
    ]
