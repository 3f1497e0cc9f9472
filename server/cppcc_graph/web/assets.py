"""
What the front end is built into: scripts whose names change with what is in them, and the list of them.

A checkout whose front end was never built has none, and its pages do without.
"""

import json
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

_FOLDER = Path(__file__).parent / "static" / "built"
_KEPT_FOR_EVER = "public, max-age=31536000, immutable"


def init_assets(app: Flask) -> None:
    """Tell *app* which scripts there are, and let browsers keep them."""
    app.extensions["scripts"] = _scripts(_FOLDER / "manifest.json")
    app.after_request(_let_keep)


def script() -> str | None:
    """The address of the script that every page loads, or None where it was not built."""
    scripts: dict[str, str] = current_app.extensions["scripts"]
    file = scripts.get("src/site.ts")
    return url_for("static", filename=f"built/{file}") if file else None


def _scripts(manifest: Path) -> dict[str, str]:
    """
    File names by source, as Vite has written them down; empty where nothing was built.

    Source: Vite, guide "Backend Integration".
    """
    if not manifest.is_file():
        return {}
    return {source: chunk["file"] for source, chunk in json.loads(manifest.read_text(encoding="utf-8")).items()}


def _let_keep(response: Response) -> Response:
    """A file under another name when it changes is asked for once."""
    if request.endpoint == "static" and request.view_args and response.status_code == 200:
        file = str(request.view_args["filename"]).removeprefix("built/")
        if file in current_app.extensions["scripts"].values():
            response.headers["Cache-Control"] = _KEPT_FOR_EVER
    return response
