"""A training run's state on disk, from which a killed run resumes with the same result."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def save(path: Path, epoch: int, groups: Mapping[str, Sequence[Any]]) -> None:
    """Write the variables of each group after `epoch` finished epochs, atomically."""
    arrays = {
        f"{group}/{index}": np.asarray(variable)
        for group, variables in groups.items()
        for index, variable in enumerate(variables)
    }
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.savez(stream, epoch=np.int64(epoch), **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def restore(path: Path, groups: Mapping[str, Sequence[Any]]) -> int:
    """Set the variables of each group and return the number of finished epochs.

    Raises RunError when the file is missing, damaged, or from another network.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            for group, variables in groups.items():
                for index, variable in enumerate(variables):
                    variable.assign(arrays[f"{group}/{index}"])
            return int(arrays["epoch"])
    except OSError as error:
        raise RunError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: damaged or not a checkpoint of this network: {error}") from error
