"""Where a run's data and models come from: recorded in its folder and checked on resume."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from training import old_names, run_folder
from training.errors import RunError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from training.data.pictures import Dataset

CHUNK = 1024
"""Pictures that are read at once: a data set may not fit into memory."""


def collect(options: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """Return names and digests of all that `moodlift-train train` is given, by option.

    Raises RunError when a file cannot be read.
    """
    digest = hashlib.sha256()
    for pictures in data.splits.values():
        digest.update(pictures.labels.tobytes())
        for start in range(0, len(pictures), CHUNK):
            digest.update(np.asarray(pictures.images[start : start + CHUNK]).tobytes())
    return {
        "data": {"name": data.name, "rows": data.rows, "sha256": digest.hexdigest()},
        "ferplus": options.ferplus and _file(options.ferplus),
        "labels": options.labels and _file(options.labels),
        "teacher": [_file(run / run_folder.MODEL) for run in options.teacher],
        "base": [_file(base) for base in options.base],
    }


def write(run: Path, provenance: dict[str, Any]) -> None:
    """Write the provenance into the run's folder. Raises RunError when that fails."""
    path = run / run_folder.PROVENANCE
    try:
        path.write_text(json.dumps(provenance, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error


def recorded(run: Path) -> bool:
    """Return whether the run's folder has a provenance."""
    return old_names.file(run, run_folder.PROVENANCE).is_file()


def read(run: Path) -> dict[str, Any]:
    """Read a run's provenance. Raises RunError when it is missing or damaged."""
    path = old_names.file(run, run_folder.PROVENANCE)
    try:
        provenance: dict[str, Any] = dict(json.loads(path.read_text("utf-8")))
        provenance["data"]["name"]  # must be there
    except FileNotFoundError as error:
        raise RunError(
            f"{run}: no {path.name}, so its inputs cannot be checked: start the run again"
        ) from error
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"{path}: damaged: {error}") from error
    return provenance


def check(run: Path, provenance: dict[str, Any]) -> None:
    """Raise RunError unless the run started with the same content, under whatever names."""
    started = read(run)
    changed = [
        f"--{name}"
        for name in provenance
        if _without_names(started.get(name)) != _without_names(provenance[name])
    ]
    if changed:
        raise RunError(f"{run}: started with other {', '.join(changed)}")


def _without_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_names(each) for each in value]
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if key != "name"}
    return value


def _file(path: Path) -> dict[str, str]:
    """Return a file's digest and its name with its folder's, which tells runs apart."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    return {"name": f"{path.resolve().parent.name}/{path.name}", "sha256": digest}
