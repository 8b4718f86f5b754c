"""One conversion, from the Keras file to the bundle in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convert import manifest, temperature, writer
from convert.quantise import quantise, sample
from convert.verify import verify
from device.eye import bundle as bundles
from device.eye import crop
from device.eye.interpreter import Interpreter
from training import data as datasets
from training import network, predict
from training.evaluate import Evaluation, evaluate, of_bundle
from training.targets import usable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import keras

    from training.data.pictures import Dataset

CONFIG = "config.json"
SEED = 1
MEASURED = {"private_test": "PrivateTest", "public_test": "PublicTest"}


@dataclass(frozen=True, slots=True)
class Job:
    """What to convert, and where to: the bundle becomes `out/emotion-<version>`.

    The int8 ranges come from Training pictures, the temperature from PublicTest; PrivateTest is
    only measured, once the file is done.
    """

    model: Path
    data: Path
    version: str
    out: Path
    today: date

    def run(self, replace: bool, say: Callable[[str], None]) -> Path:
        """Write the bundle and return its folder, telling `say` each step.

        Raises ConvertError, RunError, DatasetError or BundleError; then nothing was written.
        """
        target = self.out / f"emotion-{self.version}"
        with writer.draft(target, replace) as folder:
            say(f"reading {self.model} and {self.data}")
            model, data = predict.load(self.model), datasets.read(self.data)
            say("quantising")
            about = self._write(folder, model, data)
            say("fitting the temperature on PublicTest")
            about["temperature"] = _temperature(folder, data)
            writer.rewrite(folder, about)
            say("measuring")
            about["metrics"] = _metrics(folder, model, data)
            writer.rewrite(folder, about)
            say(f"verified under {' and '.join(verify(folder))}")
            say(_summary(about["metrics"]))
        return target

    def _write(self, folder: Path, model: keras.Model, data: Dataset) -> dict[str, Any]:
        """Write the unmeasured bundle; return its manifest."""
        pictures = data.split("Training")
        pictures = pictures.take(np.flatnonzero(usable(pictures, None)))
        content = quantise(model, sample(pictures, SEED))
        interpreter = Interpreter(content, threads=1)
        about = manifest.draft(self.version, self.today, content, interpreter)
        about["parameters"] = int(model.count_params())
        about["macs"] = network.macs(model)
        about["training"] = manifest.training(self.model.parent / CONFIG)
        writer.write(folder, content, interpreter, about)
        return about


def _temperature(folder: Path, data: Dataset) -> float:
    public = data.split("PublicTest")
    given = of_bundle(bundles.load(folder))(crop.standardise(np.asarray(public.images)))
    return temperature.fit(given, public.labels)


def _metrics(folder: Path, model: keras.Model, data: Dataset) -> dict[str, Any]:
    """Measure the int8 file as the device runs it, and the float model beside it."""
    answer = of_bundle(bundles.load(folder))
    figures: dict[str, Any] = {
        key: evaluate(answer, data, split).as_dict() for key, split in MEASURED.items()
    }

    def given(split: str) -> Evaluation:
        return evaluate(lambda crops: predict.probabilities(model, crops), data, split)

    figures["float"] = {
        key: {"accuracy": round(given(split).metrics.accuracy, 4)}
        for key, split in MEASURED.items()
    }
    return figures


def _summary(figures: dict[str, Any]) -> str:
    lines = [
        f"{split}: int8 {figures[key]['accuracy']:.2%}, "
        f"float {figures['float'][key]['accuracy']:.2%}, "
        f"macro-F1 {figures[key]['macro_f1']:.4f}, ECE {figures[key]['ece']:.4f}"
        for key, split in MEASURED.items()
    ]
    return "\n".join(lines)
