"""Run on the emulated arm64 machine: how far are a bundle's outputs from its canary's?"""

import importlib
import sys
from pathlib import Path

import numpy as np

runtime, bundle, kernels = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
module = importlib.import_module(f"{runtime}.interpreter")
interpreter = module.Interpreter(
    model_path=str(bundle / "model.tflite"),
    num_threads=1,
    experimental_op_resolver_type=module.OpResolverType[kernels],
)
interpreter.allocate_tensors()
entry, exit_ = (
    interpreter.get_input_details()[0]["index"],
    interpreter.get_output_details()[0]["index"],
)
worst = 0
with np.load(bundle / "canary.npz") as canary:
    for one, expected in zip(
        canary["inputs"],
        canary["reference" if kernels == "BUILTIN_REF" else "outputs"],
        strict=True,
    ):
        interpreter.set_tensor(entry, one[None])
        interpreter.invoke()
        output = interpreter.get_tensor(exit_)[0]
        worst = max(worst, int(np.abs(output.astype(int) - expected.astype(int)).max()))
print(f"worst {worst}")
