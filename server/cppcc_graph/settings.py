"""Every knob, read once: default, then environment ``CPPCC_…``, then command line; later wins."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from cppcc_graph.errors import BadSetting

ENVIRONMENT_PREFIX = "CPPCC_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one run. Each field's ``help`` (in its metadata) is what the README and ``--help`` print."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address on which the server listens."})
    port: int = field(default=8000, metadata={"help": "TCP port; 0 takes a free one."})
    store: Path | None = field(
        default=None, metadata={"help": "Folder of the store on disk; without it the data are held in memory."}
    )
    data: tuple[Path, ...] = field(
        default=(),
        metadata={"help": "RDF files or folders to serve instead of the bundled data; the ontology is always loaded."},
    )
    texts: Path | None = field(
        default=None, metadata={"help": "Folder with the reports' texts; then evidence opens in its sentence."}
    )
    threads: int = field(default=8, metadata={"help": "Requests that are answered at the same time."})
    log_level: str = field(
        default="INFO", metadata={"help": "DEBUG, INFO, WARNING or ERROR; DEBUG also logs query texts."}
    )


def read_settings(environ: Mapping[str, str], **given: object) -> Settings:
    """
    Settings from the environment, overridden by what the command line gave.

    Args:
        environ: Environment; ``CPPCC_PORT`` sets `port`, ``CPPCC_DATA`` may list several paths (separated as in PATH).
        given: Values by field name; None and empty tuples count as not given.

    Raises:
        BadSetting: a value does not fit its field.
    """
    values: dict[str, object] = {}
    for name in (f.name for f in fields(Settings)):
        text = environ.get(ENVIRONMENT_PREFIX + name.upper(), "")
        if text:
            values[name] = _parse(name, text)
    values |= {name: value for name, value in given.items() if value is not None and value != ()}
    return _checked(values)


def _parse(name: str, text: str) -> object:
    if name in ("port", "threads"):
        try:
            return int(text)
        except ValueError as error:
            raise BadSetting(ENVIRONMENT_PREFIX + name.upper(), f"'{text}' is not a whole number") from error
    if name == "data":
        return tuple(Path(part) for part in text.split(os.pathsep) if part)
    return Path(text) if name in ("store", "texts") else text


def _checked(values: Mapping[str, object]) -> Settings:
    settings = Settings(**values)  # type: ignore[arg-type]  # names and types were settled field by field above
    if not 0 <= settings.port <= 65535:
        raise BadSetting("port", f"{settings.port} is not between 0 and 65535")
    if not 1 <= settings.threads <= 256:
        raise BadSetting("threads", f"{settings.threads} is not between 1 and 256")
    if settings.log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise BadSetting("log level", f"'{settings.log_level}' is none of DEBUG, INFO, WARNING, ERROR")
    return settings
