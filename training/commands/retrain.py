"""`moodlift-train retrain`: fine-tune a model on kiosks' feedback, and keep it if it is better."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA, factor, fraction, positive, seed, share, version

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_BETTER = 3
"""The exit code when the new model is not better."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    retrain = commands.add_parser(
        "retrain",
        help="fine-tune a model on kiosks' feedback",
        epilog=f"exit code: 0, 2 after an error, {NOT_BETTER} when the new model is not better",
    )
    retrain.set_defaults(command=run)
    add = retrain.add_argument
    add(
        "--feedback",
        type=Path,
        nargs="+",
        required=True,
        help="exports of kiosks, or unpacked ones",
    )
    add("--base", type=Path, required=True, help="bundle or run to fine-tune and to compare with")
    add("--data", type=Path, required=True, help=f"what the base was trained on: {DATA}")
    add("--run", type=Path, required=True, help="folder of the run, its report and the bundle")
    add("--version", type=version, required=True, help="version of the new bundle, such as 0.5.0")
    add("--labels", type=Path, help="soft labels of the data, from the distil command (.npz)")
    add("--teacher", type=Path, action="append", default=[], metavar="RUN",
        help="teacher for old pictures, in place of the base; may be repeated")  # fmt: skip
    add("--also", type=_named, action="append", default=[], metavar="NAME=DATA",
        help="other labelled pictures to evaluate both models on; may be repeated")  # fmt: skip
    add("--force", action="store_true", help="make the bundle even if it is not better")
    add("--resume", action="store_true", help="continue from the run's checkpoint, if any")
    group = retrain.add_argument_group("training")
    for name, (kind, words) in SETTINGS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, help=words)
    group.add_argument("--limit", type=positive, help="old pictures to use (default 16000)")
    group.add_argument("--threads", type=positive, default=1, help="threads (default 1)")
    group.add_argument("--prefetch", type=positive, nargs="?", const=1, default=0, metavar="N",
        help="prefetch batches in N worker processes (default 1)")  # fmt: skip
    group.add_argument("--float32", action="store_true", help="for CPUs without AVX512-BF16")


SETTINGS: dict[str, tuple[Callable[[str], float], str]] = {
    "epochs": (positive, "passes over the data (default 6)"),
    "seed": (seed, "random seed (default 1)"),
    "learning_rate": (factor, "peak learning rate (default 0.004)"),
    "feedback_fraction": (fraction, "fraction of crops from feedback (default 0.15)"),
    "degraded_fraction": (share, "fraction of degraded old pictures (default 0.35)"),
    "feedback_label_accuracy": (fraction, "how often people's answers are right (default 0.85)"),
}
"""Options for fields of `training.retraining.job.Changes`."""


def _named(text: str) -> tuple[str, Path]:
    """Read `NAME=DATA`."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError("must be NAME=DATA")
    return name, Path(path)


def run(options: argparse.Namespace) -> int:
    """Train, convert, compare, print the result, and return the exit code."""
    from tqdm import tqdm

    from training import backends
    from training.commands.train import report
    from training.retraining.job import Job, RecipeOverrides
    from training.retraining.page import PAGE

    backends.require_tensorflow()
    given = {name: getattr(options, name) for name in (*SETTINGS, "limit")}
    settings = {name: value for name, value in given.items() if value is not None}
    overrides = RecipeOverrides(**settings, mixed_precision=not options.float32)
    job = Job(
        options.feedback, options.base, options.data, options.run, options.version, overrides,
        options.labels, options.teacher, dict(options.also), _convert(options.data), _echo,
    )  # fmt: skip
    bar = functools.partial(tqdm, leave=False, disable=None, unit="batch", dynamic_ncols=True)
    job.train(
        options.resume,
        bar,
        lambda epoch: report(epoch, overrides.epochs),
        options.threads,
        options.prefetch,
    )
    bundle, objections = job.evaluate(options.force)
    _echo(f"written: {options.run / PAGE}")
    for each in objections:
        print(f"moodlift-train: {each}", file=sys.stderr)
    if bundle is None:
        print("moodlift-train: no bundle was made; --force makes one anyway", file=sys.stderr)
        return NOT_BETTER
    _echo(f"written: {bundle}")
    return 0


def _echo(line: str) -> None:
    print(line, flush=True)


def _convert(data: Path) -> Callable[[Path, Path, str, float, float], Path]:
    """Return the conversion of a Keras file, which `training` itself does not import."""
    from datetime import UTC, datetime

    from convert.job import Job

    today = datetime.now(UTC).date()

    def convert(
        model: Path, out: Path, version: str, class_balance: float, neutral_weight: float
    ) -> Path:
        job = Job([model], data, version, out, today, class_balance, neutral_weight)
        return job.run(replace=False, echo=_echo)

    return convert
