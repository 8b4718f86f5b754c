"""Training with JAX: on its accelerator where there is one, and on several machines at once.

Of the engines that train data-parallel this one needs no other code for many processes than for
one: the batch is one array that lies in parts on all devices, and the compiler puts in what they
must tell each other. So batch normalisation goes by the whole batch, and the loss is the same.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

ALONE = True


def start(threads: int | None = None) -> None:
    """Import JAX. It has no number of threads to set: `taskset` limits it to so many cores.

    Several runs may share an accelerator, so that none takes all of its memory at once.
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


def answer(model: Any, inputs: Any) -> Any:
    """Return the logits; the compiler is asked once for each model and shape."""
    groups = (model.trainable_variables, model.non_trainable_variables)
    weights = ([variable.value for variable in group] for group in groups)
    return np.asarray(_answer()(model, *weights, inputs))


@cache
def _answer() -> Any:
    import jax

    def logits(model: Any, trained: Any, fixed: Any, inputs: Any) -> Any:
        return model.stateless_call(trained, fixed, inputs, training=False)[0]

    return jax.jit(logits, static_argnums=0)


class Step:
    """One step of gradient descent, compiled once, on the devices of all processes.

    It keeps the state itself; `settle` brings it back into the variables.
    """

    def __init__(self, model: Any, average: Any, optimizer: Any, decay: float, offset: Any) -> None:
        import jax
        from keras import distribution

        devices = distribution.list_devices()
        mesh = distribution.DeviceMesh((len(devices),), ("batch",), devices)
        self._everywhere = distribution.TensorLayout((), mesh).backend_layout
        self._parted = distribution.TensorLayout(("batch",), mesh).backend_layout
        self._model, self._optimizer = model, optimizer
        self._decay, self._offset = decay, offset
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

    def __call__(self, images: Any, targets: Any, rate: Any, keep: Any) -> Any:
        """Take the step and return its loss; `images` and `targets` are this process's part."""
        import jax

        batch = (
            jax.make_array_from_process_local_data(self._parted, part) for part in (images, targets)
        )
        self._state, loss = self._step(self._state, *batch, rate, keep)
        return loss

    def settle(self) -> None:
        """Bring the variables up to date."""
        for group, values in zip(self._groups, self._state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(np.asarray(value))

    def _train(self, state: Any, images: Any, targets: Any, rate: Any, keep: Any) -> Any:
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
            gradient + self._decay * weight if weight.ndim > 1 else gradient
            for gradient, weight in zip(gradients, trained, strict=True)
        ]
        rated = [
            rate if variable is self._optimizer.learning_rate else value
            for variable, value in zip(self._optimizer.variables, optimizer, strict=True)
        ]
        trained, optimizer = self._optimizer.stateless_apply(rated, decayed, trained)
        means, fixed_means = (
            [weight + keep * (mean - weight) for mean, weight in zip(*pair, strict=True)]
            for pair in ((means, trained), (fixed_means, fixed))
        )
        return [trained, fixed, optimizer, means, fixed_means], loss
