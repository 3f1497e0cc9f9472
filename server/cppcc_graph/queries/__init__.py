"""Every query that the server itself runs, one ``.rq`` file each."""

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """
    The text of ``queries/<name>.rq``.

    Raises:
        FileNotFoundError: there is no such file; a misspelt name, so a programming error.
    """
    return files(__name__).joinpath(f"{name}.rq").read_text(encoding="utf-8")


def read_all() -> None:
    """Every query is in memory afterwards, for a process that may soon open no file."""
    for file in files(__name__).iterdir():
        if file.name.endswith(".rq"):
            query(file.name.removesuffix(".rq"))
