"""What scripts there are: few, kept by browsers, and missed by nobody who has none."""

import re
from urllib.request import urlopen

import pytest
from flask import Flask

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

SCRIPT = re.compile(r'<script type="module" src="([^"]+)"></script>')


@pytest.fixture
def unbuilt() -> Flask:
    app = create_app(Settings(), EmbeddedStore())
    app.extensions["scripts"] = {}
    return app


@pytest.mark.slow
def test_a_page_loads_one_script_which_browsers_keep(site: str) -> None:
    with urlopen(f"{site}/problems") as page:
        [address] = SCRIPT.findall(page.read().decode())
    with urlopen(site + address) as script:
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert len(script.read()) < 8_000


@pytest.mark.slow
def test_what_may_change_under_its_name_is_asked_for_again(site: str) -> None:
    with urlopen(f"{site}/static/cppcc.css") as sheet:
        assert sheet.headers["Cache-Control"] == "no-cache"


def test_a_checkout_whose_front_end_was_never_built_has_pages_too(unbuilt: Flask) -> None:
    answer = unbuilt.test_client().get("/")

    assert answer.status_code == 200
    assert SCRIPT.findall(answer.text) == []
