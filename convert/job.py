"""One conversion, from Keras files to a bundle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convert import bias, canary, latency, manifest, neutral, temperature, writer
from convert.errors import ConvertError
from convert.quantise import SAMPLE, check, quantise, sample
from convert.verify import verify
from device.errors import BundleError
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import softmax
from device.vision.interpreter import Interpreter
from training import backends, network, predict, run_folder, run_setup
from training import data as datasets
from training.data.pictures import PRIVATE, PUBLIC
from training.evaluate import bundle_predictor, evaluate
from training.targets import usable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    import keras

    from training.data.pictures import Dataset, Pictures

MAX_LOSS = 0.003
"""The largest loss of accuracy on PublicTest by int8."""
MAX_CANARY_DIFFERENCE = 0.2
"""The largest difference of int8's and float's probabilities on the canary."""
MAX_ATTEMPTS = 5
"""Calibration seeds to try before runtimes that differ too much are an error."""
SPLITS = {"private_test": PRIVATE, "public_test": PUBLIC}


@dataclass(frozen=True, slots=True)
class Job:
    """Models to convert, and where to: the bundle is `out/emotion-<version>`.

    Several models are converted as the mean of their weights; the manifest has the first's recipe.
    The int8 ranges come from Training pictures, bias, temperature and neutral logits from
    PublicTest; PrivateTest is only evaluated, when the file is finished. `convert.bias` takes
    `class_balance` and `neutral_weight`. `calibration_seed` selects the Training pictures; the next
    seeds are tried if the runtimes' outputs differ too much to verify the canary.
    """

    models: Sequence[Path]
    data: Path
    version: str
    out: Path
    today: date
    class_balance: float = 0.0
    neutral_weight: float = 1.0
    calibration_seed: int = 1

    def run(self, replace: bool, echo: Callable[[str], None]) -> Path:
        """Write the bundle and return its folder, reporting each step to `echo`.

        Raises ConvertError, RunError, DatasetError or BundleError, and then writes nothing.
        """
        backends.require_tensorflow()
        target = self.out / f"emotion-{self.version}"
        with writer.draft(target, replace) as folder:
            echo(f"reading {', '.join(map(str, self.models))} and {self.data}")
            model, data = predict.load_mean(self.models), datasets.read(self.data)
            echo("fitting the bias on PublicTest")
            added = _fit_bias(model, data, self.class_balance, self.neutral_weight)
            training = self._training(data.name, echo)
            about = self._quantise(folder, model, data, training["of"], echo)
            about["training"] = training
            about["bias"] = {
                "class_balance": self.class_balance,
                "neutral_weight": self.neutral_weight,
                "added": added,
            }
            echo("fitting the temperature on PublicTest")
            about["temperature"] = _temperature(folder, data)
            writer.rewrite(folder, about)
            about["neutral_logits"] = _neutral_logits(folder, data)
            echo("evaluating")
            about["metrics"] = _metrics(folder, model, data)
            about["latency"] = latency.measure(bundles.load(folder))
            writer.rewrite(folder, about)
            _check_loss(folder, model, data)
            echo(f"verified under {' and '.join(verify(folder))}")
            echo(_summary(about))
        return target

    def _training(self, name: str, echo: Callable[[str], None]) -> dict[str, Any]:
        """Return how the first model was trained; `name` is the default of its data's name."""
        run = self.models[0].parent
        training = manifest.training(run, name)
        if training.get("recipe") is None:
            echo(f"{run}: no {run_folder.CONFIG}, so the manifest will have no recipe")
        if len(self.models) > 1:
            training["mean_of"] = [path.parent.name for path in self.models]
        return training

    def _quantise(
        self,
        folder: Path,
        model: keras.Model,
        data: Dataset,
        name: str,
        echo: Callable[[str], None],
    ) -> dict[str, Any]:
        """Write the bundle without metrics, with the first seed that verifies; return its manifest.

        Raises BundleError when none does.
        """
        pictures, _ = run_setup.split(data)
        pictures = pictures.take(np.flatnonzero(usable(pictures, None)))
        last = self.calibration_seed + MAX_ATTEMPTS - 1
        for seed in range(self.calibration_seed, last + 1):
            echo(f"quantising, calibration seed {seed}")
            about = self._write(folder, model, pictures, seed, name)
            try:
                verify(folder)
            except BundleError as error:
                if seed == last:
                    raise
                echo(str(error))
            else:
                break
        return about

    def _write(
        self, folder: Path, model: keras.Model, pictures: Pictures, seed: int, name: str
    ) -> dict[str, Any]:
        content = quantise(model, sample(pictures, seed))
        interpreter = Interpreter(content, threads=1)
        about = manifest.draft(self.version, self.today, content, interpreter, name)
        about["parameters"] = int(model.count_params())
        about["macs"] = network.macs(model)
        about["operators"] = check(content)
        about["calibration"] = {"pictures": SAMPLE, "seed": seed}
        writer.write(folder, content, about)
        model.save(folder / run_folder.MODEL)
        return about


