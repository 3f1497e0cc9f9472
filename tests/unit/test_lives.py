"""How often a process that ends is begun anew, and after how long."""

import time

from cppcc_graph.serving.processes import Lives


def lived(lives: Lives, seconds: float = 0.0) -> float | None:
    lives.begin()
    time.sleep(seconds)
    return lives.end()


def test_what_never_lives_is_tried_three_times_at_once():
    lives = Lives()

    assert [lived(lives) for _ in range(3)] == [0, 0, None]
    assert not lives.has_lived


def test_what_has_lived_gets_more_and_more_time_about_a_minute_in_all():
    lives = Lives(short_s=0.05)

    assert lived(lives, 0.06) == 0
    assert [lived(lives) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 32, None]
    assert lives.has_lived


def test_a_long_life_makes_up_for_the_short_ones_before():
    lives = Lives(short_s=0.05)

    assert [lived(lives, 0.06), lived(lives), lived(lives), lived(lives, 0.06), lived(lives)] == [0, 0.5, 1, 0, 0.5]
