"""The rate of looking on a machine that gets too hot."""

import pytest

from device.vision.rate_control import MIN_RATE, RECOVERY_SECONDS, STEP, RateController


def test_it_steps_down_while_the_machine_is_held_back() -> None:
    pace = RateController(15.0)
    assert pace.update(False, 0.0) == 15.0
    rates = [pace.update(True, 5.0 * reading) for reading in range(1, 10)]
    assert rates[:2] == pytest.approx([15.0 * STEP, 15.0 * STEP**2])
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == MIN_RATE


def test_it_comes_back_one_step_at_a_time() -> None:
    pace = RateController(15.0)
    for reading in range(4):
        pace.update(True, 5.0 * reading)
    lowest, now, rates = pace.rate, 20.0, []
    while pace.rate < 15.0:
        now += 5.0
        rates.append(pace.update(False, now))
        assert now < 20.0 + 6 * (RECOVERY_SECONDS + 5.0)
    assert rates[: int(RECOVERY_SECONDS / 5)] == [lowest] * int(RECOVERY_SECONDS / 5)
    assert rates == sorted(rates)


def test_a_hot_moment_on_the_way_up_starts_the_wait_anew() -> None:
    pace = RateController(10.0)
    pace.update(True, 0.0)
    pace.update(False, 5.0)
    assert pace.update(True, 30.0) == pytest.approx(10.0 * STEP**2)
    pace.update(False, 35.0)
    assert pace.update(False, 60.0) == pytest.approx(10.0 * STEP**2)


def test_a_low_rate_is_never_made_faster() -> None:
    pace = RateController(2.0)
    assert pace.update(True, 0.0) == 2.0
