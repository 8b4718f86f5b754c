"""The network: a small residual CNN that quantises well (He et al. 2015, arXiv:1512.03385).

Plain 3x3 convolutions with batch normalisation and ReLU: on the CPUs at hand they train five times
faster per multiplication than depthwise ones, and int8 kernels run them at full speed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from device.eye.crop import SIZE
from device.messages import EMOTIONS
from training import backends

if TYPE_CHECKING:
    import keras

STEM = 16
STAGES = ((32, 1), (64, 2), (128, 2), (128, 1))
"""Channels and stride of each residual block, after a first stride of 2 in the stem."""
BN_MOMENTUM = 0.9
SQUEEZED, FEWEST = 8, 8
"""A block's channels are squeezed to an eighth, and to no fewer than so many."""


def build(fast: bool = False, width: float = 1.0, squeeze: bool = False) -> keras.Model:
    """Return the untrained model: float32 crops (n, 48, 48, 1) in [0, 1] to logits (n, 7).

    `width` multiplies the channels, for teachers; `squeeze` lets every residual block weigh its
    channels by what the whole crop shows (Hu et al. 2017, arXiv:1709.01507).

    `fast` is for training: it computes in bfloat16 and normalises as the backend does fastest
    (twice the speed on a CPU with AVX512-BF16). Weights and logits are float32 in any case, and
    the weights of one form fit the other.
    """
    from keras import Input, Model, layers

    precision = "mixed_bfloat16" if fast else "float32"
    inputs = Input((SIZE, SIZE, 1), name="crop")
    x = _convolve(inputs, round(STEM * width), 1, precision)
    x = _convolve(x, round(STAGES[0][0] * width), 2, precision)
    for channels, stride in STAGES:
        x = _residual(x, round(channels * width), stride, precision, squeeze)
    x = layers.GlobalAveragePooling2D(dtype="float32")(x)
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return Model(inputs, logits, name="emotion")


def macs(model: keras.Model) -> int:
    """Count the multiplications of one crop's convolutions and dense layers."""
    from keras import layers

    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D | layers.Dense):
            weights = math.prod(layer.kernel.shape)
            total += weights * math.prod(layer.output.shape[1:-1])
    return total


def _residual(x: Any, channels: int, stride: int, precision: str, squeeze: bool) -> Any:
    """Two 3x3 convolutions beside a shortcut, which is a 1x1 one where the shape changes."""
    from keras import layers

    y = _convolve(x, channels, stride, precision)
    y = _convolve(y, channels, 1, precision, relu=False)
    if squeeze:
        y = _weigh(y, channels, precision)
    if stride != 1 or x.shape[-1] != channels:
        x = _convolve(x, channels, stride, precision, size=1, relu=False)
    x = layers.Add(dtype=precision)([x, y])
    return layers.ReLU(dtype=precision)(x)


def _weigh(y: Any, channels: int, precision: str) -> Any:
    from keras import layers

    whole = layers.GlobalAveragePooling2D(keepdims=True, dtype=precision)(y)
    few = max(FEWEST, channels // SQUEEZED)
    whole = layers.Conv2D(few, 1, activation="relu", dtype=precision)(whole)
    weights = layers.Conv2D(channels, 1, activation="sigmoid", dtype=precision)(whole)
    return layers.Multiply(dtype=precision)([y, weights])


def _convolve(
    x: Any, channels: int, stride: int, precision: str, size: int = 3, relu: bool = True
) -> Any:
    from keras import layers

    x = layers.Conv2D(
        channels,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        dtype=precision,
    )(x)
    fast = precision != "float32"
    norm = backends.start().normalization() if fast else layers.BatchNormalization
    x = norm(momentum=BN_MOMENTUM, dtype=precision)(x)
    return layers.ReLU(dtype=precision)(x) if relu else x
