"""`moodlift-train prepare`: check a data set, convert it once, and print its statistics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.commands.options import DATA, positive, seed

if TYPE_CHECKING:
    import argparse

    from training.data.duplicates import Duplicates
    from training.data.pictures import Dataset


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    prepare = commands.add_parser("prepare", help="check a data set, and convert it once")
    prepare.set_defaults(command=run)
    prepare.add_argument("--data", type=Path, required=True, help=DATA)
    prepare.add_argument(
        "--ferplus", type=Path, help="FER+ votes to check: fer2013new.csv, also compressed"
    )
    prepare.add_argument("--out", type=Path, help="folder for the prepared data set")
    prepare.add_argument(
        "--drop-duplicates",
        action="store_true",
        help="drop Training pictures that are, exactly or nearly, in a test split",
    )
    prepare.add_argument(
        "--landmarks",
        action="store_true",
        help="detect key points with the device's detector (10 minutes), once for all runs",
    )
    prepare.add_argument(
        "--seed", type=seed, default=1, help="random seed of --landmarks (default 1)"
    )
    prepare.add_argument("--shard", type=positive, help="pictures per file (default 16384)")
    prepare.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Check, convert, print, and return the exit code."""
    from training import data as datasets
    from training.data import cache, duplicates

    data = datasets.read(options.data)
    about = _about(options, data)
    found = duplicates.find(data)
    about["duplicates"] = found.counts()
    if options.drop_duplicates:
        data, about["dropped"] = _drop(data, found)
        about["classes"] = _classes(data)
    if options.landmarks:
        data = _with_landmarks(data, options.seed, options.json)
    if options.out:
        cache.write(options.out, data, about, options.shard or cache.SHARD)
    print(json.dumps(about) if options.json else _text(about, options.out))
    return 0


def _about(options: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    about: dict[str, Any] = {
        "source": data.name,
        "broken": list(data.broken),
        "notes": list(data.notes),
        "classes": _classes(data),
    }
    if options.ferplus:
        from training.data import ferplus
        from training.data.pictures import TRAINING

        pictures = data.split(TRAINING)
        votes = ferplus.read(options.ferplus, data.rows)
        about["ferplus_agreement"] = round(ferplus.check(votes, pictures), 4)
        about["not_a_face"] = int((~votes.face[pictures.rows]).sum())
    return about


def _classes(data: Dataset) -> dict[str, dict[str, int]]:
    import numpy as np

    from device.messages import EMOTIONS

    return {
        name: dict(
            zip(EMOTIONS, np.bincount(pictures.labels, minlength=7).tolist(), strict=True),
        )
        for name, pictures in data.splits.items()
    }


def _drop(data: Dataset, found: Duplicates) -> tuple[Dataset, int]:
    """Return the data set without Training pictures that are in a test split, and their number."""
    import dataclasses

    import numpy as np

    from training.data.pictures import TRAINING

    pictures = data.splits[TRAINING]
    leaking = found.leaking()[: len(pictures)]
    kept = pictures.take(np.flatnonzero(~leaking))
    splits = {**data.splits, TRAINING: kept}
    return dataclasses.replace(data, splits=splits), int(leaking.sum())


def _with_landmarks(data: Dataset, seed: int, quiet: bool) -> Dataset:
    import dataclasses
    import functools

    from tqdm import tqdm

    from training import landmarks
    from training.data.pictures import TRAINING
    from training.run_setup import SCENES

    bar = functools.partial(tqdm, leave=False, disable=True if quiet else None, unit="picture")
    pictures = data.split(TRAINING)
    marks = landmarks.find(pictures, SCENES, seed, bar)
    splits = {**data.splits, TRAINING: dataclasses.replace(pictures, landmarks=marks)}
    return dataclasses.replace(data, splits=splits)


def _text(about: dict[str, Any], out: Path | None) -> str:
    """Return the statistics as text."""
    classes = about["classes"]
    names = list(next(iter(classes.values())))
    lines = [f"{about['source']}: {sum(sum(row.values()) for row in classes.values())} pictures"]
    lines += [f"skipped: {reason}" for reason in about["broken"]]
    lines += about["notes"]
    lines.append(f"{'':<12}" + "".join(name.rjust(10) for name in [*names, "all"]))
    for split, row in classes.items():
        counts = [*row.values(), sum(row.values())]
        lines.append(f"{split:<12}" + "".join(str(count).rjust(10) for count in counts))
    if "ferplus_agreement" in about:
        lines.append(
            f"FER+: the majority agrees with the label in {about['ferplus_agreement']:.1%}; "
            f"{about['not_a_face']} Training pictures show no face"
        )
    for kind, splits in about["duplicates"].items():
        for name, count in splits.items():
            if count["pairs"]:
                lines.append(
                    f"{kind} duplicates in {name}: {count['pairs']} pairs, "
                    f"{count['same_label']} with the same label"
                )
    if "dropped" in about:
        lines.append(f"dropped from Training: {about['dropped']}")
    if out:
        lines.append(f"written: {out}")
    return "\n".join(lines)
