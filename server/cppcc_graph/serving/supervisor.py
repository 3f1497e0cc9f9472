"""
The supervisor: one thread, no request. It reads the data, forks the nursery and the front, and forks again what dies.

=========  =====================================================================
signal     what it does
=========  =====================================================================
SIGTERM    stop: requests that run have ten seconds to end; a second one ends all
SIGINT     the same
SIGHUP     read the data again and move to them, without a request being dropped
=========  =====================================================================
"""

import logging
import os
import select
import signal
import socket
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from cppcc_graph.errors import BadSetting, CppccError
from cppcc_graph.serving.listening import Listener
from cppcc_graph.serving.notify import READY, STOPPING, notify, reloading
from cppcc_graph.serving.processes import Lives, NurseryAt, Speak, send
from cppcc_graph.serving.supply import OpenStore, Supply
from cppcc_graph.settings import Settings
from cppcc_graph.store.workers.gate import Gate, allowed_of
from cppcc_graph.store.workers.limits import MIB, Limits
from cppcc_graph.store.workers.nursery import CONTROL, Plan, latest_generation, listening, nurse, seats
from cppcc_graph.store.workers.places import Places

_log = logging.getLogger("cppcc_graph.serving")
_GRACE_S = 12.0
_LONGEST_ADDRESS = 103  # bytes, of a Unix socket on every system
_WORTH_ANOTHER_START, _UNUSABLE = 1, 2  # exit statuses
_STOPPED_BY = (signal.SIGTERM, signal.SIGINT)


