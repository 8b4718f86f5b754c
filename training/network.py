"""The network: a small residual CNN that quantises well (He et al. 2015, arXiv:1512.03385).

Plain 3x3 convolutions with batch normalisation and ReLU: on the CPUs at hand they train five times
faster per multiplication than depthwise ones, and int8 kernels run them at full speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import EMOTIONS
from device.vision.alignment import SIZE
from training import backends

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from training.recipe import Recipe

STEM = 16
STAGES = ((32, 1), (64, 2), (128, 2), (128, 1))
"""Channels and stride of each residual block, after a first stride of 2 in the stem."""
BN_MOMENTUM = 0.9
FIRST = "_first"
CONVOLUTION, NORMALIZATION = "_convolution", "_normalization"
"""Suffixes of the names of layers that `fold` joins."""
LOGITS, TOP = "logits", "top"
SE_REDUCTION, SE_MIN_CHANNELS = 8, 8
"""Squeeze-and-excite reduces a block's channels to an eighth, and to at least 8."""


def build(settings: Recipe, mixed_precision: bool = False, folded: bool = False) -> keras.Model:
    """Return the untrained model: float32 crops (n, 48, 48, 1) in [0, 1] to logits (n, 7).

    `settings.width` multiplies the channels, for teachers. `squeeze_excite` adds squeeze-and-excite
    to each residual block (Hu et al. 2017, arXiv:1709.01507). `top_channels` adds one more block of
    half the resolution, pooled beside the last one.

    `mixed_precision` is for training: bfloat16 and the backend's fastest layers (twice the speed on
    a CPU with AVX512-BF16). Weights and logits are float32 in any case, and the weights of one form
    fit the other. `folded` leaves the normalisations out: see `fold`.
    """
    from keras import Input, Model, layers

    width = settings.width
    builder = _Builder(
        "mixed_bfloat16" if mixed_precision else "float32", settings.squeeze_excite, folded
    )
    inputs = Input((SIZE, SIZE, 1), name="crop")
    x = builder.convolution("stem1", inputs, round(STEM * width))
    x = builder.convolution("stem2", x, round(STAGES[0][0] * width), stride=2)
    for number, (channels, stride) in enumerate(STAGES, 1):
        x = builder.block(f"block{number}", x, round(channels * width), stride)
    pooled = layers.GlobalAveragePooling2D(dtype="float32")(x)
    if settings.top_channels:
        x = builder.block(TOP, x, round(settings.top_channels * width), 2)
        top = layers.GlobalAveragePooling2D(dtype="float32")(x)
        pooled = layers.Concatenate(dtype="float32")([pooled, top])
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name=LOGITS)(pooled)
    return Model(inputs, logits, name="emotion")


def fold(settings: Recipe, trained: keras.Model) -> keras.Model:
    """Return a trained model for inference, two to three times as fast.

    Its normalisations are folded into the convolutions before them. It computes in the precision of
    `settings`, which are those of its training. Raises ValueError when the model does not fit them.
    """
    whole = build(settings)
    whole.set_weights(trained.get_weights())
    folded = build(settings, settings.mixed_precision, folded=True)
    for layer in folded.layers:
        weights = whole.get_layer(layer.name).get_weights() if layer.weights else []
        if layer.name.endswith(CONVOLUTION):
            norm = whole.get_layer(layer.name.replace(CONVOLUTION, NORMALIZATION))
            gamma, beta, mean, variance = norm.get_weights()
            scale = gamma / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * scale, beta - mean * scale]
        if weights:
            layer.set_weights(weights)
    return folded


def initialize_from(model: keras.Model, trained: keras.Model) -> None:
    """Set a model's weights from a trained one, so that it predicts the same.

    The trained one may be narrower by a whole factor (Net2Net; Chen et al. 2015, arXiv:1511.05641),
    and may lack the top block, whose weights in the last layer then start at 0. Raises ValueError
    when the networks differ otherwise.
    """
    named = {layer.name for layer in trained.layers if layer.weights}
    new = {layer.name for layer in model.layers if layer.weights} - named
    if not all(name.startswith(TOP) for name in new):
        raise ValueError(f"no layer {min(new)}")
    random = np.random.default_rng(0)
    for old in trained.layers:
        weights = old.get_weights()
        if not weights:
            continue
        layer = model.get_layer(old.name)
        shapes = [tuple(each.shape) for each in layer.weights]
        if old.name == LOGITS and new:
            # The top block comes last, with weights of 0.
            channels = model.get_layer(TOP + FIRST + CONVOLUTION).kernel.shape[-2]
            kernel = _widen(weights[0], (channels, len(EMOTIONS)), random)
            weights[0] = np.pad(kernel, ((0, shapes[0][0] - channels), (0, 0)))
        pairs = zip(weights, shapes, strict=True)
        layer.set_weights([_widen(weight, shape, random) for weight, shape in pairs])


