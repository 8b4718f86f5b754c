"""Counting beside the show: days are written, read again, and survive what disks do."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from device.drift import DriftMonitor
from device.drift.daily_stats import SECONDS
from device.drift.monitor import KEPT_FIRST, MAX_DAYS, RECOUNT_SECONDS, SAVE_SECONDS
from device.messages import Level
from device.system.files import write_private
from tests.support.drift_days import day, face, frame_result
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOON = 20_500 * SECONDS + SECONDS / 2


class Clock:
    def __init__(self, wall: float = NOON) -> None:
        self.wall = wall

    def __call__(self) -> float:
        return self.wall


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., DriftMonitor]]:
    made: list[DriftMonitor] = []

    def start(**how: Any) -> DriftMonitor:
        made.append(DriftMonitor(tmp_path, clock=clock, **how))
        return made[-1]

    yield start
    for one in made:
        one.close()


def level(watcher: DriftMonitor) -> Level:
    return watcher.health[0]


def test_a_person_who_stays_is_counted_once_in_a_while(watch: Callable[..., DriftMonitor]) -> None:
    watcher = watch()
    for at in range(100):
        watcher.record(frame_result(face(1), face(2)), "0.4.0", at / 10)
    watcher.close()
    (told,) = watcher.days()
    assert (told.frames, told.found, told.faces) == (100, 100, 2 * (10 // RECOUNT_SECONDS))
    assert told.seconds == pytest.approx(9.9)
    assert told.mean("latency") == pytest.approx(20.0)


def test_it_is_written_now_and_then_and_counted_on_after_a_restart(
    watch: Callable[..., DriftMonitor],
) -> None:
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.record(frame_result(), "0.4.0", SAVE_SECONDS)
    until(lambda: [day.frames for day in watcher.days()] == [2], seen=watcher.days)
    watcher.close()
    again = watch()
    again.record(frame_result(face(1)), "0.4.0", 5.0)
    again.close()
    (told,) = again.days()
    assert (told.frames, told.faces) == (3, 2)


def test_each_day_and_each_model_has_figures_of_its_own(
    watch: Callable[..., DriftMonitor], clock: Clock
) -> None:
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.record(frame_result(face(2)), "0.5.0", 1.0)
    clock.wall += SECONDS
    watcher.record(frame_result(face(3)), "0.5.0", 2.0)
    watcher.close()
    assert [(one.number, one.model) for one in watcher.days()] == [
        (20_500, "0.4.0"), (20_500, "0.5.0"), (20_501, "0.5.0"),
    ]  # fmt: skip


def test_a_clock_that_was_never_set_counts_nothing(
    watch: Callable[..., DriftMonitor], clock: Clock
) -> None:
    clock.wall = 1000.0
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.close()
    assert watcher.days() == []


def test_switched_off_it_counts_nothing(watch: Callable[..., DriftMonitor], tmp_path: Path) -> None:
    watcher = watch(enabled=False)
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    assert level(watcher) is Level.OFF
    watcher.close()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_day_is_left_out_and_the_others_are_there(
    watch: Callable[..., DriftMonitor], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.close()
    (tmp_path / "watching" / "020499-0.4.0.json").write_text("{")
    assert [one.number for one in watcher.days()] == [20_500]
    assert "it is left out" in caplog.text


def test_a_disk_that_cannot_be_written_is_told_and_recovers(
    watch: Callable[..., DriftMonitor], tmp_path: Path
) -> None:
    (tmp_path / "watching").write_text("in the way")
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.record(frame_result(face(1)), "0.4.0", SAVE_SECONDS)
    until(lambda: level(watcher) is Level.DEGRADED)
    assert watcher.health[1].startswith("figures are not written: ")
    (tmp_path / "watching").unlink()
    watcher.record(frame_result(face(1)), "0.4.0", 3 * SAVE_SECONDS)
    until(lambda: [day.frames for day in watcher.days()] == [3], seen=watcher.days)
    until(lambda: level(watcher) is Level.OK)


def test_old_days_are_forgotten(watch: Callable[..., DriftMonitor], tmp_path: Path) -> None:
    for number in range(MAX_DAYS + 5):
        write_private(tmp_path / "watching" / f"{number:06}-0.4.0.json", "{}")
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.close()
    names = sorted(path.name for path in (tmp_path / "watching").glob("*.json"))
    assert len(names) == MAX_DAYS
    assert names[-1] == "020500-0.4.0.json"
    first = [f"{number:06}-0.4.0.json" for number in range(KEPT_FIRST)]
    assert names[:KEPT_FIRST] == first, "what is compared with stays"


def test_days_before_what_is_normal_are_the_first_to_go(
    watch: Callable[..., DriftMonitor], tmp_path: Path
) -> None:
    for number in range(MAX_DAYS):
        write_private(tmp_path / "watching" / f"{number:06}-0.4.0.json", "{}")
    write_private(tmp_path / "watching" / "normal-since", "100")
    watcher = watch()
    watcher.record(frame_result(face(1)), "0.4.0", 0.0)
    watcher.close()
    names = {path.name for path in (tmp_path / "watching").glob("*.json")}
    assert len(names) == MAX_DAYS
    assert "000000-0.4.0.json" not in names
    assert "000100-0.4.0.json" in names


def test_a_drift_is_a_hint_until_it_is_taken_for_normal(
    watch: Callable[..., DriftMonitor], tmp_path: Path, clock: Clock
) -> None:
    rng = random.Random(3)
    for at in range(12):
        one = day(20_489 + at, rng, brightness=110.0 if at < 8 else 50.0)
        write_private(tmp_path / "watching" / f"{one.number:06}-0.4.0.json", one.as_json())
    watcher = watch()
    until(lambda: level(watcher) is not Level.OK)
    assert watcher.health == (
        Level.DEGRADED,
        "faces are darker than in the first days, since Friday: clean the lens, or give it light?",
    )
    watcher.accept_as_normal()
    assert level(watcher) is Level.OK
    assert watcher.findings() == ()
