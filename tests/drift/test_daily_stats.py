"""One day in figures."""

from __future__ import annotations

import pytest

from device.drift.daily_stats import BINS, DailyStats, combine, entropy
from device.messages import EMOTIONS
from tests.support.drift_days import face


def test_a_face_is_counted_in_every_histogram() -> None:
    day = DailyStats(20_000)
    day.add_face(face(brightness=20.0, eyes=8.0, sure=0.64))
    assert (day.faces, day.small, day.dark) == (1, 1, 1)
    assert {name: sum(bins) for name, bins in day.histograms.items()} == dict.fromkeys(BINS, 1) | {
        "latency": 0
    }
    assert day.histograms["emotion"][EMOTIONS.index("happy")] == 1
    assert day.mean("confidence") == pytest.approx(0.64)
    assert day.mean("size") == pytest.approx(8.0)


def test_a_head_that_is_turned_away_differs_from_one_that_looks_here() -> None:
    day = DailyStats(20_000)
    day.add_face(face(eyes=30.0))
    day.add_face(face(eyes=20.0, mouth=31.5))
    assert day.histograms["turned"] == [1, 1]


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [((1.0, 0, 0, 0, 0, 0, 0), 0.0), ((1 / 7,) * 7, 1.0), ((0.5, 0.5, 0, 0, 0, 0, 0), 0.3562)],
)
def test_entropy_goes_from_sure_to_no_idea(
    probabilities: tuple[float, ...], expected: float
) -> None:
    assert entropy(probabilities) == pytest.approx(expected, abs=1e-4)


def test_a_day_survives_being_written() -> None:
    day = DailyStats(20_000, "0.4.0")
    day.add_face(face())
    day.add("latency", 33.0)
    assert DailyStats.from_json(day.as_json()) == day


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"number": -1}', '{"number": 1, "histograms": {"size": [1]}}',
     '{"number": 1, "faces": "many"}', '{"number": 1, "sums": 3}', '{"number": 1, "odd": 1}'],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="day|JSON|value"):
        DailyStats.from_json(text)


def test_days_add_up() -> None:
    one, other = DailyStats(1, "a"), DailyStats(2, "b")
    one.add_face(face(brightness=50.0))
    other.add_face(face(brightness=150.0))
    other.frames, other.seconds = 30, 10.0
    both = combine([one, other])
    assert (both.number, both.model, both.faces, both.rate) == (2, "b", 2, 3.0)
    assert both.mean("brightness") == 100.0
    assert combine([]).mean("size") is None
