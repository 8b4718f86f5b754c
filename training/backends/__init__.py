"""Training steps, one module per Keras backend.

`KERAS_BACKEND` selects one, TensorFlow by default: a GPU machine without TensorFlow trains with
`KERAS_BACKEND=jax` or `KERAS_BACKEND=torch`. All modules have the same interface, `Backend`.
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
    """One step of gradient descent and of the weights' moving average (EMA).

    The loss is the mean cross-entropy of the targets and of the logits plus `offset` (7,). Weight
    decay applies to all weights but those of one dimension (normalisations, biases).
    """

    def __init__(
        self, model: Any, average: Any, optimizer: Any, weight_decay: float, offset: Any
    ) -> None: ...

    def __call__(self, images: Any, targets: Any, learning_rate: Any, ema_decay: Any) -> Any:
        """Take the step and return the loss before it, a number on the backend's device.

        `images` are float32 (n, 48, 48) in 0..255, `targets` float32 (n, 7); `learning_rate` and
        `ema_decay` are float32.
        """

    def sync(self) -> None:
        """Copy the state into the variables of model, average and optimiser."""


class Backend(Protocol):
    """One of this package's modules."""

    Step: type[Step]
    SINGLE_PROCESS: bool
    """Whether one process alone may use the accelerator, which then runs the teachers too."""

    def start(self, threads: int | None) -> None:
        """Import the library quietly; `threads` of None keeps the present number, or 1."""

    def convolution(self) -> Any:
        """Return the fastest class of convolutions: square, `same`, without bias."""

    def normalization(self) -> Any:
        """Return the fastest class of batch normalisations."""

    def predict(self, model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a model's logits (n, 7) for inputs (n, 48, 48, 1) in [0, 1], all float32."""


def require_tensorflow() -> None:
    """Raise RunError when another backend is selected: only TensorFlow converts to int8."""
    name = os.environ.get(VARIABLE, NAMES[0])
    if name != NAMES[0]:
        raise RunError(f"{VARIABLE} is {name}: conversion to int8 needs {NAMES[0]}")


def start(threads: int | None = None) -> Backend:
    """Import the backend that `KERAS_BACKEND` names and return its module.

    Raises RunError when the name is unknown, or its library is not installed.
    """
    name = os.environ.setdefault(VARIABLE, NAMES[0])
    if name not in NAMES:
        raise RunError(f"{VARIABLE} is {name!r}, expected one of {', '.join(NAMES)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if name != NAMES[0]:
        # Keras imports TensorFlow beside other backends too, which then logs hints about oneDNN.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    module = importlib.import_module(f"{__name__}.{name}")
    try:
        module.start(threads)
    except ModuleNotFoundError as error:
        raise RunError(f"{VARIABLE} is {name}, which is not installed: {error}") from error
    return cast("Backend", module)
