"""A rollout goes on while it goes well, and is halted as soon as it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.fleet.release import ModelRelease
from device.fleet.rollout_status import RolloutStatus
from device.fleet.staged_rollout import Plan, StageCounts, StagedRollout, Verdict

if TYPE_CHECKING:
    from device.fleet.rollout_status import RolloutState

PLAN = Plan((10.0, 100.0), stage_seconds=100.0, max_failed=2.0, min_passed=90.0, offline_grace=30.0)
KIOSKS = [f"kiosk-{number}" for number in range(1000)]


def release(percent: float = 100.0) -> ModelRelease:
    return ModelRelease(
        rollout="r", version="1", url="https://a/b", sha256="0" * 64, percent=percent
    )


def statuses_of(**states: int) -> dict[str, RolloutStatus]:
    """Return statuses of the first kiosks, with a number of kiosks for each state."""
    kiosks = iter(KIOSKS)
    found = {}
    for state, number in states.items():
        for _ in range(number):
            found[next(kiosks)] = _status(state)  # type: ignore[arg-type]  # names are states
    return found


def _status(state: RolloutState, rollout: str = "r") -> RolloutStatus:
    return RolloutStatus(rollout, "1", state)


def step(*arguments: Any) -> tuple[Verdict, StageCounts]:
    return StagedRollout(PLAN, 0.0).step(*arguments)


ONLINE = dict.fromkeys(KIOSKS, True)


@pytest.mark.parametrize(
    ("states", "seconds", "expected"),
    [
        ({}, 1000.0, "wait"),
        ({"trial": 1000}, 1000.0, "wait"),
        ({"passed": 1000}, 99.0, "wait"),
        ({"passed": 899, "trial": 101}, 1000.0, "wait"),
        ({"passed": 900, "trial": 100}, 100.0, "done"),
        ({"passed": 920, "failed": 20}, 100.0, "done"),
        ({"passed": 900, "failed": 21}, 1.0, "halt"),
        ({"failed": 21}, 0.0, "halt"),
        ({"passed": 450, "declined": 500}, 100.0, "done"),
    ],
)
def test_what_is_done_about_the_counts(
    states: dict[str, int], seconds: float, expected: str
) -> None:
    verdict, counts = step(release(), ONLINE, statuses_of(**states), seconds)
    assert verdict == expected
    assert counts.chosen == counts.online == 1000


def test_only_those_whose_turn_it_is_count() -> None:
    one = release(10.0)
    chosen = [kiosk for kiosk in KIOSKS if one.includes(kiosk)]
    statuses = {kiosk: _status("passed" if kiosk in chosen else "failed") for kiosk in KIOSKS}
    verdict, counts = step(one, ONLINE, statuses, 100.0)
    assert (verdict, counts.passed, counts.failed) == ("next", len(chosen), 0)


def test_what_was_reported_of_another_rollout_does_not_count() -> None:
    statuses = {kiosk: _status("failed", "before") for kiosk in KIOSKS}
    verdict, counts = step(release(), ONLINE, statuses, 100.0)
    assert (verdict, counts) == ("wait", StageCounts(1000, 1000))


def test_those_that_vanish_in_their_trial_count_as_failed_after_a_while() -> None:
    rollout, statuses = StagedRollout(PLAN, 0.0), statuses_of(trial=21, passed=900)
    online = ONLINE | dict.fromkeys(KIOSKS[:21], False)
    assert rollout.step(release(), online, statuses, 10.0)[0] == "wait"
    assert rollout.step(release(), online, statuses, 39.0)[1].lost == 0
    verdict, counts = rollout.step(release(), online, statuses, 40.0)
    assert (verdict, counts.lost) == ("halt", 21)


def test_those_that_come_back_do_not() -> None:
    rollout, statuses = StagedRollout(PLAN, 0.0), statuses_of(trial=21)
    away = ONLINE | dict.fromkeys(KIOSKS[:21], False)
    rollout.step(release(), away, statuses, 10.0)
    rollout.step(release(), ONLINE, statuses, 20.0)
    assert rollout.step(release(), away, statuses, 45.0)[1].lost == 0


def test_those_that_were_offline_all_the_time_hold_nothing_up() -> None:
    online = ONLINE | dict.fromkeys(KIOSKS[500:], False)
    assert step(release(), online, statuses_of(passed=450), 100.0)[0] == "done"


def test_those_that_passed_and_went_do_not_stand_for_those_that_are_here() -> None:
    online = ONLINE | dict.fromkeys(KIOSKS[:500], False)
    verdict, counts = step(release(), online, statuses_of(passed=500), 1000.0)
    assert (verdict, counts.passed, counts.online_passed) == ("wait", 500, 0)


def test_a_broker_that_lost_everybody_does_not_go_on() -> None:
    away = dict.fromkeys(KIOSKS, False)
    assert step(release(), away, statuses_of(passed=1000), 1000.0)[0] == "wait"


def test_a_stage_without_kiosks_goes_by() -> None:
    assert step(release(10.0), {}, {}, 100.0)[0] == "next"


def test_each_stage_has_its_own_time() -> None:
    rollout = StagedRollout(PLAN, 0.0)
    assert rollout.step(release(10.0), {}, {}, 100.0)[0] == "next"
    assert rollout.step(release(100.0), {}, {}, 199.0)[0] == "wait"
    assert rollout.step(release(100.0), {}, {}, 200.0)[0] == "done"
