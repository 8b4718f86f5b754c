"""Minutes counted, kept, forgotten and read again."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import history
from device.config.schema import HistoryConfig
from device.errors import HistoryError
from device.history import MINUTE, SPANS, HistoryRecorder, HistoryStore, Minute, Tally
from device.history.recorder import MAX_WAITING
from device.history.store import DAY
from device.history.tally import LONGEST_STEP
from device.messages import EMOTIONS, NOBODY, Level, Mood, Reaction
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0
"""A wall clock, in the middle of a minute that is a multiple of 60."""


def mood(emotion: str | None, faces: int = 1) -> Mood:
    return Mood(emotion, 0.0, faces) if emotion else NOBODY


def test_seconds_are_counted_by_mood() -> None:
    tally = Tally()
    for second in range(61):
        emotion = None if second < 20 else "happy" if second < 50 else "sad"
        over = tally.count(mood(emotion, 2), (), second >= 55, 100.0 + second, NOW + second)
        assert (over is None) == (second < 60)
    assert over is not None
    assert over.number == NOW // MINUTE
    assert over.seconds == {"nobody": 19.0, "happy": 30.0, "sad": 5.0, "paused": 5.0}
    assert (over.faces, over.visits) == (2, 1)


def test_reactions_are_counted_when_they_begin() -> None:
    tally = Tally()
    comfort, again = (Reaction("comfort", "sad", start) for start in (1.0, 9.0))
    for number, active in enumerate([(), (comfort,), (comfort,), (), (again,), (again,)]):
        tally.count(mood("sad"), active, False, float(number), NOW)
    rest = tally.flush()
    assert rest is not None
    assert rest.reactions == {"comfort": 2}
    assert tally.flush() is None


def test_a_machine_that_slept_has_seen_nothing() -> None:
    tally = Tally()
    tally.count(mood("happy"), (), False, 0.0, NOW)
    tally.count(mood("happy"), (), False, 3600.0, NOW + 1)
    tally.count(mood("happy"), (), False, 3500.0, NOW + 1)
    rest = tally.flush()
    assert rest is not None
    assert rest.seconds == {"happy": LONGEST_STEP}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*EMOTIONS, None]),
            st.booleans(),
            st.floats(0.01, LONGEST_STEP),
            st.floats(-100, 100),
        ),
        max_size=60,
    )
)
def test_no_second_is_lost_or_counted_twice_whatever_the_clock_does(steps: list[Any]) -> None:
    tally, now, wall, minutes = Tally(), 0.0, NOW, []
    for emotion, paused, passed, jump in steps:
        now, wall = now + passed, wall + jump
        minutes.append(tally.count(mood(emotion), (), paused, now, wall))
    minutes.append(tally.flush())
    total = sum(sum(one.seconds.values()) for one in minutes if one)
    assert total == pytest.approx(sum(step[2] for step in steps[1:]))


def minute(number: int, emotion: str = "happy", seconds: float = 60.0) -> Minute:
    return Minute(number, {emotion: seconds}, 2, 1)


def test_what_is_stored_twice_adds_up(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "deep/history.sqlite")
    one = minute(7, seconds=20.0)
    one.reactions["comfort"] = 1
    store.add(one)
    store.add(one)
    store.add(Minute(7, {"sad": 5.0}, faces=4))
    store.close()
    (row,) = history.read_all(tmp_path / "deep/history.sqlite")
    assert (row["happy"], row["sad"], row["faces"], row["visits"]) == (40.0, 5.0, 4.0, 2.0)


def test_a_minute_that_is_written_outlives_a_power_cut(tmp_path: Path) -> None:
    """With a write-ahead log only FULL, which is 2, syncs at each transaction (sqlite.org)."""
    store = HistoryStore(tmp_path / "history.sqlite")
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


@pytest.mark.parametrize("span", SPANS)
def test_a_span_is_read_in_buckets_that_add_up(tmp_path: Path, span: str) -> None:
    path = tmp_path / "history.sqlite"
    store, last = HistoryStore(path), int(NOW // MINUTE)
    store._database.execute("PRAGMA synchronous = OFF")  # for so many minutes at once
    minutes, width = SPANS[span]
    for back in range(minutes * 2):
        one = minute(last - back, EMOTIONS[back % 7], 30.0)
        one.reactions["celebrate"] = 1
        store.add(one)
    store.close()
    past = history.read(path, span, NOW)
    assert len(past.buckets) == minutes // width
    assert past.width == width * MINUTE
    assert [b.start - a.start for a, b in zip(past.buckets, past.buckets[1:], strict=False)] == [
        past.width
    ] * (len(past.buckets) - 1)
    assert past.buckets[-1].start <= NOW < past.buckets[-1].start + past.width
    counted = minutes - width + 1 + (last % width)
    assert sum(past.totals.values()) == pytest.approx(30.0 * counted)
    assert past.visits == counted
    assert past.reactions == {"celebrate": counted}
    full = past.buckets[0]
    assert sum(full.seconds.values()) == pytest.approx(30.0 * width)


def test_no_file_is_an_empty_past(tmp_path: Path) -> None:
    past = history.read(tmp_path / "none.sqlite", "hour", NOW)
    assert sum(past.totals.values()) == 0
    assert history.read_all(tmp_path / "none.sqlite") == []
    assert not (tmp_path / "none.sqlite").exists()


def test_a_file_that_is_none_is_moved_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(HistoryError, match="not a database"):
        history.read(path, "hour", NOW)
    store = HistoryStore(path)
    store.add(minute(1))
    store.close()
    assert len(history.read_all(path)) == 1
    assert (tmp_path / "history.damaged").read_bytes() == b"no database" * 1000
    assert "it is now history.damaged" in caplog.text


def test_a_file_that_is_damaged_further_on_is_moved_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history.sqlite"
    store = HistoryStore(path)
    store._database.execute("PRAGMA synchronous = OFF")  # for so many minutes at once
    for number in range(500):
        store.add(minute(number))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    store = HistoryStore(path)
    assert "it is now" not in caplog.text, "its first page is good"
    store.add(minute(500))
    store.add(minute(501))
    store.delete_before(501)
    store.close()
    assert [row["minute"] for row in history.read_all(path)] == [501]
    assert (tmp_path / "history.damaged").stat().st_size == len(whole)
    assert caplog.text.count("malformed; it is now history.damaged") == 1


def test_a_file_that_is_in_use_is_not_moved_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.history.store.BUSY_SECONDS", 0.0)
    path = tmp_path / "history.sqlite"
    store = HistoryStore(path)
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        store.add(minute(1))
    other.close()
    store.add(minute(1))
    store.close()
    assert len(history.read_all(path)) == 1
    assert not (tmp_path / "history.damaged").exists()


def test_minutes_are_written_beside_the_show_and_old_ones_forgotten(tmp_path: Path) -> None:
    wall = [NOW]
    days = 3
    store = HistoryStore(tmp_path / history.FILE)
    last = int(NOW // MINUTE)
    for number in (last - days * DAY - 5, last - days * DAY + 5):
        store.add(minute(number))
    store.close()
    recorder = HistoryRecorder(HistoryConfig(days=days), tmp_path, lambda: wall[0])
    for second in range(130):
        wall[0] = NOW + second
        recorder.record(mood("happy"), (), False, float(second))
    recorder.close()
    rows = history.read_all(recorder.path)
    assert [round(row["minute"]) - last for row in rows] == [5 - days * DAY, 0, 1, 2]
    assert [row["happy"] for row in rows[1:]] == [59.0, 60.0, 10.0]
    assert recorder.health == (Level.OK, "kept for 3 days")


def test_a_disk_that_cannot_be_written_is_reported_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "state"
    blocked.touch()
    wall = [NOW]
    recorder = HistoryRecorder(HistoryConfig(), blocked, lambda: wall[0])

    def pass_minutes(count: int) -> None:
        for _ in range(count):
            wall[0] += MINUTE
            recorder.record(mood("sad"), (), False, wall[0])

    pass_minutes(3)
    until(lambda: recorder.health[0] is Level.DEGRADED)
    assert "nothing is written" in recorder.health[1]
    pass_minutes(MAX_WAITING + 5)
    until(lambda: recorder._queue.empty())
    blocked.unlink()
    pass_minutes(1)
    until(lambda: recorder.health[0] is Level.OK)
    recorder.close()
    assert len(history.read_all(recorder.path)) == MAX_WAITING + 1
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1


def test_history_that_is_switched_off_writes_nothing(tmp_path: Path) -> None:
    recorder = HistoryRecorder(HistoryConfig(enabled=False), tmp_path)
    recorder.record(mood("happy"), (), False, 0.0)
    recorder.close()
    assert recorder.health == (Level.OFF, "switched off")
    assert list(tmp_path.iterdir()) == []


def test_readers_and_the_writer_do_not_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    store = HistoryStore(path)
    store.add(minute(1))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM minutes").fetchone() == (1,)
    store.add(minute(2))
    assert reader.execute("SELECT count(*) FROM minutes").fetchone() == (1,)
    assert len(history.read_all(path)) == 2
    reader.close()
    store.close()
