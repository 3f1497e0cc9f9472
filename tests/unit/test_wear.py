"""An evaluator that stays larger than it was says so with its last answer, and is replaced."""

from cppcc_graph.memory import give_back
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.evaluator import _NOW_AND_THEN, _Wear
from cppcc_graph.store.workers.limits import MIB, Growth


def test_memory_that_is_kept_wears_and_memory_that_was_given_back_does_not():
    give_back()  # what earlier tests have left would go back in between
    growth = Growth()
    kept = bytearray(b"x") * (64 * MIB)
    wear = _Wear(growth, _NOW_AND_THEN)

    assert wear.told() == wire.frame(wire.WORN, b"")
    assert wear.is_worn

    del kept
    wear = _Wear(growth, _NOW_AND_THEN)

    assert wear.told() == b""
    assert not wear.is_worn


def test_short_queries_are_not_looked_at_each_time():
    growth = Growth()
    kept = bytearray(b"x") * (64 * MIB)

    assert _Wear(growth, _NOW_AND_THEN + 1).told() == b""
    assert kept
