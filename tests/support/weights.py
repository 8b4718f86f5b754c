"""Weights of two networks, compared."""

from __future__ import annotations

from typing import Any

import numpy as np


def alike(one: Any, other: Any, rel: float = 0.0, within: float = 0.0) -> bool:
    """Tell what `pytest.approx` tells, of a million numbers in no time."""
    assert np.shape(one) == np.shape(other)
    return bool((np.abs(one - other) <= np.maximum(rel * np.abs(other), within)).all())
