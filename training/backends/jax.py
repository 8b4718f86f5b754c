"""Training with JAX: on its accelerator, if any, and on several machines at once.

Data-parallel training needs no separate code: the batch is one array that is sharded over all
devices, and the compiler inserts the communication. So batch normalisation uses the whole batch,
and the loss is that of one process.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

SINGLE_PROCESS = True


def start(threads: int | None = None) -> None:
    """Import JAX, which cannot limit its threads (`taskset` can).

    Memory is not preallocated, so that several runs can share an accelerator.
    """
    del threads
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax  # noqa: F401 (is it there?)


def convolution() -> Any:
    """Return Keras's own Conv2D."""
    from keras import layers

    return layers.Conv2D


def normalization() -> Any:
    """Return Keras's own BatchNormalization, which the compiler fuses."""
    from keras import layers

    return layers.BatchNormalization


def predict(model: Any, inputs: Any) -> Any:
    """Return the logits; compiled once per model and shape."""
    groups = (model.trainable_variables, model.non_trainable_variables)
    weights = ([variable.value for variable in group] for group in groups)
    return np.asarray(_predict()(model, *weights, inputs))


@cache
def _predict() -> Any:
    import jax

    def logits(model: Any, trained: Any, fixed: Any, inputs: Any) -> Any:
        return model.stateless_call(trained, fixed, inputs, training=False)[0]

    return jax.jit(logits, static_argnums=0)


class Step:
    """One step of gradient descent, compiled once, on the devices of all processes.

    It holds the state itself; `sync` copies it into the variables.
    """

    def __init__(
        self, model: Any, average: Any, optimizer: Any, weight_decay: float, offset: Any
    ) -> None:
        import jax
        from keras import distribution

        devices = distribution.list_devices()
        mesh = distribution.DeviceMesh((len(devices),), ("batch",), devices)
        self._everywhere = distribution.TensorLayout((), mesh).backend_layout
        self._parted = distribution.TensorLayout(("batch",), mesh).backend_layout
        self._model, self._optimizer = model, optimizer
        self._weight_decay, self._offset = weight_decay, offset
        self._groups = (
            model.trainable_variables,
            model.non_trainable_variables,
            optimizer.variables,
            average.trainable_variables,
            average.non_trainable_variables,
        )
        self._state = [
            [jax.device_put(np.asarray(variable), self._everywhere) for variable in group]
            for group in self._groups
        ]
        self._step = jax.jit(
            self._train, donate_argnums=0, out_shardings=(self._everywhere, self._everywhere)
        )

    def __call__(self, images: Any, targets: Any, learning_rate: Any, ema_decay: Any) -> Any:
        """Take the step and return its loss; `images` and `targets` are this process's part."""
        import jax

        batch = (
            jax.make_array_from_process_local_data(self._parted, part) for part in (images, targets)
        )
        self._state, loss = self._step(self._state, *batch, learning_rate, ema_decay)
        return loss

    def sync(self) -> None:
        """Copy the state into the variables."""
        for group, values in zip(self._groups, self._state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(np.asarray(value))

    def _train(
        self, state: Any, images: Any, targets: Any, learning_rate: Any, ema_decay: Any
    ) -> Any:
        import jax

        trained, fixed, optimizer, means, fixed_means = state

        def loss_of(weights: Any) -> Any:
            logits, after = self._model.stateless_call(
                weights, fixed, images[..., None] / 255.0, training=True
            )
            chances = jax.nn.log_softmax(logits + self._offset)
            return -(targets * chances).sum(axis=-1).mean(), after

        (loss, fixed), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained)
        decayed = [
            gradient + self._weight_decay * weight if weight.ndim > 1 else gradient
            for gradient, weight in zip(gradients, trained, strict=True)
        ]
        rated = [
            learning_rate if variable is self._optimizer.learning_rate else value
            for variable, value in zip(self._optimizer.variables, optimizer, strict=True)
        ]
        trained, optimizer = self._optimizer.stateless_apply(rated, decayed, trained)
        means, fixed_means = (
            [weight + ema_decay * (mean - weight) for mean, weight in zip(*pair, strict=True)]
            for pair in ((means, trained), (fixed_means, fixed))
        )
        return [trained, fixed, optimizer, means, fixed_means], loss
