"""How often an address may send a token that is not accepted."""

import pytest

from cppcc_graph.web import attempts
from cppcc_graph.web.attempts import MOST_FAILURES, WITHIN_S, Attempts


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_ten_failures_in_a_minute_are_looked_at_and_the_next_one_waits_for_the_first_to_be_a_minute_old(clock):
    counted = Attempts(now=clock)
    waits = []
    for _ in range(MOST_FAILURES + 2):
        waits.append(counted.failed("192.0.2.1"))
        clock.now += 1

    assert waits == [0] * MOST_FAILURES + [50, 49]
    clock.now = 1000 + WITHIN_S
    assert [counted.failed("192.0.2.1"), counted.failed("192.0.2.1")] == [0, 1]


def test_one_address_does_not_count_for_another(clock):
    counted = Attempts(now=clock)
    for _ in range(MOST_FAILURES + 1):
        counted.failed("192.0.2.1")

    assert counted.failed("192.0.2.2") == 0


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("2001:db8::1", "2001:db8::2:3:4:5", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "", True),
    ],
)
def test_whoever_has_a_network_has_all_of_its_addresses(clock, one, other, is_one):
    counted = Attempts(now=clock)
    for _ in range(MOST_FAILURES):
        counted.failed(one)

    assert (counted.failed(other) > 0) is is_one


def test_however_many_addresses_fail_the_memory_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(attempts, "_MOST_CLIENTS", 100)
    counted = Attempts(now=clock)
    for number in range(1000):
        counted.failed(f"10.0.{number // 250}.{number % 250}")

    assert len(counted._failures) == 100
