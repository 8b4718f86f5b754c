"""When the last days count as different from the first ones."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from device.drift import DailyStats, compare
from device.drift.drift import FIRST_DAYS, Finding, chance_index, day_name, hint, stability_index
from tests.support.drift_days import day

if TYPE_CHECKING:
    from collections.abc import Iterable

MONDAY = 20_416
"""24 November 2025."""


def days(
    count: int, later: dict[str, Any] | None = None, faces: int = 60, change: int = 10, **how: Any
) -> list[DailyStats]:
    """Return days of which those from number `change` on are as `later` says."""
    rng = random.Random(5)
    return [
        day(MONDAY + at, rng, faces, **(how | (later or {}) if at >= change else how))
        for at in range(count)
    ]


def shifted(found: Iterable[Finding]) -> set[str]:
    return {one.name for one in found if one.shifted}


def test_the_index_is_nought_for_the_same_and_as_published_for_another() -> None:
    assert stability_index([10, 20, 30], [10, 20, 30]) == pytest.approx(0.0)
    # By hand: shares .5/.5 against .25/.75 give (.25 - .5) ln .5 + (.75 - .5) ln 1.5.
    assert stability_index([5000, 5000], [2500, 7500]) == pytest.approx(0.2747, abs=1e-3)


def test_chance_is_the_quantile_of_its_distribution() -> None:
    # chi-square at 99.9 %: 10.83 with 1 degree of freedom, 22.46 with 6.
    assert chance_index([100, 100], [100, 100]) == pytest.approx(10.83 / 100, rel=0.06)
    assert chance_index([100] * 7, [100] * 7) == pytest.approx(22.46 * 2 / 700, rel=0.01)


def test_nothing_is_found_before_there_is_enough() -> None:
    assert compare([]) == ()
    assert compare(days(FIRST_DAYS)) == ()
    assert compare(days(30, faces=10)) == ()
    assert compare(days(FIRST_DAYS + 3)) != ()


def test_steady_days_are_steady() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        found = compare([day(MONDAY + at, rng, 40) for at in range(20)])
        assert shifted(found) == set()
        assert hint(found) == ""


@pytest.mark.parametrize(
    ("later", "name", "words"),
    [
        ({"brightness": 60.0}, "brightness", "darker.*since Thursday.*clean the lens"),
        ({"brightness": 180.0}, "brightness", "brighter"),
        ({"eyes": 15.0}, "size", "further away"),
        ({"eyes": 60.0}, "size", "closer"),
        ({"sure": 0.4}, "confidence", "less sure"),
        ({"emotion": "angry"}, "emotion", "share of each expression is another one"),
        ({"latency": 100.0}, "latency", "takes longer"),
    ],
)
def test_a_change_is_found_reported_and_dated(
    later: dict[str, Any] | None, name: str, words: str
) -> None:
    found = {one.name: one for one in compare(days(15, later))}
    one = found[name]
    assert one.shifted
    assert one.since == MONDAY + 10
    assert re.search(words, one.words)


def test_a_change_is_not_dated_back_by_days_with_few_people() -> None:
    rng = random.Random(2)
    told = [day(MONDAY + at, rng, 60) for at in range(7)]
    told += [day(MONDAY + 7 + at, rng, 22) for at in range(20)]
    told += [day(MONDAY + 27 + at, rng, 60, brightness=50.0) for at in range(3)]
    one = next(one for one in compare(told) if one.name == "brightness")
    assert (one.shifted, one.since) == (True, MONDAY + 27)


def test_a_day_with_two_models_is_one_day_for_the_camera() -> None:
    rng = random.Random(2)
    told = [day(MONDAY + at, rng, 30, model) for at in range(7) for model in ("0.4.0", "0.5.0")]
    told += [day(MONDAY + 7 + at, rng, 60, "0.5.0") for at in range(3)]
    names = {one.name for one in compare(told)}
    assert "brightness" in names
    assert "confidence" in names
    assert compare(told[:14]) == ()


def test_only_what_somebody_can_mend_is_a_hint() -> None:
    assert "clean the lens" in hint(compare(days(15, {"brightness": 60.0, "latency": 100.0})))
    assert hint(compare(days(15, {"emotion": "angry"}))) == ""
    assert hint(compare(days(15, {"brightness": 180.0}))) == ""


def test_what_has_passed_is_no_drift() -> None:
    rng = random.Random(1)
    dark = [day(MONDAY + at, rng, brightness=60.0 if 8 <= at < 12 else 110.0) for at in range(20)]
    assert shifted(compare(dark)) == set()


def test_another_model_gives_other_figures_and_is_compared_with_itself() -> None:
    rng = random.Random(1)
    first = [day(MONDAY + at, rng, model="0.4.0", sure=0.5) for at in range(10)]
    second = [day(MONDAY + 10 + at, rng, model="0.5.0", sure=0.8) for at in range(12)]
    assert "confidence" not in shifted(compare([*first, *second]))
    assert "confidence" in shifted(compare([*first, *(
        day(MONDAY + 10 + at, rng, model="0.4.0", sure=0.8) for at in range(12)
    )]))  # fmt: skip


def test_the_model_that_serves_is_compared_and_not_the_last_by_name() -> None:
    rng = random.Random(1)
    told = []
    for at in range(12):
        told.append(day(MONDAY + at, rng, model="0.10.0", sure=0.8 if at >= 9 else 0.5))
        told.append(day(MONDAY + at, rng, model="0.9.0", sure=0.5))
    assert "confidence" in shifted(compare(told)), "0.10.0 is newer than 0.9.0"
    assert "confidence" in shifted(compare(told, model="0.10.0"))
    assert "confidence" not in shifted(compare(told, model="0.9.0")), "they went back to it"
    assert "confidence" not in {one.name for one in compare(told, model="0.11.0")}, "none counted"


def test_what_is_normal_from_now_on_is_what_is_compared_with() -> None:
    told = days(25, {"brightness": 60.0})
    assert "brightness" in shifted(compare(told))
    assert shifted(compare(told, since=MONDAY + 10)) == set()


def test_a_day_is_named_as_people_do() -> None:
    assert day_name(MONDAY, MONDAY + 3) == "Monday"
    assert day_name(MONDAY, MONDAY + 8) == "24 November 2025"
