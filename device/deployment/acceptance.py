"""What a model must pass before it may serve, in a child process that may hang or crash."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.errors import BundleError, SandboxError
from device.messages import EMOTIONS
from device.system import sandbox
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from device.vision.interpreter import Interpreter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SECONDS = 60.0
"""How long the checks may take, of the clock and of the processor: a Pi Zero takes some seconds."""
MEMORY = 512 * 1024**2
"""Bytes that the child may take besides what Python and the libraries have."""
WARM_UP, ROUNDS = 20, 150
IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of every TensorFlow Lite file (its flatbuffer's file identifier)."""
OPERATORS = frozenset(
    {
        "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D",
        "FULLY_CONNECTED", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "MAXIMUM", "MAX_POOL_2D",
        "MEAN", "MINIMUM", "MUL", "PAD", "RELU", "RELU6", "RESHAPE", "SOFTMAX", "SQUEEZE",
        "STRIDED_SLICE", "SUB", "TANH",
    }
)  # fmt: skip
"""What a classifier is made of. No loops, no calls, no variables, nothing of anybody's own."""
TYPES = frozenset({"int8", "int32", "bool"})


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A model that passed: milliseconds for a face, its own and the present model's if it ran."""

    version: str
    ms: float
    present_ms: float | None


def examine(candidate: Path, present: Path | None, slower: float) -> Benchmark:
    """Check the bundle in a folder, on this very machine.

    Raises BundleError, which says what is wrong: its files, its operators, shapes or types, its
    canary, or that it takes more than `slower` times as long as the `present` one.
    """
    try:
        return sandbox.ask(inspect, (candidate, present, slower), SECONDS, MEMORY)
    except SandboxError as error:
        words = {
            "crashed": f"the model was refused: when it was tried, {error}",
            "slow": f"the model was refused: when it was tried, there was {error}",
            "busy": f"the model could not be tried: {error}; try again later",
        }
        raise BundleError(words[error.how]) from error


def inspect(candidate: Path, present: Path | None, slower: float) -> Benchmark:
    """Do what `examine` does, in this process."""
    bundle = bundles.load(candidate)
    if bundle.model[4:8] != IDENTIFIER:
        raise BundleError(f"{bundles.MODEL}: not a TensorFlow Lite file")
    _check_inside(Interpreter(bundle.model, threads=1, reference=True))
    new, old = Classifier(bundle, threads=1), _old(present)
    ms, present_ms = _race(new, old)
    if present_ms is not None and ms > slower * present_ms:
        raise BundleError(
            f"too slow here: {ms:.2f} ms for a face where the present model takes "
            f"{present_ms:.2f} ms; at most {slower:g} times that is allowed"
        )
    return Benchmark(bundle.version, ms, present_ms)


def _check_inside(interpreter: Interpreter) -> None:
    floats = sorted(interpreter.types - TYPES)
    if floats:
        raise BundleError(f"the model is not int8 throughout: it has {', '.join(floats)}")
    strange = sorted(set(interpreter.operators) - OPERATORS)
    if strange:
        raise BundleError(f"the model has operators that are not taken: {', '.join(strange)}")
    shape, kind = interpreter.input["shape"], np.dtype(interpreter.input["dtype"]).name
    if tuple(shape[1:]) != (alignment.SIZE, alignment.SIZE, 1) or kind != "int8":
        raise BundleError(f"the model takes {kind} {_words(shape)}, not int8 crops")
    ends = [(np.dtype(one["dtype"]).name, _words(one["shape"][1:])) for one in interpreter.outputs]
    if ends != [("int8", str(len(EMOTIONS)))]:
        told = ", ".join(f"{kind} {_words(one['shape'])}" for one in interpreter.outputs)
        raise BundleError(
            f"the model gives {told or 'nothing'}, not int8 for {len(EMOTIONS)} moods"
        )


def _words(shape: Iterable[int]) -> str:
    return " x ".join(map(str, shape))


def _old(present: Path | None) -> Classifier | None:
    """Return the present model, unless it is broken: then whatever is sound is better."""
    if present is None:
        return None
    try:
        return Classifier(bundles.load(present), threads=1)
    except BundleError:
        return None


def _race(new: Classifier, old: Classifier | None) -> tuple[float, float | None]:
    """Return the median milliseconds of a face; both by turns, so that both have the same luck."""
    taken: dict[Classifier, list[float]] = {one: [] for one in (new, old) if one is not None}
    face = np.zeros((1, alignment.SIZE, alignment.SIZE), np.uint8)
    for _ in range(WARM_UP + ROUNDS):
        for classifier, times in taken.items():
            started = time.perf_counter()
            classifier.classify(face)
            times.append(time.perf_counter() - started)
    medians = [1000 * statistics.median(times[WARM_UP:]) for times in taken.values()]
    return medians[0], medians[1] if old is not None else None