def _fit_bias(
    model: keras.Model, data: Dataset, class_balance: float, neutral_weight: float
) -> list[float]:
    """Fit the bias, add it to the model, and return it."""
    _, public = run_setup.split(data)
    logits = predict.logits(model, alignment.standardise(np.asarray(public.images)))
    fitted = bias.fit(logits, public.labels, class_balance, neutral_weight)
    bias.fold(model, fitted)
    return [round(float(each), 4) for each in fitted]


def _check_loss(folder: Path, model: keras.Model, data: Dataset) -> None:
    """Raise ConvertError when int8 loses more than `MAX_LOSS`, and significantly.

    By chance as many predictions become right as wrong (McNemar 1947).
    """
    _, public = run_setup.split(data)
    crops = alignment.standardise(np.asarray(public.images))
    predicted = (bundle_predictor(bundles.load(folder))(crops), predict.logits(model, crops))
    int8, exact = (each.argmax(axis=1) == public.labels for each in predicted)
    lost, won = int((exact & ~int8).sum()), int((int8 & ~exact).sum())
    if lost - won > max(MAX_LOSS * len(public), 2 * math.sqrt(lost + won)):
        raise ConvertError(
            f"int8 loses {(lost - won) / len(public):.1%} of PublicTest, {MAX_LOSS:.1%} is allowed"
            ": the network does not quantise well; train it longer, or with less decay"
        )


def _temperature(folder: Path, data: Dataset) -> float:
    _, public = run_setup.split(data)
    predicted = bundle_predictor(bundles.load(folder))(
        alignment.standardise(np.asarray(public.images))
    )
    return temperature.fit(predicted, public.labels)


def _neutral_logits(folder: Path, data: Dataset) -> list[float] | None:
    _, public = run_setup.split(data)
    predicted = bundle_predictor(bundles.load(folder))(
        alignment.standardise(np.asarray(public.images))
    )
    return neutral.mean_logits(predicted, public.labels)


def _metrics(folder: Path, model: keras.Model, data: Dataset) -> dict[str, Any]:
    """Evaluate the int8 file as the device runs it, and the float model."""
    kinds = {
        "int8": bundle_predictor(bundles.load(folder)),
        "float": lambda crops: predict.probabilities(model, crops),
    }
    metrics: dict[str, Any] = {"float": {}}
    for key, split in SPLITS.items():
        if len(data.splits[split]):
            metrics[key] = evaluate(kinds["int8"], data, split).as_dict()
            accuracy = evaluate(kinds["float"], data, split).metrics.accuracy
            metrics["float"][key] = {"accuracy": round(accuracy, 4)}
    metrics["canary"] = _canary_metrics(bundles.load(folder), model)
    return metrics


def _canary_metrics(bundle: bundles.Bundle, model: keras.Model) -> dict[str, Any]:
    """Compare the int8 file's predictions for the canary with the float model's.

    Raises ConvertError when one differs by more than rounding can explain.
    """
    crops = canary.crops()
    int8 = bundle_predictor(bundle)(crops)
    exact = softmax(predict.logits(model, crops) / bundle.manifest["temperature"])
    difference = float(abs(int8 - exact).max())
    if difference > MAX_CANARY_DIFFERENCE:
        raise ConvertError(
            f"int8 and float probabilities of a canary picture differ by {difference:.2f}, "
            f"{MAX_CANARY_DIFFERENCE} is allowed: the network does not quantise well"
        )
    same = int((int8.argmax(axis=1) == exact.argmax(axis=1)).sum())
    return {
        "pictures": len(crops),
        "same_answer": same,
        "farthest_probability": round(difference, 4),
    }


def _summary(about: dict[str, Any]) -> str:
    metrics, latency_ms = about["metrics"], about["latency"]["one_face_ms"]
    lines = [
        f"{split}: int8 {metrics[key]['accuracy']:.2%}, "
        f"float {metrics['float'][key]['accuracy']:.2%}, "
        f"macro-F1 {metrics[key]['macro_f1']:.4f}, ECE {metrics[key]['ece']:.4f}"
        for key, split in SPLITS.items()
        if key in metrics
    ]
    operators = ", ".join(f"{count} {name}" for name, count in about["operators"].items())
    lines.append(
        f"{about['bytes'] / 1000:.0f} kB, {about['parameters'] / 1e6:.2f} M parameters, "
        f"{about['macs'] / 1e6:.1f} M multiplications, {latency_ms:.2f} ms per face here; "
        f"int8 throughout: {operators}"
    )
    return "\n".join(lines)
