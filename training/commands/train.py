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


MIN_WIDTH, MAX_WIDTH = 0.25, 8.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    train = commands.add_parser("train", help="train a model")
    train.set_defaults(command=run)
    train.add_argument("--data", type=Path, required=True, help=DATA)
    train.add_argument("--ferplus", type=Path, help="FER+ votes: fer2013new.csv, also compressed")
    train.add_argument("--run", type=Path, required=True, help="folder of the run")
    train.add_argument("--epochs", type=positive, help="passes over the data (default 48)")
    train.add_argument("--seed", type=seed, help="random seed (default 1)")
    train.add_argument(
        "--limit", type=positive, help="largest number of pictures, to try things out"
    )
    train.add_argument(
        "--max-hours", type=factor, help="stop before this time is over; --resume continues"
    )
    train.add_argument("--threads", type=positive, default=1, help="threads (default 1)")
    train.add_argument("--float32", action="store_true", help="for CPUs without AVX512-BF16")
    train.add_argument("--labels", type=Path, help="soft labels from the distil command (.npz)")
    train.add_argument(
        "--base", type=Path, action="append", default=[],
        help="a trained model.keras to start from, as wide or narrower; several give their mean",
    )  # fmt: skip
    train.add_argument("--learning-rate", type=factor, help="peak learning rate (default 0.1)")
    train.add_argument(
        "--teacher",
        type=Path,
        action="append",
        default=[],
        help="a finished run to distil from; may be repeated",
    )
    train.add_argument(
        "--prefetch", type=positive, nargs="?", const=1, default=0, metavar="N",
        help="prefetch batches in N worker processes (default 1), on as many more cores",
    )  # fmt: skip
    train.add_argument(
        "--fold", type=_fold, metavar="I/K", help="do not train on fold I (from 0) of K, for distil"
    )
    train.add_argument(
        "--width", type=_width, help="multiplies the channels, for teachers (default 1)"
    )
    train.add_argument(
        "--squeeze-excite", action="store_true", default=None, help="in each residual block"
    )
    train.add_argument(
        "--top-channels", type=positive, help="channels of one more block of half the resolution"
    )
    train.add_argument(
        "--logit-adjustment-tau",
        type=share,
        help="0 keeps class frequencies, 1 treats all classes alike (default 0)",
    )
    train.add_argument(
        "--final-epochs-weak-aug",
        type=share,
        help="fraction of the epochs, at the end, with weak augmentation (default 0)",
    )
    train.add_argument(
        "--detector-crop-p",
        type=share,
        help="probability of a crop by the detector's key points (default 0.3)",
    )
    train.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other setting of the recipe, such as translation=4; may be repeated",
    )
    train.add_argument(
        "--resume", action="store_true", help="continue from the checkpoint, with the same inputs"
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
    if not MIN_WIDTH <= factor <= MAX_WIDTH:
        raise argparse.ArgumentTypeError(f"must be {MIN_WIDTH} to {MAX_WIDTH}")
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
        raise RunError("--max-hours is for one process: several would stop at different epochs")
    part = distributed.join(options.processes, options.process, options.coordinator)
    echo = functools.partial(print, flush=True) if part.first else _silent
    echo(f"reading {options.data}")
    data = datasets.read(options.data)
    for note in data.notes:
        echo(note)
    votes = ferplus.read(options.ferplus, data.rows) if options.ferplus else None
    pictures, targets, public = run_setup.select(data, votes, settings, options.labels)
    given = provenance.collect(options, data)
    if options.resume:
        provenance.check(options.run, given)
    elif part.first:
        run_setup.create_folder(options.run, settings)
        provenance.write(options.run, given)
    if settings.detector_crop_p and pictures.landmarks is None:
        if part.processes > 1:
            raise RunError(
                f"{options.data}: several processes need a data set prepared with --landmarks"
            )
        echo("detecting key points with the device's detector")
    pictures = run_setup.with_landmarks(options.run, pictures, settings)
    bar = functools.partial(
        tqdm, leave=False, disable=None if part.first else True, unit="batch", dynamic_ncols=True
    )
    teachers = (
        Teachers(options.teacher, targets, mirrored=True, per_batch=settings.teachers_per_batch)
        if options.teacher
        else None
    )
    run = Run(
        options.run, settings, pictures, targets, public, options.threads, bar, part, teachers,
        options.prefetch,
    )  # fmt: skip
    if options.base:
        run.start_from(*options.base)
    if options.resume:
        run.resume()
    echo(f"training on {len(pictures)} pictures, {settings.epochs} epochs")
    if not run.train(lambda epoch: report(epoch, settings.epochs), options.max_hours or math.inf):
        echo(f"stopped for --max-hours after epoch {run.finished}; --resume continues")
    return 0


def _silent(_: str) -> None:
    """Print nothing: process 0 does."""


def report(epoch: Epoch, epochs: int) -> None:
    """Print a finished epoch, of `epochs`."""
    left = (epochs - epoch.number) * epoch.seconds
    public = epoch.public
    print(
        f"epoch {epoch.number}/{epochs}  {epoch.seconds:.0f} s  left {left / 60:.0f} min  "
        f"loss {epoch.loss:.4f}  PublicTest: accuracy {public.accuracy:.2%}  "
        f"precision {public.macro_precision:.4f}  recall {public.macro_recall:.4f}  "
        f"macro-F1 {public.macro_f1:.4f}",
        flush=True,
    )
