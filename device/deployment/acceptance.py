"""Validates a model before it may serve, in a child process that may hang or crash."""

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
"""The limit of the checks, in wall-clock and processor time: a Pi Zero takes some seconds."""
MEMORY = 512 * 1024**2
"""Bytes that the child may allocate beyond Python and the libraries."""
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
"""The operators of a classifier: no loops, calls, variables or custom operators."""
TYPES = frozenset({"int8", "int32", "bool"})


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A model that passed: milliseconds per face, its own and the present model's if that ran."""

    version: str
    ms: float
    present_ms: float | None


def validate(candidate: Path, present: Path | None, max_latency_ratio: float) -> Benchmark:
    """Validate the bundle in a folder, on this machine.

    Raises BundleError, which names the fault: its files, its operators, shapes or types, its
    canary, or that it takes more than `max_latency_ratio` times as long as the `present` one.
    """
    try:
        return sandbox.call(
            validate_in_process, (candidate, present, max_latency_ratio), SECONDS, MEMORY
        )
    except SandboxError as error:
        words = {
            "crashed": f"the model was refused: when it was tried, {error}",
            "slow": f"the model was refused: when it was tried, there was {error}",
            "busy": f"the model could not be tried: {error}; try again later",
        }
        raise BundleError(words[error.how]) from error


def validate_in_process(
    candidate: Path, present: Path | None, max_latency_ratio: float
) -> Benchmark:
    """Do what `validate` does, in this process."""
    bundle = bundles.load(candidate)
    if bundle.model[4:8] != IDENTIFIER:
        raise BundleError(f"{bundles.MODEL}: not a TensorFlow Lite file")
    _check_graph(Interpreter(bundle.model, threads=1, reference=True))
    new, old = Classifier(bundle, threads=1), _load_present(present)
    ms, present_ms = _measure(new, old)
    if present_ms is not None and ms > max_latency_ratio * present_ms:
        raise BundleError(
            f"too slow here: {ms:.2f} ms for a face where the present model takes "
            f"{present_ms:.2f} ms; at most {max_latency_ratio:g} times that is allowed"
        )
    return Benchmark(bundle.version, ms, present_ms)


def _check_graph(interpreter: Interpreter) -> None:
    floats = sorted(interpreter.types - TYPES)
    if floats:
        raise BundleError(f"the model is not int8 throughout: it has {', '.join(floats)}")
    strange = sorted(set(interpreter.operators) - OPERATORS)
    if strange:
        raise BundleError(f"the model has operators that are not taken: {', '.join(strange)}")
    shape, kind = interpreter.input["shape"], np.dtype(interpreter.input["dtype"]).name
    if tuple(shape[1:]) != (alignment.SIZE, alignment.SIZE, 1) or kind != "int8":
        raise BundleError(f"the model takes {kind} {_format_shape(shape)}, not int8 crops")
    ends = [
        (np.dtype(one["dtype"]).name, _format_shape(one["shape"][1:]))
        for one in interpreter.outputs
    ]
    if ends != [("int8", str(len(EMOTIONS)))]:
        found = ", ".join(f"{kind} {_format_shape(one['shape'])}" for one in interpreter.outputs)
        raise BundleError(
            f"the model gives {found or 'nothing'}, not int8 for {len(EMOTIONS)} moods"
        )


def _format_shape(shape: Iterable[int]) -> str:
    return " x ".join(map(str, shape))


def _load_present(present: Path | None) -> Classifier | None:
    """Return the present model, or None if it is broken: then any sound model is better."""
    if present is None:
        return None
    try:
        return Classifier(bundles.load(present), threads=1)
    except BundleError:
        return None


def _measure(new: Classifier, old: Classifier | None) -> tuple[float, float | None]:
    """Return the median milliseconds per face; both models take turns, so that load is the same."""
    taken: dict[Classifier, list[float]] = {one: [] for one in (new, old) if one is not None}
    face = np.zeros((1, alignment.SIZE, alignment.SIZE), np.uint8)
    for _ in range(WARM_UP + ROUNDS):
        for classifier, times in taken.items():
            started = time.perf_counter()
            classifier.classify(face)
            times.append(time.perf_counter() - started)
    medians = [1000 * statistics.median(times[WARM_UP:]) for times in taken.values()]
    return medians[0], medians[1] if old is not None else None
