"""One conversion, from the Keras file to the bundle in its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convert import bias, canary, latency, manifest, temperature, writer
from convert.errors import ConvertError
from convert.quantise import SAMPLE, check, quantise, sample
from convert.verify import verify
from device.errors import BundleError
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import softmax
from device.vision.interpreter import Interpreter
from training import backends, loop, network, predict, run_setup
from training import data as datasets
from training.data.pictures import PRIVATE, PUBLIC
from training.evaluate import evaluate, of_bundle
from training.targets import usable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    import keras

    from training.data.pictures import Dataset, Pictures

LOSS = 0.003
"""The share of PublicTest that int8 may lose."""
AWAY = 0.2
"""How far int8's probabilities may be from float's, on the canary."""
DRAWS = 5
"""So many draws of pictures are tried before runtimes that round too far apart are an error."""
MEASURED = {"private_test": PRIVATE, "public_test": PUBLIC}


@dataclass(frozen=True, slots=True)
class Job:
    """What to convert, and where to: the bundle becomes `out/emotion-<version>`.

    Of several models, the mean of their weights is converted; the manifest has the first's recipe.
    The int8 ranges come from Training pictures, bias and temperature from PublicTest; PrivateTest
    is only measured, once the file is done. `evenness` and `calm` are what `convert.bias` takes;
    `draw` is the seed by which those Training pictures are drawn, or the first of a few: with some
    ranges a runtime rounds too far from the other for its answers to be checked.
    """

    models: Sequence[Path]
    data: Path
    version: str
    out: Path
    today: date
    evenness: float = 0.0
    calm: float = 1.0
    draw: int = 1

    def run(self, replace: bool, say: Callable[[str], None]) -> Path:
        """Write the bundle and return its folder, telling `say` each step.

        Raises ConvertError, RunError, DatasetError or BundleError; then nothing was written.
        """
        backends.need_tensorflow()
        target = self.out / f"emotion-{self.version}"
        with writer.draft(target, replace) as folder:
            say(f"reading {', '.join(map(str, self.models))} and {self.data}")
            model, data = predict.load_mean(self.models), datasets.read(self.data)
            say("fitting the bias on PublicTest")
            moved = _even(model, data, self.evenness, self.calm)
            told = self._told(data.name, say)
            about = self._quantise(folder, model, data, told["of"], say)
            about["training"] = told
            about["bias"] = {"evenness": self.evenness, "calm": self.calm, "added": moved}
            say("fitting the temperature on PublicTest")
            about["temperature"] = _temperature(folder, data)
            writer.rewrite(folder, about)
            say("measuring")
            about["metrics"] = _metrics(folder, model, data)
            about["latency"] = latency.measure(bundles.load(folder))
            writer.rewrite(folder, about)
            _judge(folder, model, data)
            say(f"verified under {' and '.join(verify(folder))}")
            say(_summary(about))
        return target

    def _told(self, name: str, say: Callable[[str], None]) -> dict[str, Any]:
        """Return what the first model's run tells of its training; `name` is its data's else."""
        run = self.models[0].parent
        told = manifest.training(run, name)
        if told.get("recipe") is None:
            say(f"{run}: no {loop.CONFIG}, so that the manifest cannot tell how it was trained")
        if len(self.models) > 1:
            told["mean_of"] = [path.parent.name for path in self.models]
        return told

    def _quantise(
        self,
        folder: Path,
        model: keras.Model,
        data: Dataset,
        name: str,
        say: Callable[[str], None],
    ) -> dict[str, Any]:
        """Write the unmeasured bundle, by a draw that suits the runtimes; return its manifest.

        Raises BundleError when none does.
        """
        pictures, _ = run_setup.split(data)
        pictures = pictures.take(np.flatnonzero(usable(pictures, None)))
        last = self.draw + DRAWS - 1
        for draw in range(self.draw, last + 1):
            say(f"quantising, ranges by draw {draw} of Training pictures")
            about = self._write(folder, model, pictures, draw, name)
            try:
                verify(folder)
            except BundleError as error:
                if draw == last:
                    raise
                say(str(error))
            else:
                break
        return about

    def _write(
        self, folder: Path, model: keras.Model, pictures: Pictures, draw: int, name: str
    ) -> dict[str, Any]:
        content = quantise(model, sample(pictures, draw))
        interpreter = Interpreter(content, threads=1)
        about = manifest.draft(self.version, self.today, content, interpreter, name)
        about["parameters"] = int(model.count_params())
        about["macs"] = network.macs(model)
        about["operators"] = check(content)
        about["calibration"] = {"pictures": SAMPLE, "draw": draw}
        writer.write(folder, content, about)
        model.save(folder / loop.MODEL)
        return about


def _even(model: keras.Model, data: Dataset, evenness: float, calm: float) -> list[float]:
    """Fold the bias into the model; return it."""
    _, public = run_setup.split(data)
    logits = predict.logits(model, alignment.standardise(np.asarray(public.images)))
    found = bias.fit(logits, public.labels, evenness, calm)
    bias.fold(model, found)
    return [round(float(each), 4) for each in found]


def _judge(folder: Path, model: keras.Model, data: Dataset) -> None:
    """Raise ConvertError when int8 has lost more than it may, beyond what is chance.

    By chance as many pictures change to right as to wrong (McNemar 1947).
    """
    _, public = run_setup.split(data)
    crops = alignment.standardise(np.asarray(public.images))
    answers = (of_bundle(bundles.load(folder))(crops), predict.logits(model, crops))
    int8, whole = (given.argmax(axis=1) == public.labels for given in answers)
    lost, won = int((whole & ~int8).sum()), int((int8 & ~whole).sum())
    if lost - won > max(LOSS * len(public), 2 * math.sqrt(lost + won)):
        raise ConvertError(
            f"int8 loses {(lost - won) / len(public):.1%} of PublicTest, {LOSS:.1%} is allowed: "
            "the network does not quantise well; train it longer, or with less decay"
        )


def _temperature(folder: Path, data: Dataset) -> float:
    _, public = run_setup.split(data)
    given = of_bundle(bundles.load(folder))(alignment.standardise(np.asarray(public.images)))
    return temperature.fit(given, public.labels)


def _metrics(folder: Path, model: keras.Model, data: Dataset) -> dict[str, Any]:
    """Measure the int8 file as the device runs it, and the float model beside it."""
    kinds = {
        "int8": of_bundle(bundles.load(folder)),
        "float": lambda crops: predict.probabilities(model, crops),
    }
    figures: dict[str, Any] = {"float": {}}
    for key, split in MEASURED.items():
        if len(data.splits[split]):
            figures[key] = evaluate(kinds["int8"], data, split).as_dict()
            accuracy = evaluate(kinds["float"], data, split).metrics.accuracy
            figures["float"][key] = {"accuracy": round(accuracy, 4)}
    figures["canary"] = _on_canary(bundles.load(folder), model)
    return figures


def _on_canary(bundle: bundles.Bundle, model: keras.Model) -> dict[str, Any]:
    """Compare the int8 file's answers to the canary's pictures with the float model's.

    Raises ConvertError when one is farther off than rounding makes it.
    """
    crops = canary.crops()
    int8 = of_bundle(bundle)(crops)
    whole = softmax(predict.logits(model, crops) / bundle.manifest["temperature"])
    away = float(abs(int8 - whole).max())
    if away > AWAY:
        raise ConvertError(
            f"int8 answers a canary picture by {away:.2f} otherwise than the float model, "
            f"{AWAY} is allowed: the network does not quantise well"
        )
    same = int((int8.argmax(axis=1) == whole.argmax(axis=1)).sum())
    return {"pictures": len(crops), "same_answer": same, "farthest_probability": round(away, 4)}


def _summary(about: dict[str, Any]) -> str:
    figures, cost = about["metrics"], about["latency"]
    lines = [
        f"{split}: int8 {figures[key]['accuracy']:.2%}, "
        f"float {figures['float'][key]['accuracy']:.2%}, "
        f"macro-F1 {figures[key]['macro_f1']:.4f}, ECE {figures[key]['ece']:.4f}"
        for key, split in MEASURED.items()
        if key in figures
    ]
    operators = ", ".join(f"{count} {name}" for name, count in about["operators"].items())
    lines.append(
        f"{about['bytes'] / 1000:.0f} kB, {about['parameters'] / 1e6:.2f} M parameters, "
        f"{about['macs'] / 1e6:.1f} M multiplications, {cost['one_face_ms']:.2f} ms a face here; "
        f"int8 throughout: {operators}"
    )
    return "\n".join(lines)
