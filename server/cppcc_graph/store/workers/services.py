"""Queries that ask other endpoints: what those say is fetched through the gate, and sent along to an evaluator."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from typing import cast

from cppcc_graph.errors import ServiceFailed, ServiceNotAllowed
from cppcc_graph.formats import JSON
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import Answer, Fetched, QueryRequest
from cppcc_graph.store.federation import ServiceCall
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.gate import Fetch, Gate
from cppcc_graph.store.workers.values import CODECS, SERVICE_CALLS

_MOST_AT_ONCE = 16
_LOOK_UP_S = 1.0
_MOST_CALLS = 16
_MOST_ENDPOINTS = 16


class Services:
    """Asks a dispatcher, and other endpoints where a query says SERVICE."""

    def __init__(self, dispatcher: Dispatcher, gate: Gate, *, deadline_s: float) -> None:
        """
        Args:
            dispatcher: Evaluates.
            gate: The way to other endpoints.
            deadline_s: Of each query, in seconds; fetching and evaluating have it each.
        """
        self._dispatcher = dispatcher
        self._gate = gate
        self._deadline_s = deadline_s
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="service")
        self._fetches: set[Fetch] = set()

    def ask(self, request: QueryRequest) -> "asyncio.Future[Answer]":
        """
        The answer to a query, when it is there; see `Dispatcher.begin`.

        Raises:
            ServiceNotAllowed: it asks an endpoint that is not on the list; nothing was sent.
            ServiceFailed: an endpoint did not answer as it should.
            CppccError: see `Dispatcher.begin`.
        """
        if "service" not in request.query.lower():
            return self._dispatcher.begin(request)
        return asyncio.get_running_loop().create_task(self._asked_elsewhere(request))

    async def _asked_elsewhere(self, request: QueryRequest) -> Answer:
        packed = await self._dispatcher.call(SERVICE_CALLS, request.query, request.base_iri)
        calls = cast("list[ServiceCall]", CODECS[SERVICE_CALLS].read(packed))
        if len(calls) > _MOST_CALLS:
            reason = mark("a query may ask %(limit)s times, this one asks %(count)s times")
            values = (str(_MOST_CALLS), str(len(calls)))
            raise ServiceNotAllowed(endpoint=calls[_MOST_CALLS].endpoint, reason=reason, values=values)
        for call in calls:  # before anything is sent anywhere
            if call.endpoint and not call.is_silent:
                self._gate.check(call.endpoint)
        ends_s = monotonic() + min(request.deadline_s or self._deadline_s, self._deadline_s)
        fetched = [await self._fetched(call, request, ends_s) for call in calls]
        return await self._dispatcher.begin(replace(request, fetched=tuple(fetched)))

    async def _fetched(self, call: ServiceCall, request: QueryRequest, ends_s: float) -> Fetched:
        endpoints = [call.endpoint] if not call.variable else await self._endpoints(call, request)
        return tuple([(endpoint, await self._document(call, endpoint, ends_s)) for endpoint in endpoints])

    async def _endpoints(self, call: ServiceCall, request: QueryRequest) -> Sequence[str]:
        if not call.candidates:
            reason = mark("its variable is not bound where it stands")
            raise ServiceNotAllowed(endpoint=f"?{call.variable}", reason=reason)
        answer = await self._dispatcher.begin(replace(request, query=call.candidates, formats=(JSON,)))
        bindings = json.loads(answer.body)["results"]["bindings"] if answer.file is None else []
        terms = [row[call.variable] for row in bindings if call.variable in row]
        endpoints = [term["value"] for term in terms if term["type"] == "uri"]
        if answer.file is not None or len(endpoints) > _MOST_ENDPOINTS:
            reason = mark("its variable has more than %(limit)s values")
            raise ServiceNotAllowed(endpoint=f"?{call.variable}", reason=reason, values=(str(_MOST_ENDPOINTS),))
        return endpoints

    async def _document(self, call: ServiceCall, endpoint: str, ends_s: float) -> bytes | None:
        """None where SILENT hides that there is none. Spec: SPARQL 1.1 Federated Query, section 2.3."""
        try:
            self._gate.check(endpoint)
            return await self._asked(endpoint, call.query, ends_s)
        except (ServiceNotAllowed, ServiceFailed):
            if not call.is_silent:
                raise
            return None

    async def _asked(self, endpoint: str, query: str, ends_s: float) -> bytes:
        """In a thread, which ends with its time or when the client has left."""
        fetch = Fetch(ends_s=ends_s)
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._gate.ask, endpoint, query, fetch)
        self._fetches.add(fetch)
        try:
            return await asyncio.wait_for(work, max(ends_s - monotonic(), 0) + _LOOK_UP_S)
        except TimeoutError as error:
            raise ServiceFailed(endpoint=endpoint, reason=mark("its answer did not come in time")) from error
        finally:
            fetch.stop()
            self._fetches.discard(fetch)

    def close(self) -> None:
        """Ends what is being fetched."""
        for fetch in self._fetches:
            fetch.stop()