def _widen(
    weight: NDArray[np.float32], shape: tuple[int, ...], random: np.random.Generator
) -> NDArray[np.float32]:
    """Return a layer's weights for more channels: each channel is copied a whole number of times.

    The outgoing weights of copies sum to the original's, with random differences so that the copies
    learn different features. Raises ValueError when `shape` is not a multiple.
    """
    if len(weight.shape) != len(shape) or any(np.remainder(shape, weight.shape)):
        raise ValueError(f"weights of shape {weight.shape}, expected {shape}")
    if weight.ndim == 1:
        return np.repeat(weight, shape[0] // len(weight))
    copies = shape[-2] // weight.shape[-2]
    wide = np.repeat(weight, shape[-1] // weight.shape[-1], axis=-1)[..., None, :]
    noise = random.normal(0, wide.std() / math.sqrt(copies), (*wide.shape[:-2], copies, shape[-1]))
    noise -= noise.mean(axis=-2, keepdims=True)
    widened: NDArray[np.float32] = (wide / copies + noise).reshape(shape).astype(np.float32)
    return widened


def freeze_batch_norm(model: keras.Model) -> None:
    """Exclude a model's normalisations from training.

    Pictures from another distribution would else change their statistics at once.
    """
    for layer in model.layers:
        if layer.name.endswith(NORMALIZATION):
            layer.trainable = False


def macs(model: keras.Model) -> int:
    """Count the multiplications of one crop's convolutions and dense layers."""
    from keras import layers

    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D | layers.Dense):
            weights = math.prod(layer.kernel.shape)
            total += weights * math.prod(layer.output.shape[1:-1])
    return total


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds the parts of a network, each with a unique name."""

    precision: str
    squeeze_excite: bool
    folded: bool

    def block(self, name: str, x: Any, channels: int, stride: int) -> Any:
        """Two 3x3 convolutions beside a shortcut, which is a 1x1 one where the shape changes."""
        from keras import layers

        y = self.convolution(name + FIRST, x, channels, stride)
        y = self.convolution(f"{name}_second", y, channels, relu=False)
        if self.squeeze_excite:
            y = self._excite(name, y, channels)
        if stride != 1 or x.shape[-1] != channels:
            x = self.convolution(f"{name}_shortcut", x, channels, stride, size=1, relu=False)
        x = layers.Add(dtype=self.precision)([x, y])
        return layers.ReLU(dtype=self.precision)(x)

    def convolution(
        self, name: str, x: Any, channels: int, stride: int = 1, size: int = 3, relu: bool = True
    ) -> Any:
        from keras import layers

        convolution, normalization = layers.Conv2D, layers.BatchNormalization
        if self.precision != "float32" and not self.folded:
            backend = backends.start()
            convolution, normalization = backend.convolution(), backend.normalization()
        x = convolution(
            channels,
            size,
            strides=stride,
            padding="same",
            use_bias=self.folded,
            kernel_initializer="he_normal",
            dtype=self.precision,
            name=name + CONVOLUTION,
        )(x)
        if not self.folded:
            x = normalization(
                momentum=BN_MOMENTUM, dtype=self.precision, name=name + NORMALIZATION
            )(x)
        return layers.ReLU(dtype=self.precision)(x) if relu else x

    def _excite(self, name: str, y: Any, channels: int) -> Any:
        from keras import layers

        whole = layers.GlobalAveragePooling2D(keepdims=True, dtype=self.precision)(y)
        few = max(SE_MIN_CHANNELS, channels // SE_REDUCTION)
        whole = layers.Conv2D(
            few, 1, activation="relu", dtype=self.precision, name=f"{name}_squeeze"
        )(whole)
        weights = layers.Conv2D(
            channels, 1, activation="sigmoid", dtype=self.precision, name=f"{name}_excite"
        )(whole)
        return layers.Multiply(dtype=self.precision)([y, weights])
