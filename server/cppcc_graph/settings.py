"""Every knob, read once: default, then environment ``CPPCC_…``, then command line; later wins."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path

from cppcc_graph.errors import BadSetting
from cppcc_graph.store.address import Remote, is_remote, remote_of

ENVIRONMENT_PREFIX = "CPPCC_"
UNION, SEPARATE = "union", "separate"
BUNDLED, NONE = "bundled", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one run. Each field's ``help`` (in its metadata) is what the README and ``--help`` print."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address on which the server listens."})
    port: int = field(default=8000, metadata={"help": "TCP port; 0 takes a free one."})
    store: Path | Remote | None = field(
        default=None,
        metadata={
            "help": "Folder of the store, or address of a SPARQL engine; without it the data are held in memory."
        },
    )
    data: tuple[Path, ...] = field(
        default=(),
        metadata={"help": "RDF files or folders to serve instead of the bundled data; the ontology is always loaded."},
    )
    texts: Path | None = field(
        default=None, metadata={"help": "Folder with the reports' texts; then evidence opens in its sentence."}
    )
    empty: bool = field(
        default=False,
        metadata={"help": "Bare mode: serve nothing but --data, in memory; no ontology, no bundled data."},
    )
    default_graph: str = field(
        default=UNION,
        metadata={"help": "union: all named graphs merged; separate: a graph of its own (bare mode only)."},
    )
    shapes: str = field(
        default=BUNDLED, metadata={"help": "bundled: those of the ontology; none: nothing is judged (bare mode only)."}
    )
    writable: bool = field(
        default=False, metadata={"help": "Take SPARQL Update at /sparql and graphs at /graphs; needs --store DIR."}
    )
    no_auth: bool = field(
        default=False, metadata={"help": "Whoever reaches the server may write, without a token (bare mode only)."}
    )
    allowed_host: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Hosts under which it may be written to, beside --host and this machine's own; with a port or any."
        },
    )
    body_mib: int = field(default=64, metadata={"help": "The longest graph or update that is taken, in MiB."})
    threads: int = field(default=8, metadata={"help": "Pages that are made at the same time."})
    workers: int = field(
        default=0,
        metadata={"help": "Queries that run at the same time, each in a process; 0: two a processor, 4 at least."},
    )
    deadline_s: float = field(default=30.0, metadata={"help": "Seconds after which a query is stopped."})
    memory_mib: int = field(default=1024, metadata={"help": "Memory that one query may use, in MiB."})
    answer_mib: int = field(
        default=1024, metadata={"help": "The longest answer, in MiB; above 4 MiB it is spooled to disk."}
    )
    cache_mib: int = field(default=64, metadata={"help": "Answers that are kept in memory, in MiB; 0 keeps none."})
    service: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Endpoints that queries may ask by SERVICE: an address, or a server for all of its endpoints."
        },
    )
    trusted_proxy: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Addresses or networks of proxies that are believed about the client and the address it asked."
        },
    )
    log_level: str = field(
        default="INFO", metadata={"help": "DEBUG, INFO, WARNING or ERROR; DEBUG also logs query texts."}
    )


_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,255}|\[[A-Fa-f0-9:.]+\])(?::[1-9][0-9]{0,4})?")
_FLAGS = frozenset({"empty", "writable", "no_auth"})
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "default_graph": (UNION, SEPARATE),
    "shapes": (BUNDLED, NONE),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}
_NUMBERS: Mapping[str, type[int] | type[float]] = {
    "port": int,
    "threads": int,
    "workers": int,
    "deadline_s": float,
    "memory_mib": int,
    "answer_mib": int,
    "cache_mib": int,
    "body_mib": int,
}
_WHOLE, _DECIMAL = re.compile(r"-?[0-9]{1,18}"), re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_RANGES: Mapping[str, tuple[float, float]] = {
    "port": (0, 65535),
    "threads": (1, 256),
    "workers": (0, 256),
    "deadline_s": (0.1, 86400),
    "memory_mib": (64, 1024 * 1024),
    "answer_mib": (1, 1024 * 1024),
    "cache_mib": (0, 1024 * 1024),
    "body_mib": (1, 1024),
}


def read_settings(environ: Mapping[str, str], **given: object) -> Settings:
    """
    Settings from the environment, overridden by what the command line gave.

    Args:
        environ: Environment; ``CPPCC_PORT`` sets `port`, ``CPPCC_DATA`` may list several paths (separated
            as in PATH), ``CPPCC_SERVICE``, ``…_TRUSTED_PROXY`` and ``…_ALLOWED_HOST`` several values (by blanks).
            ``CPPCC_STORE_USER``, ``…_PASSWORD``, ``…_TOKEN`` and ``…_UPDATE`` belong to a store that is an address.
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
    if isinstance(values.get("store"), str | Path):
        values["store"] = _place(str(values["store"]), environ)
    return _checked(values)


