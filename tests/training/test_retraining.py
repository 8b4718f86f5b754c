"""The training set of a retraining, the comparison of two models, and its decision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.messages import EMOTIONS
from tests.support.exports import grain
from training import robustness
from training.data.pictures import Pictures
from training.errors import RunError
from training.recipe import Recipe
from training.retraining import comparison, page, replay, weight_interpolation
from training.retraining.comparison import (
    Comparison,
    MetricsComparison,
    RobustnessComparison,
    RobustnessStep,
)
from training.retraining.degradation import degrade, fit, measure
from training.retraining.significance import PairedTest, bootstrap, mcnemar

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.evaluate import Predictor


def pictures(images: NDArray[np.uint8], first: int = 0) -> Pictures:
    rows = np.arange(first, first + len(images))
    return Pictures(images, rows % 7, rows)


def always(emotion: int) -> Predictor:
    """Return a model with the same, fairly confident prediction for all pictures."""
    one = np.full(7, 0.05, np.float32)
    one[emotion] = 0.7
    return lambda crops: np.tile(one, (len(crops), 1))


RECIPE = Recipe(
    distill_weight=0.8,
    feedback_fraction=0.2,
    feedback_distill_weight=0.3,
    degraded_fraction=0.3,
    feedback_label_accuracy=0.85,
)


def test_each_part_of_the_training_set_has_its_fraction() -> None:
    old, new = pictures(grain(100)), pictures(grain(30, seed=1), first=1000)
    targets = np.eye(7, dtype=np.float32)[old.labels]
    training_set = replay.build(old, targets, new, RECIPE, always(3))
    assert (
        len(training_set.pictures)
        == len(training_set.targets)
        == len(training_set.distill_weights)
        == 200
    )
    assert training_set.targets.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    plain, degraded, told = (slice(0, 100), slice(100, 160), slice(160, 200))
    assert np.array_equal(training_set.pictures.images[plain], old.images)
    assert np.array_equal(training_set.targets[plain], targets)
    assert {each.tobytes() for each in training_set.pictures.take(told)} == {
        each.tobytes() for each in new
    }
    for part, weight in ((plain, 0.8), (degraded, 0.0), (told, 0.3)):
        assert (training_set.distill_weights[part] == np.float32(weight)).all()
    expected = 0.5 * targets[training_set.pictures.rows[degraded]] + 0.5 * always(3)(
        old.images[:60]
    )
    assert training_set.targets[degraded] == pytest.approx(expected, abs=1e-6)
    label = training_set.pictures.labels[told]
    assert training_set.targets[told][np.arange(40), label] == pytest.approx(np.full(40, 0.85))


def test_a_fraction_of_0_adds_nothing() -> None:
    old, new = pictures(grain(40)), pictures(grain(10, seed=1))
    targets = np.eye(7, dtype=np.float32)[old.labels]
    recipe = Recipe(feedback_fraction=0.5, degraded_fraction=0.0)
    training_set = replay.build(old, targets, new, recipe, always(0))
    assert len(training_set.pictures) == 80
    assert training_set.pictures.landmarks is None


def test_key_points_stay_with_their_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = np.random.default_rng(0).random((100, 2, 4, 2), np.float32)
    old = Pictures(grain(100), np.zeros(100, np.int64), np.arange(100), marks)
    new = pictures(grain(30, seed=1))
    training_set = replay.build(
        old, np.eye(7, dtype=np.float32)[old.labels], new, RECIPE, always(0)
    )
    found = training_set.pictures.landmarks
    assert found is not None
    assert np.array_equal(found[:100], marks)
    assert np.isnan(found[160:]).all()
    monkeypatch.setattr("training.retraining.camera_tilt.estimate", lambda *_: 0.0)
    level = replay.build(old, np.eye(7, dtype=np.float32)[old.labels], new, RECIPE, always(0))
    found = level.pictures.landmarks
    assert found is not None
    assert np.array_equal(found[100:160], marks[level.pictures.rows[100:160]])


def seen(images: NDArray[np.uint8], blur: float, light: float, noise: float) -> NDArray[np.uint8]:
    random = np.random.default_rng(3)
    out = [cv2.GaussianBlur(each, (0, 0), blur) if blur else each for each in images]
    values = light * np.stack(out) + noise * random.standard_normal(images.shape)
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def test_degraded_pictures_look_like_the_crops() -> None:
    images, random = grain(200), np.random.default_rng(0)
    kiosk = seen(grain(150, seed=1), blur=1.5, light=0.3, noise=5)
    before, wanted, after = measure(images), measure(kiosk), measure(degrade(images, kiosk, random))
    for name in ("mean", "deviation", "noise", "softness"):
        old, aim, new = (np.median(getattr(each, name)) for each in (before, wanted, after))
        assert abs(new - aim) < 0.5 * abs(old - aim), name


def test_a_camera_like_the_data_set_s_degrades_nothing() -> None:
    images = grain(200)
    same = degrade(images, grain(200, seed=1), np.random.default_rng(0))
    before, after = measure(images), measure(same)
    assert np.median(after.softness) == pytest.approx(np.median(before.softness), abs=0.15)
    assert np.median(after.noise) == pytest.approx(np.median(before.noise), rel=0.3)
    assert after.deviation.mean() == pytest.approx(before.deviation.mean(), rel=0.1)


def test_pictures_are_degraded_until_a_model_is_as_confident_on_them() -> None:
    """The more pixels at some distance differ, the less confident this model is."""

    def model(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        apart = crops[:, :, 4:].astype(np.float32) - crops[:, :, :-4]
        out = np.zeros((len(crops), 7), np.float32)
        out[:, 0] = 1 / (1 + np.abs(apart).mean(axis=(1, 2)))
        return out

    even = np.asarray(64 + grain(150, seed=1) // 2, np.uint8)
    random = np.random.default_rng(0)
    fine = seen(even, blur=0, light=0.5, noise=6)
    coarse = np.stack([cv2.GaussianBlur(each, (0, 0), 0.7) for each in seen(even, 0, 0.5, 12)])
    asked, more = (fit(even, each, random, model) for each in (fine, coarse))
    assert asked.grain <= 0.3
    assert more.grain == pytest.approx(0.7, abs=0.1), "such noise is measured as less than it is"
    assert max(asked.strength, more.strength) <= 1.25
    flat = np.asarray(128 + grain(150, seed=1) // 16, np.uint8)
    assert fit(flat, flat, random, model).strength <= 1.25


def test_noise_is_measured() -> None:
    even = np.full((50, 48, 48), 128, np.uint8)
    for noise in (3, 8, 20):
        assert measure(seen(even, 0, 1, noise)).noise.mean() == pytest.approx(noise, rel=0.1)


def test_pairs_are_counted() -> None:
    old, new = np.array([1, 1, 0, 0, 0], bool), np.array([1, 0, 1, 1, 0], bool)
    assert mcnemar(old, new) == PairedTest(5, won=2, lost=1)
    assert mcnemar(old, new).gain == pytest.approx(0.2)


def test_the_test_is_mcnemar_s_exact_one() -> None:
    """Of 10 pictures that changed 9 or 10 are won with chance 11/1024."""
    clear = PairedTest(100, won=9, lost=1)
    assert clear.better == pytest.approx(11 / 1024)
    assert clear.worse == pytest.approx(1 - 1 / 1024)
    assert PairedTest(100, won=0, lost=0).better == 1.0
    assert PairedTest(100, won=0, lost=0).worse == 1.0


def test_the_interval_holds_the_gain_that_there_is() -> None:
    """Of 1,000 repetitions about 950 do; each picture is won or lost by chance."""
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(1000):
        change = random.choice([1, -1, 0], 300, p=[0.2, 0.1, 0.7])
        low, high = PairedTest(300, int((change > 0).sum()), int((change < 0).sum())).interval
        inside += low <= 0.1 <= high
    assert 925 <= inside <= 975


def test_the_bootstrap_finds_the_interval_of_a_mean() -> None:
    gains = np.random.default_rng(1).normal(0.1, 1.0, 2000)
    low, high = bootstrap(gains)
    assert (low, high) == bootstrap(gains)
    error = 1.96 / np.sqrt(2000)
    assert (low, high) == pytest.approx((gains.mean() - error, gains.mean() + error), abs=0.01)


def test_both_models_are_evaluated_on_the_same_pictures() -> None:
    some = pictures(grain(70))
    both = comparison.compare(always(0), always(1), some)
    assert both.test == PairedTest(70, won=10, lost=10)
    assert both.old.accuracy == both.new.accuracy == pytest.approx(1 / 7)
    assert both.new.recall["disgust"] == 1.0


def test_corruptions_are_those_of_the_model_card() -> None:
    some = Pictures(grain(7), np.arange(7), np.arange(7))
    robust = comparison.compare_robustness(always(0), always(0), some)
    measured = robustness.measure(always(0), some)
    rows = [(kind, row.step) for kind, each in measured.items() for row in each]
    assert [(each.kind, each.step) for each in robust.steps] == rows
    assert (robust.gain, robust.interval) == (0.0, (0.0, 0.0))


def both(won: int, lost: int) -> MetricsComparison:
    figures = comparison.compare(always(0), always(0), pictures(grain(7))).old
    return MetricsComparison(figures, figures, PairedTest(1000, won, lost))


def robust(gain: float) -> RobustnessComparison:
    change = RobustnessStep("blur", 2.0, 0.5, 0.5 + gain)
    return RobustnessComparison((change,), gain, (gain - 0.01, gain + 0.01))


@pytest.mark.parametrize(
    ("private", "held", "gain", "words"),
    [
        ((50, 50), (90, 30), 0.0, []),
        ((40, 55), (90, 30), -0.005, []),
        ((30, 70), (90, 30), 0.0, ["it is worse on PrivateTest: -4.00 points"]),
        ((50, 50), (60, 55), 0.0, ["it is not significantly better on held out feedback: +0.50"]),
        ((50, 50), (30, 90), 0.0, ["it is worse on held out feedback: -6.00 points"]),
        ((50, 50), (90, 30), -0.02, ["it is worse on corrupted pictures: -2.00 points, 95 % inte"]),
        (
            (30, 70),
            (0, 0),
            -0.02,
            ["it is worse on Priv", "it is not signif", "it is worse on cor"],
        ),
    ],
)
def test_a_significantly_worse_model_is_refused(
    private: tuple[int, int], held: tuple[int, int], gain: float, words: list[str]
) -> None:
    found = Comparison(both(*private), both(*held), robust(gain), {}).objections()
    assert len(found) == len(words)
    assert all(one.startswith(start) for one, start in zip(found, words, strict=True))


NOTE = {
    "version": "0.5.0",
    "base": "emotion-0.4.0",
    "training_crops": 900,
    "held_out_crops": 300,
    "forced": False,
}


def test_the_report_says_what_came_of_it(tmp_path: Path) -> None:
    compared = Comparison(both(30, 70), both(90, 30), robust(0.02), {"lobby": both(9, 1)})
    page.write(tmp_path, NOTE, compared)
    words = (tmp_path / page.PAGE).read_text()
    assert "# 0.5.0, retrained from emotion-0.4.0" in words
    assert "No bundle was made:\n\n- it is worse on PrivateTest: -4.00 points" in words
    assert "| PrivateTest | 1000 |" in words
    assert "| lobby | 1000 |" in words
    assert "| blur | 2: 50.0% to 52.0% |" in words
    assert "(too few)" in words
    told = json.loads((tmp_path / page.REPORT).read_text())
    assert told["objections"] == compared.objections()
    assert told["held_out_feedback"]["difference"]["won"] == 90
    assert told["others"]["lobby"]["new"]["pictures"] == 7
    forced = page.text(NOTE | {"forced": True}, compared)
    assert "A bundle was made, by --force, despite:" in forced
    good = Comparison(both(50, 50), both(90, 30), robust(0.0), {})
    assert "The new model is better and replaces the old one." in page.text(NOTE, good)


def test_a_report_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    compared = Comparison(both(50, 50), both(90, 30), robust(0.0), {})
    with pytest.raises(RunError, match="No such file"):
        page.write(tmp_path / "missing", NOTE, compared)


def test_feedback_targets_have_the_label_accuracy() -> None:
    said = replay.feedback_targets(np.array([0, 6]), accuracy=0.85)
    assert said.sum(axis=1) == pytest.approx(np.ones(2))
    assert said[0, 0] == said[1, EMOTIONS.index("neutral")] == pytest.approx(0.85)
    assert said[0, 1:] == pytest.approx(np.full(6, 0.025))


@pytest.mark.parametrize(
    ("lost", "share"), [(0.0, 0.5), (-0.05, 0.5), (0.0038, 0.5), (0.006, 0.3), (0.5, 0.1)]
)
def test_the_largest_share_with_a_small_loss_is_taken(lost: float, share: float) -> None:
    chosen = weight_interpolation.choose(lambda share: 0.7 - lost * share)
    assert chosen.share == share
    assert chosen.before == 0.7
    assert f"{share:.0%} of the way" in str(chosen)


def test_half_way_is_the_mean() -> None:
    first = [np.zeros(3, np.float32), np.ones((2, 2), np.float32)]
    last = [np.full(3, 4.0, np.float32), np.ones((2, 2), np.float32)]
    one, other = weight_interpolation.weights_at(first, last, 0.25)
    assert one.tolist() == [1.0, 1.0, 1.0]
    assert np.array_equal(other, last[1])
