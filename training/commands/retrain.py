"""`moodlift-train retrain`: learn from what people told kiosks, and keep it only if it helped."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA, factor, part, positive, seed, share, version

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = 3
"""The exit code when the new model is no better."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    retrain = commands.add_parser(
        "retrain",
        help="learn from what people told kiosks",
        epilog=f"exit code: 0, 2 after an error, {REFUSED} when the new model is no better",
    )
    retrain.set_defaults(command=run)
    add = retrain.add_argument
    add("--feedback", type=Path, nargs="+", required=True, help="archives that kiosks exported")
    add("--base", type=Path, required=True, help="bundle or run to start from and to beat")
    add("--data", type=Path, required=True, help=f"what the base was trained on: {DATA}")
    add("--run", type=Path, required=True, help="folder for the run, the report and the bundle")
    add("--version", type=version, required=True, help="of the new bundle, such as 0.5.0")
    add("--labels", type=Path, help="soft labels of the data, by the distil command (.npz)")
    add("--teacher", type=Path, action="append", default=[], metavar="RUN",
        help="answers for old pictures in the base's place; may be given again")  # fmt: skip
    add("--also", type=_named, action="append", default=[], metavar="NAME=DATA",
        help="other labelled pictures to measure both on; may be given again")  # fmt: skip
    add("--force", action="store_true", help="make the bundle also when it is no better")
    add("--resume", action="store_true", help="go on from the run's checkpoint, if there is one")
    group = retrain.add_argument_group("how it learns")
    for name, (kind, words) in SETTINGS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, help=words)
    group.add_argument("--limit", type=positive, help="old pictures to use (default 16000)")
    group.add_argument("--threads", type=positive, default=1, help="threads (default 1)")
    group.add_argument("--ahead", type=positive, nargs="?", const=1, default=0, metavar="N",
        help="make the batches on N more cores (default 1)")  # fmt: skip
    group.add_argument(
        "--float32", action="store_true", help="for CPUs without AVX512-BF16 (half the speed there)"
    )


SETTINGS: dict[str, tuple[Callable[[str], float], str]] = {
    "epochs": (positive, "passes over the data (default 6)"),
    "seed": (seed, "seed of everything random (default 1)"),
    "rate": (factor, "highest learning rate (default 0.004)"),
    "share": (part, "how much of what is shown are new crops (default 0.15)"),
    "disguised": (share, "how much are old pictures that look new (default 0.35)"),
    "trust": (part, "how often people's answers are right (default 0.85)"),
}
"""What the command line may change of `training.retraining.job.Changes`."""


def _named(text: str) -> tuple[str, Path]:
    """Read `NAME=DATA`."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError("must be NAME=DATA")
    return name, Path(path)


def run(options: argparse.Namespace) -> int:
    """Train, convert, compare, say what came out, and return the exit code."""
    from tqdm import tqdm

    from training import backends
    from training.commands.train import report
    from training.retraining.job import Changes, Job
    from training.retraining.page import PAGE

    backends.need_tensorflow()
    given = {name: getattr(options, name) for name in (*SETTINGS, "limit")}
    given["feedback"] = given.pop("share")
    settings = {name: value for name, value in given.items() if value is not None}
    changes = Changes(**settings, fast=not options.float32)
    job = Job(
        options.feedback, options.base, options.data, options.run, options.version, changes,
        options.labels, options.teacher, dict(options.also), _convert(options.data), _say,
    )  # fmt: skip
    bar = functools.partial(tqdm, leave=False, disable=None, unit="batch", dynamic_ncols=True)
    job.train(
        options.resume,
        bar,
        lambda epoch: report(epoch, changes.epochs),
        options.threads,
        options.ahead,
    )
    bundle, objections = job.judge(options.force)
    _say(f"written: {options.run / PAGE}")
    for each in objections:
        print(f"moodlift-train: {each}", file=sys.stderr)
    if bundle is None:
        print("moodlift-train: no bundle is made; --force makes it all the same", file=sys.stderr)
        return REFUSED
    _say(f"written: {bundle}")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _convert(data: Path) -> Callable[[Path, Path, str, float, float], Path]:
    """Return what converts a Keras file: the one thing here that is not of `training`."""
    from datetime import UTC, datetime

    from convert.job import Job

    today = datetime.now(UTC).date()

    def convert(model: Path, out: Path, version: str, evenness: float, calm: float) -> Path:
        job = Job([model], data, version, out, today, evenness, calm)
        return job.run(replace=False, say=_say)

    return convert
