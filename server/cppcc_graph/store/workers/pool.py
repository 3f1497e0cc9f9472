"""The store as the web application sees it: each call crosses over to the event loop, and from there to a worker."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar, cast

from cppcc_graph.lexicon.wanted import Found, Wanted
from cppcc_graph.sinks import Sink
from cppcc_graph.store.base import Answer, GraphSummary, GraphWrite, QueryRequest, UpdateRequest
from cppcc_graph.store.proposal import Job, Proposal, Verdict
from cppcc_graph.store.workers.answers import Answers
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.jobs import Jobs
from cppcc_graph.store.workers.values import ABOUT_HISTORY, CODECS, solutions_of
from cppcc_graph.store.workers.writing import Writing
from cppcc_graph.terms import Quad, Solution, Term, Triple

Result = TypeVar("Result")
_PER_GENERATION = frozenset({"graphs", "version", "versions", "is_empty"})


class StoreInWorkers:
    """A `Store` whose work is done in other processes; used from threads, never from the event loop itself."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        dispatcher: Dispatcher,
        answers: Answers,
        *,
        is_history: bool = False,
    ) -> None:
        """*is_history*: whether it is `Store.history` of the evaluators' store."""
        self._is_history = is_history
        self._writing = Writing(dispatcher)
        self._jobs = Jobs(self._writing)
        self._loop = loop
        self._dispatcher = dispatcher
        self._answers = answers
        self._known: dict[str, tuple[int, object]] = {}

    def select(self, query: str, **bindings: Term) -> list[Solution]:
        return solutions_of(self.select_document(query, **bindings))

    def select_document(self, query: str, **bindings: Term) -> bytes:
        return cast("bytes", self._called("select_document", query, **bindings))

    def construct(self, query: str, **bindings: Term) -> list[Triple]:
        return cast("list[Triple]", self._called("construct", query, **bindings))

    def ask(self, query: str, **bindings: Term) -> bool:
        return cast("bool", self._called("ask", query, **bindings))

    def answer(self, request: QueryRequest, into: Sink | None = None) -> Answer:
        asked = replace(request, is_about_history=True) if self._is_history else request
        answer = self._wait(self._answers.answer(asked))
        if into is not None:
            into.write(answer.body if answer.file is None else answer.file.read())
        return answer

    def graphs(self) -> list[GraphSummary]:
        return cast("list[GraphSummary]", self._called("graphs"))

    def state(self) -> str:
        return self._dispatcher.state_name()

    @property
    def history(self) -> "StoreInWorkers | None":
        if self._is_history or not self.number:
            return None
        return StoreInWorkers(self._loop, self._dispatcher, self._answers, is_history=True)

    @property
    def number(self) -> int:
        return self._dispatcher.number

    def update(self, request: UpdateRequest) -> None:
        self._written("update", request)

    def write_graph(self, write: GraphWrite) -> bool:
        return cast("bool", self._written("write_graph", write))

    def propose(self, proposal: Proposal) -> Verdict | Job:
        return self._wait(self._jobs.propose(proposal))

    def job(self, key: str) -> Job | None:
        return self._jobs.known(key)

    def version(self) -> str:
        return cast("str", self._called("version"))

    def versions(self) -> Mapping[str, str]:
        return cast("dict[str, str]", self._called("versions"))

    def find(self, wanted: Wanted) -> Found:
        return cast("Found", self._called("find", wanted))

    def quads(self, graph_iri: str | None = None) -> Iterator[Quad]:
        return cast("Iterator[Quad]", self._called("quads", graph_iri))

    def is_empty(self) -> bool:
        return cast("bool", self._called("is_empty"))

    def replace_graph(self, graph_iri: str, triples: Iterable[Triple]) -> None:
        self._written("replace_graph", graph_iri, list(triples))

    def replace_graphs(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        self._written("replace_graphs", {iri: list(triples) for iri, triples in graphs.items()})

    def close(self) -> None:
        """Nothing: the processes end with the server."""

    def _called(self, name: str, *arguments: object, **named: object) -> object:
        generation = self._dispatcher.generation
        known = self._known.get(name)
        if known is not None and known[0] == generation:
            return known[1]
        method = f"{ABOUT_HISTORY}{name}" if self._is_history else name
        value = CODECS[name].read(self._wait(self._dispatcher.call(method, *arguments, **named)))
        if name in _PER_GENERATION:
            self._known[name] = (generation, value)
        return value

    def _written(self, name: str, *arguments: object) -> object:
        return CODECS[name].read(self._wait(self._writing.write(name, *arguments)))

    def _wait(self, work: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
