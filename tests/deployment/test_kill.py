"""Killed, or without power, at any step of a change: a whole model serves, the old or the new one.

pytest tests/deployment/test_kill.py -rP    # prints the matrix
"""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from device.system.paths import MODELS
from device.vision import bundle

pytestmark = pytest.mark.slow

NOW = bundle.find_bundles(MODELS)[0].name.removeprefix("emotion-")
OPERATIONS = {
    "first install": (NOW, "9.1.0", 25),
    "install": ("9.0.0", "9.1.0", 20),
    "use": ("9.0.0", "9.1.0", 5),
    "rollback": ("9.1.0", "9.0.0", 5),
    "keep the trial": ("9.1.0", "9.1.0", 5),
    "return by itself": ("9.1.0", "9.0.0", 5),
    "pass and prune": ("9.3.0", "9.3.0", 10),
}
"""What serves before and after, and how many steps there are at least."""


def matrix(operation: str, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.killer", operation, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    print(f"\n{operation}: killed just before this step, what serves")
    for row in rows:
        print(f"{row['step'][:60]:60} {row['killed']['version']:8} {row['cut']['version']}")
    return rows


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_whole_model_serves_whenever_it_ends(operation: str, tmp_path: Path) -> None:
    old, new, least = OPERATIONS[operation]
    rows = matrix(operation, tmp_path)
    assert len(rows) >= least
    for kind in ("killed", "cut"):
        served = [row[kind]["version"] for row in rows]
        assert (served[0], served[-1]) == (old, new)
        assert set(served) <= {old, new}
        turns = sum(before != after for before, after in pairwise(served))
        assert turns == (old != new), "the old one up to one step, the new one from there on"
        assert [row[kind]["faults"] for row in rows] == [""] * len(rows), (
            "the first choice is whole"
        )
    assert {row["again"] for row in rows[1:-1]} == {new}, "nothing that is left stands in the way"
