"""Hides which TFLite runtime is installed.

LiteRT (`ai-edge-litert`) is maintained and by far the faster one; `tflite-runtime` is used where it
is the only one. Both run the same files and give the same numbers except for rounding.
"""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from device.errors import BundleError, RuntimeMissing
from device.system.stderr import silenced

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

RUNTIMES = ("ai_edge_litert", "tflite_runtime")


@cache
def runtime(names: tuple[str, ...] = RUNTIMES) -> tuple[str, Any]:
    """Return the name and the `interpreter` module of the first runtime that imports.

    Raises RuntimeMissing, naming both packages, when none does.
    """
    reasons = []
    for name in names:
        try:
            return name, importlib.import_module(f"{name}.interpreter")
        except ImportError as error:
            reasons.append(f"{name}: {error}")
    raise RuntimeMissing(
        "no TFLite runtime: install ai-edge-litert (or tflite-runtime on Python 3.11 with "
        f"numpy<2); {'; '.join(reasons)}"
    )


class Interpreter:
    """A loaded model with one input. Not thread-safe.

    `threads=None` leaves the number of threads to the runtime. With `reference` the runtime's plain
    kernels compute: far slower, but the same to one step under every runtime and on every
    processor, where the fast ones round each layer in their own way. Raises BundleError when the
    content is not a model that the runtime can run, RuntimeMissing when there is no runtime.
    """

    def __init__(
        self,
        content: bytes,
        threads: int | None = None,
        runtimes: tuple[str, ...] = RUNTIMES,
        reference: bool = False,
    ) -> None:
        self.runtime, module = runtime(runtimes)
        kinds = module.OpResolverType
        kernels = kinds.BUILTIN_REF if reference else kinds.AUTO
        try:
            with silenced(log):  # errors are raised
                self._tflite = module.Interpreter(
                    model_content=content,
                    num_threads=threads,
                    experimental_op_resolver_type=kernels,
                )
                self._tflite.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = str(error).strip().partition("\n")[0] or "it gives no reason"
            raise BundleError(f"the runtime cannot load the model: {reason}") from error
        inputs = self._tflite.get_input_details()
        if len(inputs) != 1:
            raise BundleError(f"the model has {len(inputs)} inputs where one is wanted")
        self.input: dict[str, Any] = inputs[0]
        self.outputs: list[dict[str, Any]] = self._tflite.get_output_details()

    @property
    def operators(self) -> list[str]:
        """The name of each operator; those of the file only with `reference` kernels."""
        # TFLite has no public list of a file's operators but this one.
        return [one["op_name"] for one in self._tflite._get_ops_details()]  # noqa: SLF001 (nothing public tells)

    @property
    def types(self) -> set[str]:
        """The types of all tensors, as numpy names them."""
        return {np.dtype(one["dtype"]).name for one in self._tflite.get_tensor_details()}

    def run(self, batch: NDArray[Any]) -> list[NDArray[np.float32]]:
        """Run a batch (n, ...) in the input's own dtype; return a copy of each raw output."""
        if tuple(batch.shape) != tuple(self.input["shape"]):
            self._resize(batch.shape)
        self._tflite.set_tensor(self.input["index"], batch)
        self._tflite.invoke()
        return [self._tflite.get_tensor(output["index"]) for output in self.outputs]

    def _resize(self, shape: tuple[int, ...]) -> None:
        self._tflite.resize_tensor_input(self.input["index"], shape, strict=False)
        self._tflite.allocate_tensors()
        self.input = self._tflite.get_input_details()[0]
