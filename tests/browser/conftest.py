"""Pages as a reader has them: a browser in front of the server as it is run, on loopback and nowhere else."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.clients.conftest import served

import hatch_build
from cppcc_graph import web

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the home page, without its last slash, over the published data; its scripts are current."""
    sources = Path(hatch_build.__file__).parent / "frontend"
    built = Path(web.__file__).parent / "static" / "built"
    if not hatch_build.is_current(sources, built):
        hatch_build.build(sources, built)
    with served(tmp_path_factory.mktemp("site") / "words.txt") as endpoint:
        yield endpoint.removesuffix("/sparql")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, of a module alone: where its library runs, no other test could run an event loop."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield started
        started.close()


@dataclass(frozen=True)
class Visit:
    """
    A page that is open.

    Attributes:
        page: Of the browser.
        site: The server's address.
        complaints: What the browser said was wrong, and what it asked of others.
    """

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def note(self, words: str) -> None:
        self.complaints.append(words)


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """
    Opens a window of its own; in the end, nothing may have been wrong in any of them.

    A page that tells of a failure has the status of one, which the browser repeats on the console: `is_failure`.
    """
    contexts = []
    visits: list[Visit] = []

    def open_window(
        language: str = "en", *, site: str | None = None, is_failure: bool = False, **options: Any
    ) -> Visit:
        context = browser.new_context(locale=LOCALES[language], **options)
        contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        context.set_default_timeout(10_000)
        opened = Visit(context.new_page(), site or request.getfixturevalue("site"))
        visits.append(opened)
        watch(opened, is_failure=is_failure)
        return opened

    yield open_window
    for context in contexts:
        context.close()

    assert [words for opened in visits for words in opened.complaints] == []


def watch(opened: Visit, *, is_failure: bool) -> None:
    def heard(kind: str, words: str) -> None:
        is_expected = is_failure and "Failed to load resource" in words
        if kind in ("error", "warning") and not is_expected:
            opened.note(f"{kind}: {words}")

    opened.page.on("console", lambda told: heard(told.type, told.text))
    opened.page.on("pageerror", lambda error: opened.note(f"script: {error}"))
    opened.page.on(
        "request",
        lambda asked: None if asked.url.startswith(f"{opened.site}/") else opened.note(f"foreign: {asked.url}"),
    )
