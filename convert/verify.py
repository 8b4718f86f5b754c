"""Verify a bundle as the device does, under each installed TFLite runtime.

The reference kernels must give the canary's outputs to one int8 step, the optimised kernels, which
the device uses, within `CANARY_TOLERANCE`. Each check runs in its own process: `tflite-runtime`
2.14 cannot load a model beside TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from device.errors import BundleError, MoodliftError
from device.vision import bundle as bundles
from device.vision.classifier import Classifier
from device.vision.interpreter import RUNTIMES, Interpreter

TIMEOUT = 120.0
"""Seconds per check."""


def installed() -> tuple[str, ...]:
    """Return the import names of the installed runtimes."""
    return tuple(name for name in RUNTIMES if find_spec(name) is not None)


def verify(path: Path) -> tuple[str, ...]:
    """Verify the bundle in a folder under each installed runtime and return their names.

    Raises BundleError with the runtime's name and the device's own reason.
    """
    names = installed()
    for name in names:
        command = [sys.executable, "-m", "convert.verify", str(path), name]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BundleError(f"{name}: no result within {TIMEOUT:.0f} s") from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise BundleError(f"{name}: {reason}")
    return names


def main() -> int:
    """Verify one bundle under one runtime: `python -m convert.verify BUNDLE RUNTIME`."""
    try:
        bundle, runtimes = bundles.load(Path(sys.argv[1])), (sys.argv[2],)
        exact = Interpreter(bundle.model, 1, runtimes, reference=True)
        bundles.verify(bundle, exact, bundles.REFERENCE, bundles.REFERENCE_TOLERANCE)
        Classifier(bundle, threads=1, runtimes=runtimes)
    except MoodliftError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
