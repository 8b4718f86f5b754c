"""A rollout goes on while it goes well, and is halted as soon as it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.fleet.campaign import Count, Plan, StagedRollout
from device.fleet.outcome import RolloutStatus
from device.fleet.release import ModelRelease

if TYPE_CHECKING:
    from device.fleet.outcome import Stand

PLAN = Plan((10.0, 100.0), seconds=100.0, failures=2.0, enough=90.0, grace=30.0)
KIOSKS = [f"kiosk-{number}" for number in range(1000)]


def offer(percent: float = 100.0) -> ModelRelease:
    return ModelRelease(
        rollout="r", version="1", url="https://a/b", sha256="0" * 64, percent=percent
    )


def told(**stands: int) -> dict[str, RolloutStatus]:
    """Return outcomes of the first kiosks: so many of each."""
    kiosks = iter(KIOSKS)
    found = {}
    for stand, number in stands.items():
        for _ in range(number):
            found[next(kiosks)] = _outcome(stand)  # type: ignore[arg-type]  # names are stands
    return found


def _outcome(stand: Stand, rollout: str = "r") -> RolloutStatus:
    return RolloutStatus(rollout, "1", stand)


ONLINE = dict.fromkeys(KIOSKS, True)


@pytest.mark.parametrize(
    ("stands", "seconds", "expected"),
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
    stands: dict[str, int], seconds: float, expected: str
) -> None:
    verdict, count = StagedRollout(PLAN, 0.0).step(offer(), ONLINE, told(**stands), seconds)
    assert verdict == expected
    assert count.chosen == count.online == 1000


def test_only_those_whose_turn_it_is_count() -> None:
    one = offer(10.0)
    chosen = [kiosk for kiosk in KIOSKS if one.is_for(kiosk)]
    outcomes = {kiosk: _outcome("passed" if kiosk in chosen else "failed") for kiosk in KIOSKS}
    verdict, count = StagedRollout(PLAN, 0.0).step(one, ONLINE, outcomes, 100.0)
    assert (verdict, count.passed, count.failed) == ("next", len(chosen), 0)


def test_what_was_told_of_another_rollout_does_not_count() -> None:
    outcomes = {kiosk: _outcome("failed", "before") for kiosk in KIOSKS}
    verdict, count = StagedRollout(PLAN, 0.0).step(offer(), ONLINE, outcomes, 100.0)
    assert (verdict, count) == ("wait", Count(1000, 1000))


def test_those_that_vanish_in_their_trial_count_as_failed_after_a_while() -> None:
    campaign, outcomes = StagedRollout(PLAN, 0.0), told(trial=21, passed=900)
    online = ONLINE | dict.fromkeys(KIOSKS[:21], False)
    assert campaign.step(offer(), online, outcomes, 10.0)[0] == "wait"
    assert campaign.step(offer(), online, outcomes, 39.0)[1].gone == 0
    verdict, count = campaign.step(offer(), online, outcomes, 40.0)
    assert (verdict, count.gone) == ("halt", 21)


def test_those_that_come_back_do_not() -> None:
    campaign, outcomes = StagedRollout(PLAN, 0.0), told(trial=21)
    away = ONLINE | dict.fromkeys(KIOSKS[:21], False)
    campaign.step(offer(), away, outcomes, 10.0)
    campaign.step(offer(), ONLINE, outcomes, 20.0)
    assert campaign.step(offer(), away, outcomes, 45.0)[1].gone == 0


def test_those_that_were_offline_all_the_time_hold_nothing_up() -> None:
    online = ONLINE | dict.fromkeys(KIOSKS[500:], False)
    assert StagedRollout(PLAN, 0.0).step(offer(), online, told(passed=450), 100.0)[0] == "done"


def test_those_that_passed_and_went_do_not_stand_for_those_that_are_here() -> None:
    online = ONLINE | dict.fromkeys(KIOSKS[:500], False)
    verdict, count = StagedRollout(PLAN, 0.0).step(offer(), online, told(passed=500), 1000.0)
    assert (verdict, count.passed, count.ready) == ("wait", 500, 0)


def test_a_broker_that_lost_everybody_does_not_go_on() -> None:
    away = dict.fromkeys(KIOSKS, False)
    assert StagedRollout(PLAN, 0.0).step(offer(), away, told(passed=1000), 1000.0)[0] == "wait"


def test_a_stage_without_kiosks_goes_by() -> None:
    assert StagedRollout(PLAN, 0.0).step(offer(10.0), {}, {}, 100.0)[0] == "next"


def test_each_stage_has_its_own_time() -> None:
    campaign = StagedRollout(PLAN, 0.0)
    assert campaign.step(offer(10.0), {}, {}, 100.0)[0] == "next"
    assert campaign.step(offer(100.0), {}, {}, 199.0)[0] == "wait"
    assert campaign.step(offer(100.0), {}, {}, 200.0)[0] == "done"
