"""Who asks what is being made already: shares the answer, and only such failures as are its own too."""

import asyncio
import io
from collections.abc import Callable

import pytest

from cppcc_graph.errors import CppccError, QueryTimeout, StoreBusy
from cppcc_graph.formats import JSON, ResultForm
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.workers.answers import Answers

WHOLE = Answer(form=ResultForm.BOOLEAN, format=JSON, n_rows=1, body=b"{}", n_bytes=2)


def outcomes(
    clients: str, first: Callable[["asyncio.Future[Answer]"], object], *, deadline_s: float | None = None
) -> tuple[list[object], int]:
    """What each of *clients* gets for the same query when *first* happens to the first; how often it was evaluated."""

    async def ask_all() -> tuple[list[object], int]:
        loop = asyncio.get_running_loop()
        evaluations: list[asyncio.Future[Answer]] = []

        def ask(_request: QueryRequest) -> "asyncio.Future[Answer]":
            evaluations.append(loop.create_future())
            if len(evaluations) > 1:
                loop.call_soon(evaluations[-1].set_result, WHOLE)
            return evaluations[-1]

        answers = Answers(ask, lambda: "state", limit_bytes=1_000)
        awaited = [answers.begin(QueryRequest(query="ASK {}", client=c, deadline_s=deadline_s)) for c in clients]
        await asyncio.sleep(0.05)
        first(evaluations[0])
        told = await asyncio.gather(*awaited, return_exceptions=True)
        return [type(each) if isinstance(each, BaseException) else each.cache for each in told], len(evaluations)

    return asyncio.run(ask_all())


def failing(error: CppccError) -> Callable[["asyncio.Future[Answer]"], object]:
    return lambda evaluation: evaluation.set_exception(error)


def test_one_evaluation_is_for_all():
    assert outcomes("abb", lambda evaluation: evaluation.set_result(WHOLE)) == (["miss", "shared", "shared"], 1)


def test_a_client_that_had_to_give_way_is_told_and_the_others_are_answered():
    assert outcomes("aabb", failing(StoreBusy(retry_after_s=2))) == ([StoreBusy, StoreBusy, "miss", "shared"], 2)


def test_who_comes_after_one_that_left_is_answered():
    assert outcomes("ab", lambda evaluation: evaluation.cancel()) == ([asyncio.CancelledError, "miss"], 2)


def test_time_that_was_not_enough_is_not_enough_for_anybody():
    assert outcomes("ab", failing(QueryTimeout(deadline_s=1))) == ([QueryTimeout, QueryTimeout], 1)


@pytest.mark.parametrize(("deadline_s", "last"), [(None, "miss"), (10.0, "miss"), (0.01, QueryTimeout)])
def test_an_answer_in_a_file_is_made_again_in_the_time_that_is_left(deadline_s, last):
    spooled = Answer(form=ResultForm.BOOLEAN, format=JSON, n_rows=1, body=b"", n_bytes=2, file=io.BytesIO(b"{}"))
    told, n_evaluations = outcomes("abc", lambda evaluation: evaluation.set_result(spooled), deadline_s=deadline_s)

    assert told == ["miss", last, last]
    assert n_evaluations == (3 if last == "miss" else 1)  # beside each other, so that nobody waits for all
