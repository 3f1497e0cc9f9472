"""Where the ontology and the data that come with the project lie."""

from pathlib import Path

from cppcc_graph.errors import BadSource

_PACKAGE = Path(__file__).parent


def ontology_folder() -> Path:
    """
    The folder ``ontology``: of the checkout in an editable install, else of the wheel.

    Raises:
        BadSource: neither is there; the installation is damaged.
    """
    return _folder("ontology")


def data_folder() -> Path:
    """
    The folder ``data``: of the checkout in an editable install, else of the wheel.

    Raises:
        BadSource: neither is there; the installation is damaged.
    """
    return _folder("data")


def _folder(name: str) -> Path:
    checkout = _PACKAGE.parents[1]
    candidates = [_PACKAGE / "_bundled" / name]
    if _PACKAGE.parent.name == "server" and (checkout / "pyproject.toml").is_file():
        candidates.insert(0, checkout / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise BadSource("this folder of the installation is missing; install cppcc-graph again", path=str(candidates[-1]))
