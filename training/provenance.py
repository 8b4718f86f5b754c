"""What a run was fed: noted in its folder, so that it goes on with the same, or not at all."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from training.errors import RunError
from training.loop import MODEL

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from training.data.pictures import Dataset

NOTE = "inputs.json"


def of(options: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """Return the names and digests of what the options of `moodlift-train train` name, by option.

    Of the data set it is the labels' digest, since pictures may be many more than fit into memory.
    Raises RunError when a file cannot be read.
    """
    labels = hashlib.sha256()
    for pictures in data.splits.values():
        labels.update(pictures.labels.tobytes())
    return {
        "data": {"name": data.name, "rows": data.rows, "labels": labels.hexdigest()},
        "ferplus": options.ferplus and _file(options.ferplus),
        "labels": options.labels and _file(options.labels),
        "teacher": [_file(run / MODEL) for run in options.teacher],
        "base": [_file(base) for base in options.base],
    }


def write(run: Path, given: dict[str, Any]) -> None:
    """Note it in the run's folder. Raises RunError when that cannot be written."""
    try:
        (run / NOTE).write_text(json.dumps(given, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise RunError(f"{run / NOTE}: {error.strerror}") from error


def read(run: Path) -> dict[str, Any]:
    """Read a run's note. Raises RunError when there is none, or it is damaged."""
    try:
        noted: dict[str, Any] = dict(json.loads((run / NOTE).read_text("utf-8")))
    except OSError as error:
        raise RunError(f"{run / NOTE}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise RunError(f"{run / NOTE}: damaged: {error}") from error
    return noted


def check(run: Path, given: dict[str, Any]) -> None:
    """Raise RunError unless the run was begun with the very same."""
    begun = read(run)
    changed = [f"--{name}" for name in given if begun.get(name) != given[name]]
    if changed:
        raise RunError(f"{run}: was begun with other {', '.join(changed)}")


def _file(path: Path) -> dict[str, str]:
    """Return a file's name, with its folder's, which is what tells runs apart, and its digest."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    return {"name": f"{path.resolve().parent.name}/{path.name}", "sha256": digest}
