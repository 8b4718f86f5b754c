"""Training with TensorFlow, the default: the fastest on a CPU with AVX512-BF16."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from device.system.stderr import silenced

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

SINGLE_PROCESS = False
SMALL_MAP = 6
"""Convolutions with outputs of up to 6 pixels a side use `_kernel_gradient`."""


def start(threads: int | None = None) -> Any:
    """Import TensorFlow and return it; the default of `threads` is the present number, or 1.

    One thread is the fastest on a busy machine. The number cannot change once TensorFlow computes.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    threading = tf.config.threading
    if threads is None:
        threads = threading.get_intra_op_parallelism_threads() or 1
    if threading.get_intra_op_parallelism_threads() != threads:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    return tf


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discard what TensorFlow's native code and Keras print.

    The native code logs before its log level can be set, and Keras prints while it exports.
    """
    with silenced(log), contextlib.redirect_stdout(io.StringIO()):
        yield


@cache
def normalization() -> Any:
    """Return a BatchNormalization that trains with TensorFlow's fused kernel."""
    import tensorflow as tf
    from keras import layers

    class FusedNormalization(layers.BatchNormalization):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
            if not (training and self.trainable):
                return super().call(inputs, training=False, mask=mask)
            outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
                inputs, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
            )
            for kept, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
                kept.assign(kept * self.momentum + new * (1 - self.momentum))
            return outputs

    return FusedNormalization


@cache
def convolution() -> Any:
    """Return a square Conv2D, padded to `same`, without bias, fast on small maps too."""
    import tensorflow as tf
    from keras import layers

    class FastConvolution(layers.Conv2D):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            stride = self.strides[0]
            if inputs.shape[1] > SMALL_MAP * stride:
                return super().call(inputs)

            def convolve(x: Any, kernel: Any) -> Any:
                same = {"strides": [1, stride, stride, 1], "padding": "SAME"}

                def gradient(dy: Any) -> Any:
                    dx = tf.raw_ops.Conv2DBackpropInput(
                        input_sizes=tf.shape(x), filter=kernel, out_backprop=dy, **same
                    )
                    return dx, _kernel_gradient(x, dy, kernel.shape[0], stride)

                return tf.nn.conv2d(x, kernel, **same), gradient

            return tf.custom_gradient(convolve)(inputs, tf.cast(self.kernel, inputs.dtype))

    return FastConvolution


def _kernel_gradient(x: Any, dy: Any, size: int, stride: int) -> Any:
    """Return a convolution's gradient by its kernel, as one matrix product per kernel element.

    On small maps oneDNN takes two to seven times as long.
    """
    import tensorflow as tf

    side, out, depth, channels = x.shape[1], dy.shape[1], x.shape[3], dy.shape[3]
    reach = (out - 1) * stride + size
    before = max(0, reach - side) // 2
    steps = -(-max(reach, side + before) // stride)
    edge = [before, steps * stride - side - before]
    framed = tf.pad(x, [[0, 0], edge, edge, [0, 0]])
    # Split by the stride, so that the inputs of a kernel element are a slice without steps.
    framed = tf.reshape(framed, (-1, steps, stride, steps, stride, depth))
    dy = tf.reshape(dy, (-1, channels))
    places = []
    for place in itertools.product(range(size), repeat=2):
        (row, top), (column, left) = (divmod(each, stride) for each in place)
        seen = framed[:, row : row + out, top, column : column + out, left]
        places.append(tf.matmul(tf.reshape(seen, (-1, depth)), dy, transpose_a=True))
    return tf.reshape(tf.stack(places), (size, size, depth, channels))


def predict(model: Any, inputs: Any) -> Any:
    """Return the logits; traced once per model."""
    return model.predict_on_batch(inputs)


class Step:
    """One step of gradient descent, traced once."""

    def __init__(
        self, model: Any, average: Any, optimizer: Any, weight_decay: float, offset: Any
    ) -> None:
        self._model, self._average, self._optimizer = model, average, optimizer
        self._weight_decay, self._offset = weight_decay, offset
        import tensorflow as tf

        self._tf = tf
        self._step = tf.function(self._train)

    def __call__(self, images: Any, targets: Any, learning_rate: Any, ema_decay: Any) -> Any:
        """Take the step and return its loss."""
        return self._step(images, targets, learning_rate, ema_decay)

    def sync(self) -> None:
        """Do nothing: the variables hold the state."""

    def _train(self, images: Any, targets: Any, learning_rate: Any, ema_decay: Any) -> Any:
        tf = self._tf
        with tf.GradientTape() as tape:
            logits = self._model(images[..., None] / 255.0, training=True) + self._offset
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
        weights = self._model.trainable_variables
        pairs = zip(tape.gradient(loss, weights), weights, strict=True)
        gradients = [
            gradient + self._weight_decay * weight if len(weight.shape) > 1 else gradient
            for gradient, weight in pairs
        ]
        self._optimizer.learning_rate.assign(learning_rate)
        self._optimizer.apply(gradients, weights)
        for mean, weight in zip(self._average.weights, self._model.weights, strict=True):
            mean.assign(weight + ema_decay * (mean - weight))
        return loss
