"""`moodlift-train train`: train a model."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import positive

if TYPE_CHECKING:
    from training.loop import Epoch


NARROWEST, WIDEST = 0.25, 8.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    train = commands.add_parser("train", help="train a model on FER2013")
    train.set_defaults(command=run)
    train.add_argument("--data", type=Path, required=True, help="fer2013.csv[.xz|.gz|.bz2|.zip]")
    train.add_argument("--ferplus", type=Path, help="fer2013new.csv[.xz|...], the taggers' votes")
    train.add_argument("--run", type=Path, required=True, help="folder of the run")
    train.add_argument("--epochs", type=positive, help="passes over the data (default: recipe's)")
    train.add_argument("--seed", type=int, help="seed of everything random (default: recipe's)")
    train.add_argument("--limit", type=positive, help="use only so many pictures (to try it out)")
    train.add_argument("--threads", type=positive, default=1, help="threads (default 1)")
    train.add_argument(
        "--float32", action="store_true", help="for CPUs without AVX512-BF16 (half the speed there)"
    )
    train.add_argument("--labels", type=Path, help="soft labels, by the distil command (.npz)")
    train.add_argument(
        "--fold", type=_fold, metavar="I/K", help="keep fold I (from 0) of K out, for distil"
    )
    train.add_argument("--width", type=_width, help="times the channels, for teachers (default 1)")
    train.add_argument(
        "--squeeze", action="store_true", default=None, help="squeeze and excite in each block"
    )
    train.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")


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

    from training import fer2013, ferplus, prepare
    from training.loop import Run

    options.fold, options.folds = options.fold or (None, None)
    settings = prepare.recipe(options)
    print(f"reading {options.data}", flush=True)
    data = fer2013.read(options.data)
    votes = ferplus.read(options.ferplus, data.rows) if options.ferplus else None
    pictures, targets, public = prepare.data(data, votes, settings, options.labels)
    prepare.folder(options.run, settings, options.resume)
    print("looking for eyes and mouths as the device does", flush=True)
    detected = prepare.detected(options.run, pictures, settings)
    bar = functools.partial(tqdm, leave=False, disable=None, unit="batch")
    run = Run(options.run, settings, pictures, targets, public, detected, options.threads, bar)
    if options.resume:
        run.resume()
    print(f"training on {len(pictures)} pictures, {settings.epochs} epochs", flush=True)
    run.train(lambda epoch: _report(epoch, settings.epochs))
    return 0


def _report(epoch: Epoch, epochs: int) -> None:
    left = (epochs - epoch.number) * epoch.seconds
    print(
        f"epoch {epoch.number}/{epochs}  {epoch.seconds:.0f} s  left {left / 60:.0f} min  "
        f"loss {epoch.loss:.4f}  PublicTest {epoch.public.accuracy:.2%}  "
        f"macro-F1 {epoch.public.macro_f1:.4f}",
        flush=True,
    )
