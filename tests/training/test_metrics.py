from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.messages import EMOTIONS
from training.metrics import calibration_error, measure, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

HAPPY, SAD, NEUTRAL = (EMOTIONS.index(name) for name in ("happy", "sad", "neutral"))


def _sure(answers: list[int], confidence: float = 1.0) -> NDArray[Any]:
    rest = (1 - confidence) / 6
    return np.eye(7)[answers] * (confidence - rest) + rest


def test_known_figures() -> None:
    labels = np.array([HAPPY, HAPPY, SAD, NEUTRAL, NEUTRAL, NEUTRAL, NEUTRAL, 0])
    given_ = [HAPPY, SAD, SAD, NEUTRAL, SAD, NEUTRAL, HAPPY, SAD]
    metrics = measure(_sure(given_), labels)
    assert metrics.accuracy == 4 / 8
    assert metrics.recall["happy"] == 0.5
    assert metrics.recall["neutral"] == 0.5
    assert metrics.confusion[NEUTRAL, SAD] == 1
    assert metrics.confusion.sum() == 8
    assert metrics.neutral_negative == 0.25
    assert metrics.grouped == 5 / 8
    # F1: happy 2/4, sad 2/5, neutral 4/6, angry 0; three emotions have no picture.
    assert metrics.macro_f1 == pytest.approx((2 / 4 + 2 / 5 + 4 / 6) / 4)
    assert metrics.ece == pytest.approx(0.5)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    labels = np.array([0] * 8 + [1] * 2)
    assert calibration_error(_sure([0] * 10, 0.8), labels) == pytest.approx(0.0)
    assert calibration_error(_sure([0] * 10, 0.95), labels) == pytest.approx(0.15)


def test_emotions_without_pictures_take_nothing_from_a_mean() -> None:
    labels = np.repeat(np.delete(np.arange(7), NEUTRAL), 5)
    perfect = measure(_sure(labels.tolist()), labels)
    assert (perfect.macro_f1, perfect.macro_precision, perfect.macro_recall) == (1, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60))
def test_figures_stay_within_bounds(pairs: list[tuple[int, int]]) -> None:
    answers, labels = (list(column) for column in zip(*pairs, strict=True))
    metrics = measure(_sure(answers, 0.7), np.array(labels))
    figures = metrics.as_dict()
    assert json.loads(json.dumps(figures)) == figures
    values = [*figures["recall"].values(), figures["accuracy"], figures["macro_f1"]]
    assert all(0 <= value <= 1 for value in (*values, metrics.ece, metrics.neutral_negative))
    assert metrics.grouped >= metrics.accuracy
    assert str(len(pairs)) in table(metrics)
