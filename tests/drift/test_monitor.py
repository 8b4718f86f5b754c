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


def level(monitor: DriftMonitor) -> Level:
    return monitor.health[0]


def test_a_person_who_stays_is_counted_once_in_a_while(watch: Callable[..., DriftMonitor]) -> None:
    monitor = watch()
    for at in range(100):
        monitor.record(frame_result(face(1), face(2)), "0.4.0", at / 10)
    monitor.close()
    (told,) = monitor.days()
    assert (told.frames, told.found, told.faces) == (100, 100, 2 * (10 // RECOUNT_SECONDS))
    assert told.seconds == pytest.approx(9.9)
    assert told.mean("latency") == pytest.approx(20.0)


def test_it_is_written_now_and_then_and_counted_on_after_a_restart(
    watch: Callable[..., DriftMonitor],
) -> None:
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.record(frame_result(), "0.4.0", SAVE_SECONDS)
    until(lambda: [day.frames for day in monitor.days()] == [2], seen=monitor.days)
    monitor.close()
    again = watch()
    again.record(frame_result(face(1)), "0.4.0", 5.0)
    again.close()
    (told,) = again.days()
    assert (told.frames, told.faces) == (3, 2)


def test_each_day_and_each_model_has_figures_of_its_own(
    watch: Callable[..., DriftMonitor], clock: Clock
) -> None:
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.record(frame_result(face(2)), "0.5.0", 1.0)
    clock.wall += SECONDS
    monitor.record(frame_result(face(3)), "0.5.0", 2.0)
    monitor.close()
    assert [(one.number, one.model) for one in monitor.days()] == [
        (20_500, "0.4.0"), (20_500, "0.5.0"), (20_501, "0.5.0"),
    ]  # fmt: skip


def test_a_clock_that_was_never_set_counts_nothing(
    watch: Callable[..., DriftMonitor], clock: Clock
) -> None:
    clock.wall = 1000.0
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.close()
    assert monitor.days() == []


def test_switched_off_it_counts_nothing(watch: Callable[..., DriftMonitor], tmp_path: Path) -> None:
    monitor = watch(enabled=False)
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    assert level(monitor) is Level.OFF
    monitor.close()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_day_is_left_out_and_the_others_are_there(
    watch: Callable[..., DriftMonitor], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.close()
    (tmp_path / "drift" / "020499-0.4.0.json").write_text("{")
    assert [one.number for one in monitor.days()] == [20_500]
    assert "it is left out" in caplog.text


def test_a_disk_that_cannot_be_written_is_reported_and_recovers(
    watch: Callable[..., DriftMonitor], tmp_path: Path
) -> None:
    (tmp_path / "drift").write_text("in the way")
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.record(frame_result(face(1)), "0.4.0", SAVE_SECONDS)
    until(lambda: level(monitor) is Level.DEGRADED)
    assert monitor.health[1].startswith("figures are not written: ")
    (tmp_path / "drift").unlink()
    monitor.record(frame_result(face(1)), "0.4.0", 3 * SAVE_SECONDS)
    until(lambda: [day.frames for day in monitor.days()] == [3], seen=monitor.days)
    until(lambda: level(monitor) is Level.OK)


def test_old_days_are_forgotten(watch: Callable[..., DriftMonitor], tmp_path: Path) -> None:
    for number in range(MAX_DAYS + 5):
        write_private(tmp_path / "drift" / f"{number:06}-0.4.0.json", "{}")
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.close()
    names = sorted(path.name for path in (tmp_path / "drift").glob("*.json"))
    assert len(names) == MAX_DAYS
    assert names[-1] == "020500-0.4.0.json"
    first = [f"{number:06}-0.4.0.json" for number in range(KEPT_FIRST)]
    assert names[:KEPT_FIRST] == first, "what is compared with stays"


def test_days_before_what_is_normal_are_the_first_to_go(
    watch: Callable[..., DriftMonitor], tmp_path: Path
) -> None:
    for number in range(MAX_DAYS):
        write_private(tmp_path / "drift" / f"{number:06}-0.4.0.json", "{}")
    write_private(tmp_path / "drift" / "normal-since", "100")
    monitor = watch()
    monitor.record(frame_result(face(1)), "0.4.0", 0.0)
    monitor.close()
    names = {path.name for path in (tmp_path / "drift").glob("*.json")}
    assert len(names) == MAX_DAYS
    assert "000000-0.4.0.json" not in names
    assert "000100-0.4.0.json" in names


def test_a_drift_is_a_hint_until_it_is_taken_for_normal(
    watch: Callable[..., DriftMonitor], tmp_path: Path, clock: Clock
) -> None:
    rng = random.Random(3)
    for at in range(12):
        one = day(20_489 + at, rng, brightness=110.0 if at < 8 else 50.0)
        write_private(tmp_path / "drift" / f"{one.number:06}-0.4.0.json", one.as_json())
    monitor = watch()
    until(lambda: level(monitor) is not Level.OK)
    assert monitor.health == (
        Level.DEGRADED,
        "faces are darker than in the first days, since Friday: clean the lens, or give it light?",
    )
    monitor.accept_as_normal()
    assert level(monitor) is Level.OK
    assert monitor.findings() == ()


def test_the_folder_s_old_name_is_changed(tmp_path: Path) -> None:
    old = tmp_path / "watching"
    old.mkdir()
    (old / "020499-0.4.0.json").write_text(day(20_499, random.Random(1)).as_json(), "utf-8")
    monitor = DriftMonitor(tmp_path)
    assert [one.number for one in monitor.days()] == [20_499]
    assert not old.exists()
    monitor.close()
