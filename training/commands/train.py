"""`moodlift-train train`: train a model."""

from __future__ import annotations

import argparse
import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING

from training import distributed
from training.commands.options import DATA, factor, positive, seed, setting, share

if TYPE_CHECKING:
    from training.loop import Epoch


NARROWEST, WIDEST = 0.25, 8.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    train = commands.add_parser("train", help="train a model")
    train.set_defaults(command=run)
    train.add_argument("--data", type=Path, required=True, help=DATA)
    train.add_argument("--ferplus", type=Path, help="fer2013new.csv[.xz|...], the taggers' votes")
    train.add_argument("--run", type=Path, required=True, help="folder of the run")
    train.add_argument("--epochs", type=positive, help="passes over the data (default: recipe's)")
    train.add_argument("--seed", type=seed, help="seed of everything random (default: recipe's)")
    train.add_argument("--limit", type=positive, help="use only so many pictures (to try it out)")
    train.add_argument("--max-hours", type=factor, help="stop in time; --resume goes on")
    train.add_argument("--threads", type=positive, default=1, help="threads (default 1)")
    train.add_argument(
        "--float32", action="store_true", help="for CPUs without AVX512-BF16 (half the speed there)"
    )
    train.add_argument("--labels", type=Path, help="soft labels, by the distil command (.npz)")
    train.add_argument(
        "--base", type=Path, action="append", default=[],
        help="a trained model.keras to start from, as wide or narrower; of several, their mean",
    )  # fmt: skip
    train.add_argument("--rate", type=factor, help="highest learning rate (default 0.1)")
    train.add_argument(
        "--teacher",
        type=Path,
        action="append",
        default=[],
        help="a finished run that answers for each picture; may be given again",
    )
    train.add_argument(
        "--ahead", type=positive, nargs="?", const=1, default=0, metavar="N",
        help="make the batches in N processes of their own (default 1): as many more cores",
    )  # fmt: skip
    train.add_argument(
        "--fold", type=_fold, metavar="I/K", help="keep fold I (from 0) of K out, for distil"
    )
    train.add_argument("--width", type=_width, help="times the channels, for teachers (default 1)")
    train.add_argument(
        "--squeeze", action="store_true", default=None, help="squeeze and excite in each block"
    )
    train.add_argument(
        "--top", type=positive, help="channels of one more block of half the resolution"
    )
    train.add_argument(
        "--balance", type=share, help="0 leaves rare classes rare, 1 makes all alike (default 0)"
    )
    train.add_argument(
        "--settle", type=share, help="share of the epochs, the last, that change little (default 0)"
    )
    train.add_argument(
        "--detected-chance",
        type=share,
        help="share of the crops that are cut as the detector sees them (default 0.3)",
    )
    train.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other setting of the recipe, such as shift=4; may be given again",
    )
    train.add_argument(
        "--resume", action="store_true", help="with the same inputs, go on from the checkpoint"
    )
    distributed.add_options(train)


def _fold(text: str) -> tuple[int, int]:
    """Read `I/K`. Raises ArgumentTypeError unless 0 <= I < K and K is at least 2."""
    first, _, second = text.partition("/")
    try:
        number, count = int(first), int(second)
    except ValueError:
        number, count = -1, 0
    if not 0 <= number < count or count < 2:
        raise argparse.ArgumentTypeError("must be I/K with I from 0 to K-1 and K at least 2")
    return number, count


def _width(text: str) -> float:
    """Read a factor of the channels. Raises ArgumentTypeError unless it is 0.25 to 8."""
    factor = float(text)
    if not NARROWEST <= factor <= WIDEST:
        raise argparse.ArgumentTypeError(f"must be {NARROWEST} to {WIDEST}")
    return factor


def run(options: argparse.Namespace) -> int:
    """Train, and return the exit code."""
    from tqdm import tqdm

    from training import data as datasets
    from training import provenance, run_setup
    from training.data import ferplus
    from training.errors import RunError
    from training.loop import Run
    from training.teachers import Teachers

    options.fold, options.folds = options.fold or (None, None)
    settings = run_setup.recipe(options)
    if options.max_hours and options.processes > 1:
        raise RunError("--max-hours is for one process: several would stop by a clock each")
    part = distributed.join(options.processes, options.process, options.coordinator)
    say = functools.partial(print, flush=True) if part.first else _silent
    say(f"reading {options.data}")
    data = datasets.read(options.data)
    for note in data.notes:
        say(note)
    votes = ferplus.read(options.ferplus, data.rows) if options.ferplus else None
    pictures, targets, public = run_setup.data(data, votes, settings, options.labels)
    given = provenance.of(options, data)
    if options.resume:
        provenance.check(options.run, given)
    elif part.first:
        run_setup.folder(options.run, settings)
        provenance.write(options.run, given)
    if settings.detected_chance and pictures.landmarks is None:
        if part.processes > 1:
            raise RunError(f"{options.data}: for several processes, prepare it with --landmarks")
        say("looking for eyes and mouths as the device does")
    pictures = run_setup.detected(options.run, pictures, settings)
    bar = functools.partial(
        tqdm, leave=False, disable=None if part.first else True, unit="batch", dynamic_ncols=True
    )
    teachers = (
        Teachers(options.teacher, targets, mirrored=True, asked=settings.asked)
        if options.teacher
        else None
    )
    run = Run(
        options.run, settings, pictures, targets, public, options.threads, bar, part, teachers,
        options.ahead,
    )  # fmt: skip
    if options.base:
        run.start_from(*options.base)
    if options.resume:
        run.resume()
    say(f"training on {len(pictures)} pictures, {settings.epochs} epochs")
    if not run.train(lambda epoch: report(epoch, settings.epochs), options.max_hours or math.inf):
        say(f"stopped in time after epoch {run.finished}; --resume goes on")
    return 0


def _silent(_: str) -> None:
    """Say nothing: the first process speaks for all."""


def report(epoch: Epoch, epochs: int) -> None:
    """Print a finished epoch of so many."""
    left = (epochs - epoch.number) * epoch.seconds
    public = epoch.public
    print(
        f"epoch {epoch.number}/{epochs}  {epoch.seconds:.0f} s  left {left / 60:.0f} min  "
        f"loss {epoch.loss:.4f}  PublicTest: accuracy {public.accuracy:.2%}  "
        f"precision {public.macro_precision:.4f}  recall {public.macro_recall:.4f}  "
        f"macro-F1 {public.macro_f1:.4f}",
        flush=True,
    )