def serve(settings: Settings, listener: Listener | None, supply: Supply, speak: Speak = None) -> None:
    """
    Answers requests until SIGTERM or SIGINT.

    Args:
        settings: Of this run.
        listener: From :func:`listen`; stays the caller's. None for a front that speaks over stdin and stdout: there is
            only one of it, and with it the server ends.
        supply: The data.
        speak: What the front does; it serves HTTP when None.

    Raises:
        CppccError: the data could not be read.
        SystemExit: the front or the nursery could not be kept alive: never (status 2), or not any more (status 1).
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPED_BY)  # until somebody listens: no folder is left behind
    with tempfile.TemporaryDirectory(prefix="cppcc-") as folder:
        try:
            if len(os.fsencode(seats(Path(folder), 999_999))) > _LONGEST_ADDRESS:
                where = tempfile.gettempdir()
                raise BadSetting("TMPDIR", f"{where} is too long for a socket in it; use a shorter folder")
            _Supervisor(settings, listener, supply, Path(folder), speak=speak).run()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPED_BY)
            supply.clean()


class _Supervisor:
    def __init__(
        self, settings: Settings, listener: Listener | None, supply: Supply, folder: Path, *, speak: Speak
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._speak = speak
        self._supply = supply
        self._folder = folder
        self._places = Places(usual=settings.workers or max(4, 2 * (os.cpu_count() or 1)))
        self._limits = Limits(
            deadline_s=settings.deadline_s, memory_mib=settings.memory_mib, answer_bytes=settings.answer_mib * MIB
        )
        self._gate = Gate([allowed_of(entry) for entry in settings.service])
        self._generation = 0
        self._open_store: OpenStore | None = None
        self._front = 0
        self._fronts, self._nurseries = Lives(), Lives()
        self._is_first = True
        self._orders, self._order = os.pipe()
        self._woken, self._wake = os.pipe()
        self._nursery = NurseryAt()
        self._signals: set[int] = set()
        self._not_of_front: tuple[socket.socket, ...] = ()

    def run(self) -> None:
        """The life of the server."""
        self._listen_to_signals()
        with closing(listening(self._folder / CONTROL)) as control, closing(listening(seats(self._folder, 0))) as first:
            self._not_of_front = (control, first)
            self._fork_front()  # which imports what it needs while the data are read
            try:
                self._open_store = self._supply.read()
                self._nursery = self._fork_nursery(first, control)
                while not self._is_over():
                    self._wait()
                    self._look_after(control)
            finally:
                self._stop()

    def _is_over(self) -> bool:
        """Whether somebody has stopped the server, or its one client has left."""
        if self._listener is None and self._reap():
            return True
        return bool(self._signals & set(_STOPPED_BY))

    def _listen_to_signals(self) -> None:
        for descriptor in (self._woken, self._wake):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wake)
        for number in (*_STOPPED_BY, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda given, _frame: self._signals.add(given))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPED_BY)

    def _wait(self, timeout_s: float | None = None) -> None:
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        if self._nursery.alive >= 0:
            poll.register(self._nursery.alive, select.POLLIN | select.POLLHUP)
        ready = dict(poll.poll(None if timeout_s is None else timeout_s * 1000))
        if self._woken in ready:
            self._hear()
        self._nursery.is_gone = self._nursery.alive in ready

    def _look_after(self, control: socket.socket) -> None:
        front_ended = self._reap()
        if front_ended and not self._is_over():
            _log.error("cppcc: the process that spoke HTTP has ended; another takes its place")
            self._rest(self._fronts, "the process that speaks HTTP")
            self._fork_front()
        if self._nursery.is_gone:
            if self._supply.is_volatile:
                _log.error("cppcc: the process that held the data has ended, and the data with it")
                raise SystemExit(_UNUSABLE)
            _log.error("cppcc: the process that held the data has ended; another takes its place")
            self._rest(self._nurseries, "the process that holds the data")
            if self._supply.write is not None:
                self._open_store = self._supply.read()
            self._renew(control)
        if signal.SIGHUP in self._signals:
            self._signals.discard(signal.SIGHUP)
            self._reload(control)

    def _rest(self, lives: Lives, what: str) -> None:
        """One of them has ended: waits until the next one may begin, or somebody stops the server."""
        pause_s = lives.end()
        if pause_s is None:
            _log.error("cppcc: %s ends as soon as it has begun", what)
            raise SystemExit(_WORTH_ANOTHER_START if lives.has_lived else _UNUSABLE)
        until_s = time.monotonic() + pause_s
        while not self._signals & set(_STOPPED_BY) and (left_s := until_s - time.monotonic()) > 0:
            if select.select([self._woken], [], [], left_s)[0]:
                self._hear()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)

    def _reload(self, control: socket.socket) -> None:
        if self._supply.write is not None:
            _log.warning("cppcc: the data are written here and not read from files; nothing was read again")
            return
        notify(reloading())
        try:
            self._open_store = self._supply.read()
        except CppccError as error:
            _log.error("cppcc: the data could not be read again and are served as they were: %s", error)
        else:
            self._renew(control)
            _log.warning("cppcc: the data were read again")
        notify(READY)

    def _renew(self, control: socket.socket) -> None:
        """A nursery of the next generation; the front moves to it, and the old one goes."""
        before = latest_generation(self._folder)
        self._generation = before + 1
        evaluators = listening(seats(self._folder, self._generation))
        old = self._nursery
        self._nursery = self._fork_nursery(evaluators, control)
        os.write(self._order, f"{self._generation}\n".encode())
        old.let_go()
        seats(self._folder, before).unlink(missing_ok=True)

    def _fork_nursery(self, evaluators: socket.socket, control: socket.socket) -> NurseryAt:
        lifeline, lifeline_end = os.pipe()
        alive, alive_end = os.pipe()
        self._nurseries.begin()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            try:
                for descriptor in (lifeline_end, alive, self._orders, self._order, self._woken, self._wake):
                    os.close(descriptor)
                self._nursery.close_all()
                if self._listener is not None:
                    self._listener.socket.close()
                os.setpgid(0, 0)
                self._become_nursery(evaluators, control, (lifeline, alive_end))
            except BaseException:  # noqa: BLE001  # this process, and whatever it forked, ends here
                _log.exception("a process that keeps evaluators failed")
            finally:
                os._exit(2)
        os.close(lifeline)
        os.close(alive_end)
        evaluators.close()
        return NurseryAt(pid=pid, lifeline=lifeline_end, alive=alive)

    def _become_nursery(
        self, evaluators: socket.socket, control: socket.socket, descriptors: tuple[int, int]
    ) -> NoReturn:
        open_store = self._open_store
        if open_store is None:
            raise RuntimeError("a nursery without data")
        plan = Plan(
            folder=self._folder,
            n_evaluators=self._places.all,
            limits=self._limits,
            open_store=open_store,
            is_sealed=self._supply.is_sealed,
            write=self._supply.write,
            prepare=self._supply.prepare,
            let_go=self._supply.let_go,
            generation=self._generation,
        )
        nurse(plan, evaluators, control, descriptors)

    def _fork_front(self) -> None:
        self._fronts.begin()
        self._front = os.fork()
        if self._front == 0:
            self._become_front()
        self._is_first = False

    def _become_front(self) -> NoReturn:
        status = 2
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (self._order, self._woken, self._wake):
                os.close(descriptor)
            self._nursery.close_all()
            for listener in self._not_of_front:  # whoever holds it keeps those waiting who wait for a dead process
                listener.close()
            self._supply.let_go()
            from cppcc_graph.serving.front_process import FrontPlan, run_front

            plan = FrontPlan(
                settings=self._settings,
                listener=self._listener.socket if self._listener else None,
                url=self._listener.url if self._listener else "",
                folder=self._folder,
                limits=self._limits,
                places=self._places,
                gate=self._gate,
                is_ours_alone=self._supply.is_ours_alone,
                generation=latest_generation(self._folder),
                orders=self._orders,
                is_first=self._is_first,
            )
            (self._speak or run_front)(plan)
            status = 0
        except BaseException:  # noqa: BLE001  # this process ends here, whatever happened
            _log.exception("the front failed")
        finally:
            sys.stdout.flush()
            os._exit(status)

    def _reap(self) -> bool:
        """Whether the front is among the children that have ended."""
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if pid == self._front:
                    self._front = 0
        return self._front == 0

    def _stop(self) -> None:
        """Ends the front, gracefully unless asked twice, then everything else."""
        notify(STOPPING)
        if signal.SIGTERM in self._signals:
            _log.warning("cppcc: stopping; requests that run have ten seconds to end")
        self._signals.clear()
        until_s = time.monotonic() + _GRACE_S
        while not self._reap() and time.monotonic() < until_s and not self._signals & set(_STOPPED_BY):
            self._nursery.alive = -1
            send(self._front, signal.SIGTERM)  # again and again, because it does not listen while it begins
            self._wait(0.2)
        if self._front:
            _log.warning("cppcc: requests that still ran were cut")
            send(self._front, signal.SIGKILL)
        self._nursery.let_go()
        self._nursery.kill()
