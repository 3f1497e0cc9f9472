"""``/styleguide``, which exists in tests alone: every piece that pages are made of on one page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Response, render_template_string
from tests.browser.conftest import Visit
from werkzeug.serving import make_server

from cppcc_graph import web
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web.excerpt import Excerpt
from cppcc_graph.web.parts import FailureView

HERE = Path(__file__).parent
STYLES = Path(web.__file__).parent / "static"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")
COLOURS = re.findall(r"--([a-z-]+): #", TOKENS)
SWATCHES = "\n".join(
    f".swatch-{name} {{ border-left: 4em solid var(--{name}); padding-left: 1em; }}" for name in COLOURS
)
WRONG = FailureView(
    title="语法有误，无法解析",
    detail="Line 1, column 5: a word is missing",
    excerpt=Excerpt(line=1, before="ASK ", wrong="{", after=" }"),
    suggestion="ASK {}",
)


@pytest.fixture(scope="module")
def guide() -> Iterator[str]:
    """The address of a server that has the page."""
    app = web.create_app(Settings(), EmbeddedStore())
    template = (HERE / "styleguide.html").read_text(encoding="utf-8")
    app.add_url_rule(
        "/styleguide", "styleguide", view_func=lambda: render_template_string(template, colours=COLOURS, wrong=WRONG)
    )
    app.add_url_rule("/styleguide.css", "swatches", view_func=lambda: Response(SWATCHES, mimetype="text/css"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_piece_is_good_to_read(
    visit: Callable[..., Visit], guide: str, tmp_path: Path, theme: str, language: str
) -> None:
    page = visit(language, site=guide, color_scheme=theme, viewport={"width": 390, "height": 900}).go("/styleguide")
    page.screenshot(path=tmp_path / "styleguide.jpeg", full_page=True)
    violations = Axe().run(page).response["violations"]

    assert [rule["id"] for rule in violations if rule["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_colour_has_a_name_and_each_name_has_a_colour_at_night() -> None:
    dark = (STYLES / "dark.css").read_text(encoding="utf-8")
    others = [path for path in STYLES.glob("*.css") if path.name not in ("tokens.css", "dark.css", "print.css")]

    assert re.findall(r"--([a-z-]+): #", dark) == COLOURS
    assert [found for path in others for found in re.findall(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text())] == []


def test_every_name_that_a_stylesheet_uses_is_defined() -> None:
    used = {name for path in STYLES.glob("*.css") for name in re.findall(r"var\(--([a-z-]+)", path.read_text())}

    assert used - set(re.findall(r"--([a-z-]+):", TOKENS)) == set()
