"""What a run was fed: noted in its folder, so that it goes on with the same, or not at all."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from training.errors import RunError
from training.loop import MODEL

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from training.data.pictures import Dataset

NOTE = "inputs.json"
AT_ONCE = 1024
"""Pictures that are read at once: there may be many more than fit into memory."""


def of(options: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """Return the names and digests of what the options of `moodlift-train train` name, by option.

    Raises RunError when a file cannot be read.
    """
    digest = hashlib.sha256()
    for pictures in data.splits.values():
        digest.update(pictures.labels.tobytes())
        for start in range(0, len(pictures), AT_ONCE):
            digest.update(np.asarray(pictures.images[start : start + AT_ONCE]).tobytes())
    return {
        "data": {"name": data.name, "rows": data.rows, "sha256": digest.hexdigest()},
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
        noted["data"]["name"]  # which everybody asks for
    except FileNotFoundError as error:
        raise RunError(f"{run}: has no {NOTE} of what it was fed: begin it anew") from error
    except OSError as error:
        raise RunError(f"{run / NOTE}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"{run / NOTE}: damaged: {error}") from error
    return noted


def check(run: Path, given: dict[str, Any]) -> None:
    """Raise RunError unless the run was begun with the very same, whatever it is called now."""
    begun = read(run)
    changed = [f"--{name}" for name in given if _bare(begun.get(name)) != _bare(given[name])]
    if changed:
        raise RunError(f"{run}: was begun with other {', '.join(changed)}")


def _bare(noted: Any) -> Any:
    """Return what is noted without the names."""
    if isinstance(noted, list):
        return [_bare(each) for each in noted]
    if isinstance(noted, dict):
        return {key: value for key, value in noted.items() if key != "name"}
    return noted


def _file(path: Path) -> dict[str, str]:
    """Return a file's name, with its folder's, which is what tells runs apart, and its digest."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    return {"name": f"{path.resolve().parent.name}/{path.name}", "sha256": digest}
