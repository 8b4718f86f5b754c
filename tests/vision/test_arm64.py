"""The shipped model gives the same int8 outputs on an emulated Raspberry Pi 4."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from device.system.paths import MODELS
from device.vision.bundle import CANARY_TOLERANCE, REFERENCE_TOLERANCE, find_bundles
from tests.support.needs import lacking

pytestmark = pytest.mark.slow

QEMU = shutil.which("qemu-aarch64-static")
SYSROOT = Path(os.environ.get("MOODLIFT_ARM64", ""))


@pytest.fixture(scope="module")
def python() -> list[str]:
    interpreters = sorted(SYSROOT.glob("usr/bin/python3.*[0-9]")) if SYSROOT.name else []
    if not (QEMU and interpreters):
        lacking("no emulated arm64 machine: needs qemu-user-static and $MOODLIFT_ARM64")
    flags = ["-cpu", "cortex-a72", "-L", str(SYSROOT), "-E", f"PYTHONPATH={SYSROOT / 'site'}"]
    return [QEMU, *flags, str(interpreters[0])]


@pytest.mark.parametrize(
    ("runtime", "kernels", "steps"),
    [
        ("ai_edge_litert", "AUTO", 1),
        ("tflite_runtime", "AUTO", CANARY_TOLERANCE),
        ("ai_edge_litert", "BUILTIN_REF", REFERENCE_TOLERANCE),
        ("tflite_runtime", "BUILTIN_REF", REFERENCE_TOLERANCE),
    ],
)
def test_the_canary_comes_out_the_same_on_arm64(
    python: list[str], runtime: str, kernels: str, steps: int
) -> None:
    script = Path(__file__).parents[1] / "rig" / "arm64" / "canary.py"
    bundle = find_bundles(MODELS)[0]
    command = [*python, str(script), runtime, str(bundle), kernels]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("worst "), result.stdout
    assert int(result.stdout.split()[1]) <= steps


def test_it_is_another_machine_that_answers(python: list[str]) -> None:
    script = "import platform; print(platform.machine())"
    result = subprocess.run([*python, "-c", script], capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "aarch64", result.stderr