def is_plain_number(text: str, kind: type[int] | type[float]) -> bool:
    """Whether it is a number in the digits 0 to 9; Python's own reading knows other digits, and ``_`` between them."""
    return (_WHOLE if kind is int else _DECIMAL).fullmatch(text) is not None


def _parse(name: str, text: str) -> object:
    kind = _NUMBERS.get(name)
    if kind is not None:
        if not is_plain_number(text, kind):
            noun = "a whole number" if kind is int else "a number"
            raise BadSetting(ENVIRONMENT_PREFIX + name.upper(), f"'{text}' is not {noun}")
        return kind(text)
    if name in _FLAGS:
        if text.lower() not in _TRUE | _FALSE:
            raise BadSetting(ENVIRONMENT_PREFIX + name.upper(), f"'{text}' is neither true nor false")
        return text.lower() in _TRUE
    if name == "data":
        return tuple(Path(part) for part in text.split(os.pathsep) if part)
    if name in ("service", "trusted_proxy", "allowed_host"):
        return tuple(text.split())
    return Path(text) if name == "texts" else text


def _place(text: str, environ: Mapping[str, str]) -> Path | Remote:
    return remote_of(text, environ) if is_remote(text) else Path(text)


def _checked(values: Mapping[str, object]) -> Settings:
    settings = Settings(**values)  # type: ignore[arg-type]  # names and types were settled field by field above
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            raise BadSetting(_shown(name), f"{value} is not between {least} and {most}")
    for name, choices in _CHOICES.items():
        value = getattr(settings, name)
        if value not in choices and value.upper() not in choices:
            raise BadSetting(name.replace("_", " "), f"'{value}' is none of {', '.join(choices)}")
    _check_proxies(settings.trusted_proxy)
    _check_hosts(settings.allowed_host)
    _check_bare_mode(settings)
    return settings


def _check_proxies(given: tuple[str, ...]) -> None:
    for text in given:
        try:
            ip_network(text)
        except ValueError as error:
            raise BadSetting(
                "trusted proxy", f"'{text}' is neither an address nor a network such as 10.0.0.0/8 or fd00::/8"
            ) from error


def _check_hosts(given: tuple[str, ...]) -> None:
    for text in given:
        if not _HOST.fullmatch(text):
            raise BadSetting(
                "allowed host", f"'{text}' is no host such as data.example, 192.0.2.1:8000 or [2001:db8::1]"
            )


def _shown(name: str) -> str:
    """As the option is called."""
    return name.removesuffix("_s").removesuffix("_mib").replace("_", " ")


def _check_bare_mode(settings: Settings) -> None:
    """Which of the settings of the bare mode fit together, each refusal with its reason."""
    refusals = (
        (
            settings.empty and settings.store is not None,
            "empty",
            "the bare mode holds its data in memory; leave out --store",
        ),
        (
            not settings.empty and settings.default_graph == SEPARATE,
            "default graph",
            "pages and questions read the named graphs as one; 'separate' needs --empty",
        ),
        (
            not settings.empty and settings.shapes == NONE,
            "shapes",
            "the shapes are part of the ontology that is served; 'none' needs --empty",
        ),
        (
            settings.no_auth and not settings.writable,
            "no auth",
            "nobody needs a name to read; it belongs to --writable",
        ),
    )
    for is_refused, name, reason in (*refusals, *_refusals_of_writing(settings)):
        if is_refused:
            raise BadSetting(name, reason)


def _refusals_of_writing(settings: Settings) -> tuple[tuple[bool, str, str], ...]:
    if not settings.writable:
        return ()
    name = "writable"
    if not settings.empty:
        return (
            (settings.store is None, name, "what is written has to stay somewhere; add --store DIR"),
            (
                isinstance(settings.store, Remote),
                name,
                "the data of another engine change there; --store must be a folder",
            ),
            (settings.no_auth, "no auth", "published data are written by holders of tokens alone; it needs --empty"),
        )
    return (
        (
            settings.default_graph != SEPARATE,
            name,
            "an update needs a default graph that is not derived from the others; add --default-graph separate",
        ),
        (settings.shapes != NONE, name, "in the bare mode nothing judges what is written; say so with --shapes none"),
        (not settings.no_auth, name, "in the bare mode nobody is asked for a token; say so with --no-auth"),
        (
            not is_loopback(settings.host),
            name,
            f"whoever reaches {settings.host} could write; only 127.0.0.1, ::1 and localhost may be listened on",
        ),
    )


def is_loopback(host: str) -> bool:
    """Whether *host*, a name or an address, is this machine and nobody else's way to it."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
