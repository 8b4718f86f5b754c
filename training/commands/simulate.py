"""`moodlift-train simulate`: synthesise a kiosk's feedback, and people to evaluate on."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA, positive, seed, share

if TYPE_CHECKING:
    import argparse

EXPORT, PEOPLE = "export.zip", "people"
START = 1_790_000_000.0
"""The first synthetic answer is given on 21 September 2026."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    from training.cameras import CAMERAS

    simulate = commands.add_parser(
        "simulate", help="synthesise a kiosk's feedback, to try retrain with"
    )
    simulate.set_defaults(command=run)
    simulate.add_argument("--data", type=Path, required=True, help=DATA)
    simulate.add_argument(
        "--model", type=Path, required=True, help="the bundle that the kiosk runs"
    )
    simulate.add_argument(
        "--camera", choices=CAMERAS, nargs="+", default=["plain"], help="faults of the camera"
    )
    simulate.add_argument(
        "--answers", type=positive, default=2400, help="number of people who answer (default 2400)"
    )
    simulate.add_argument(
        "--label-accuracy",
        type=share,
        default=0.88,
        help="fraction of right answers (default 0.88)",
    )
    simulate.add_argument("--limit", type=positive, help="largest number of people to evaluate on")
    simulate.add_argument("--seed", type=seed, default=1, help="random seed (default 1)")
    simulate.add_argument(
        "--out", type=Path, required=True, help=f"folder for {EXPORT} and the data set {PEOPLE}"
    )


def run(options: argparse.Namespace) -> int:
    """Make both, print the result, and return the exit code."""
    import numpy as np
    from tqdm import tqdm

    from device.vision import bundle as bundles
    from training import cameras, evaluate, synthetic_feedback, synthetic_people
    from training import data as datasets
    from training.data import cache
    from training.data.pictures import PRIVATE, PUBLIC, TRAINING, Dataset, pictures
    from training.errors import DatasetError

    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{options.out}: {error.strerror}") from error
    data, bundle = datasets.read(options.data), bundles.load(options.model)
    camera = cameras.camera(options.camera)
    bar = functools.partial(tqdm, leave=False, disable=None, unit="face")
    capture = functools.partial(
        synthetic_people.capture, camera=camera, seed=options.seed, progress=bar
    )
    some = functools.partial(evaluate.sample, seed=options.seed)
    model = (bundle.version, evaluate.bundle_predictor(bundle))
    faces = capture(some(data.split(TRAINING), options.answers))
    random = np.random.default_rng(options.seed)
    labels = synthetic_feedback.draw_labels(faces, options.label_accuracy, random)
    kept = synthetic_feedback.export(options.out / EXPORT, faces, labels, model, START)
    print(f"{options.answers} people answer, {len(faces)} faces detected, {kept} crops exported")

    most = options.limit or data.rows
    seen = {name: capture(some(data.split(name), most)) for name in (PUBLIC, PRIVATE)}
    about = {"camera": options.camera, "seed": options.seed}
    cache.write(options.out / PEOPLE, Dataset({TRAINING: pictures([]), **seen}, data.rows), about)
    print(f"written: {options.out}")
    return 0
