"""What a test needs of the machine that it runs on, and CI's machines must have."""

import os
import subprocess
from typing import NoReturn

import pytest

CI = bool(os.environ.get("CI"))


def lacking(reason: str) -> NoReturn:
    """Skip the test; in CI, which must run it, fail it."""
    if CI:
        pytest.fail(reason)
    pytest.skip(reason)


def need(program: str | None, name: str, *trial: str) -> None:
    """Skip the test, which CI must run, where a program is missing, or its trial fails."""
    if not program:
        lacking(f"{name} is missing: ./install.sh test installs it")
    if trial and subprocess.run(trial, capture_output=True, check=False).returncode:
        lacking(f"{name} may do nothing here")
