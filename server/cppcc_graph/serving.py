"""
The web application behind gunicorn: one worker process with threads, which is replaced when it dies.

gunicorn because it cuts the connection when an answer fails half-way, so that no broken answer looks whole. The data
in memory are read before the worker is forked, so a replacement has them at once; a store on disk has threads and a
lock, so only the worker opens it.
"""

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from cppcc_graph.errors import BadSetting, CppccError
from cppcc_graph.settings import Settings
from cppcc_graph.store.base import Store
from cppcc_graph.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

OpenStore = Callable[[], Store]

_STACK_BYTES = 32 * 1024 * 1024  # queries are parsed by recursion; the guard's limits are measured at 8 MB
_GRACE_S = 1
_BACKLOG = 1024
_REQUEST_LINE_BYTES = 8190  # the most gunicorn can; its default of 4094 cuts queries that the endpoint answers
_UNUSABLE = 2


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket and the URL under which it is reached."""

    socket: socket.socket
    url: str


def listen(host: str, port: int) -> Listener:
    """
    A socket bound to *host* and *port* (0: a free one), listening.

    Raises:
        BadSetting: the host is unknown or not of this machine, or the port is taken or forbidden.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadSetting("host", f"'{host}' is not a known host name or address") from error
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise _cannot_listen(error, host, port) from error
    shown = f"[{host}]" if ":" in host else host
    return Listener(bound, f"http://{shown}:{bound.getsockname()[1]}/")


def _cannot_listen(error: OSError, host: str, port: int) -> BadSetting:
    if error.errno == errno.EADDRINUSE:
        return BadSetting("port", f"{port} is in use by another program; stop that one, or choose another with --port")
    if error.errno == errno.EACCES:
        return BadSetting("port", f"{port} may not be used by this user; choose one above 1023 with --port")
    return BadSetting("host", f"this machine cannot listen on {host}: {error.strerror}")


def serve(settings: Settings, listener: Listener, open_store: OpenStore) -> None:
    """
    Answers requests until SIGTERM or SIGINT.

    Args:
        settings: Of this run.
        listener: From :func:`listen`; stays the caller's.
        open_store: Gives the filled store: called once and here for a store in memory, in each worker for one on disk.

    Raises:
        CppccError: the store in memory could not be filled.
        SystemExit: the worker could not open the store on disk (status 2; it has said why on stderr).
    """
    if settings.store is None:
        # Read before the fork, so that a worker that replaces another one has the data at once.
        store = open_store()
        open_store = partial(_itself, store)
    # gunicorn takes over the descriptor that it gets.
    application = _Application(settings, listener.url, os.dup(listener.socket.fileno()), open_store)
    parent = os.getpid()
    try:
        Arbiter(application).run()
    except SystemExit as end:
        # A forked worker ends through here too, and the arbiter must see its own status.
        is_refused = end.code == Arbiter.APP_LOAD_ERROR and os.getpid() == parent
        raise SystemExit(_UNUSABLE if is_refused else end.code) from None


def _itself(store: Store) -> Store:
    return store


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped; this is its interface
    """What gunicorn asks: its configuration and the WSGI callable."""

    def __init__(self, settings: Settings, url: str, descriptor: int, open_store: OpenStore) -> None:
        self._settings = settings
        self._url = url
        self._descriptor = descriptor
        self._open_store = open_store
        self._store: Store | None = None
        super().__init__()

    def load_config(self) -> None:
        """Spec: gunicorn, settings; everything else is left at its default."""
        options = {
            "bind": f"fd://{self._descriptor}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "graceful_timeout": _GRACE_S,
            "limit_request_line": _REQUEST_LINE_BYTES,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "cppcc",
            "on_starting": lambda arbiter: arbiter.log.error_log.addFilter(_is_news),
            "post_fork": lambda _arbiter, _worker: threading.stack_size(_STACK_BYTES),
            "post_worker_init": lambda _worker: self._say_ready(),
            "worker_exit": lambda _arbiter, _worker: self._close(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        """The application over its store, in a worker; a failure is told here and ends the server."""
        try:
            self._store = self._open_store()
            return create_app(self._settings, self._store)
        except CppccError as error:
            click.echo(f"cppcc: {error}", err=True)
            raise SystemExit(Arbiter.APP_LOAD_ERROR) from error

    def _say_ready(self) -> None:
        graphs = self._store.graphs() if self._store else []
        n_triples = sum(graph.n_triples for graph in graphs)
        click.echo(f"cppcc: {self._url} is ready: {len(graphs)} graphs, {n_triples:,} triples", err=True)

    def _close(self) -> None:
        if self._store and self._settings.store is not None:
            self._store.close()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the arbiter's line tells more than the worker has told; a worker that was killed is news."""
    return not str(record.msg).startswith(("Worker (pid:%s) exited", "Shutting down", "Reason:"))
