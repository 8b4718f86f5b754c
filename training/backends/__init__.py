"""What trains a network, a module for each backend of Keras.

`KERAS_BACKEND` says which, TensorFlow where it says nothing: a GPU machine without TensorFlow
trains with `KERAS_BACKEND=jax` or `KERAS_BACKEND=torch`. Each module has the same things:
`start(threads)` imports the library, quiet and with so many threads; `convolution()` and
`normalization()` return the layers that train fastest there; `Step` takes one step of gradient
descent; `answer` asks a model. `ALONE` says that the process that trains is to ask the teachers.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Protocol, cast

from training.errors import RunError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = ("tensorflow", "jax", "torch")
VARIABLE = "KERAS_BACKEND"


class Step(Protocol):
    """One step of gradient descent, and of the weights' average.

    The loss is the mean cross-entropy of the logits, after `offset` (7,) was added to them, with
    the targets. Every weight but those of one dimension (normalisations, biases) decays.
    """

    def __init__(
        self, model: Any, average: Any, optimizer: Any, decay: float, offset: Any
    ) -> None: ...

    def __call__(self, images: Any, targets: Any, rate: Any, keep: Any) -> Any:
        """Return the loss before the step, a number on whatever device it was computed.

        `images` are float32 (n, 48, 48) in 0..255, `targets` float32 (n, 7), `rate` the learning
        rate, `keep` how much of the average is kept; both float32.
        """

    def settle(self) -> None:
        """Bring the variables of model, average and optimiser up to date."""


class Backend(Protocol):
    """One of this package's modules."""

    Step: type[Step]
    ALONE: bool
    """Whether it wants its accelerator for one process, which no other then computes beside."""

    def start(self, threads: int | None) -> None:
        """Import the library; `threads` of None leaves what was set before, or 1."""

    def convolution(self) -> Any:
        """Return the class of layer that convolves batches: square, `same`, without bias."""

    def normalization(self) -> Any:
        """Return the class of layer that normalises batches."""

    def answer(self, model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return logits (n, 7) of a model's inputs (n, 48, 48, 1) in [0, 1], all float32."""


def need_tensorflow() -> None:
    """Raise RunError when another backend is asked for: TensorFlow alone converts to int8."""
    name = os.environ.get(VARIABLE, NAMES[0])
    if name != NAMES[0]:
        raise RunError(f"{VARIABLE} is {name}: conversion to int8 needs {NAMES[0]}")


def start(threads: int | None = None) -> Backend:
    """Import the backend that `KERAS_BACKEND` names and return its module.

    Raises RunError when there is none of that name, or its library is not installed.
    """
    name = os.environ.setdefault(VARIABLE, NAMES[0])
    if name not in NAMES:
        raise RunError(f"{VARIABLE} is {name!r} where one of {', '.join(NAMES)} is wanted")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if name != NAMES[0]:
        # Keras imports TensorFlow beside others too, which then talks of what it might compute.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    module = importlib.import_module(f"{__name__}.{name}")
    try:
        module.start(threads)
    except ModuleNotFoundError as error:
        raise RunError(f"{VARIABLE} is {name}, which is not installed: {error}") from error
    return cast("Backend", module)
