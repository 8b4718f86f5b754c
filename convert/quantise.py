"""Full-integer int8 quantisation after training (Jacob et al. 2017, arXiv:1712.05877)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from convert.errors import ConvertError
from device.vision import alignment
from device.vision.interpreter import Interpreter, runtime
from training.backends import tensorflow
from training.predict import as_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    from numpy.typing import NDArray

    from training.data.pictures import Pictures

SAMPLE = 300
INTEGERS = ("int8", "int32")
"""Types in a full-integer model: int8 values, int32 biases and shapes."""
CHANNELS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3}
"""The dimension of the channels in a convolution's weights."""
SCALE, ZERO = 1 / 255, -128
"""Input quantisation with which an int8 value is the pixel minus 128."""


def sample(pictures: Pictures, seed: int) -> NDArray[np.uint8]:
    """Return random standardised crops uint8 (n, 48, 48) of the pictures, for calibration.

    The first is a ramp of all 256 grey levels, so that the input's range is always 0..1.
    """
    index = np.random.default_rng(seed).permutation(len(pictures))[:SAMPLE]
    ramp = np.linspace(0, 255, alignment.SIZE * alignment.SIZE).reshape(
        1, alignment.SIZE, alignment.SIZE
    )
    return np.concatenate(
        [ramp.astype(np.uint8), alignment.standardise(np.asarray(pictures.images[index]))]
    )


def quantise(model: keras.Model, crops: NDArray[np.uint8]) -> bytes:
    """Return the TFLite file of a Keras model, int8 throughout, calibrated on `crops`.

    Raises ConvertError when an operation has no int8 form, when any tensor stays in floating
    point, or when the input is not quantised as 1/255 and -128.
    """
    tf = tensorflow.start()
    from tensorflow.lite.python.convert_phase import ConverterError

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: _batches(crops)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    try:
        with warnings.catch_warnings(), tensorflow.quiet():
            # The calibration determines the input's range.
            warnings.filterwarnings("ignore", "Statistics for quantized inputs", UserWarning)
            content = bytes(converter.convert())
    except (ValueError, RuntimeError, ConverterError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ConvertError(f"not convertible to int8: {reason}") from error
    check(content)
    return _strip_names(content)


def _strip_names(content: bytes) -> bytes:
    """Remove the names of tensors from a TFLite file, one percent of it, which nothing reads."""
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    flatbuffer_utils.strip_strings(model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def check(content: bytes) -> dict[str, int]:
    """Check that a TFLite file is full-integer with the device's input; count its operators.

    Raises ConvertError for a tensor in floating point or a convolution whose weights have one scale
    for all channels, and BundleError when the runtime cannot load the file.
    """
    interpreter = Interpreter(content, threads=1)
    scale, zero = interpreter.input["quantization"]
    plain = runtime()[1].Interpreter(
        model_content=content,
        experimental_op_resolver_type=runtime()[1].OpResolverType.BUILTIN_REF,
    )
    tensors = {tensor["index"]: tensor for tensor in plain.get_tensor_details()}
    kinds = [(tensor["name"], np.dtype(tensor["dtype"]).name) for tensor in tensors.values()]
    floats = [f"{name} ({kind})" for name, kind in kinds if kind not in INTEGERS]
    if floats:
        raise ConvertError(f"not full-integer: {len(floats)} tensors are not, first {floats[0]}")
    if abs(scale - SCALE) > 1e-6 or zero != ZERO:
        raise ConvertError(f"input quantised as {scale}, {zero}, expected 1/255, {ZERO}")
    ends = [np.dtype(end["dtype"]).name for end in (interpreter.input, *interpreter.outputs)]
    if ends != ["int8", "int8"]:
        raise ConvertError(f"input and outputs are {ends}, expected one int8 each")
    return _operators(plain, tensors)


def _operators(plain: Any, tensors: dict[int, Any]) -> dict[str, int]:
    """Count the operators. Raises ConvertError when one has no int8 form or one scale for all."""
    counts: dict[str, int] = {}
    # TFLite has no public list of a file's operators.
    for operator in plain._get_ops_details():  # noqa: SLF001 (see above)
        name = operator["op_name"]
        counts[name] = counts.get(name, 0) + 1
        if name in CHANNELS:
            weights = tensors[operator["inputs"][1]]
            scales = weights["quantization_parameters"]["scales"]
            if len(scales) != weights["shape"][CHANNELS[name]]:
                raise ConvertError(f"{weights['name']}: {len(scales)} scales, not one a channel")
    strange = sorted(set(counts) & {"CUSTOM", "DEQUANTIZE", "QUANTIZE", "DELEGATE"})
    if strange:
        raise ConvertError(f"not int8 from end to end: it has {' and '.join(strange)}")
    return counts


def _batches(crops: NDArray[np.uint8]) -> Iterator[list[Any]]:
    for one in as_input(crops):
        yield [one[None]]
