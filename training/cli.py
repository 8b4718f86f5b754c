"""`moodlift-train`: train a model, or measure one."""

from __future__ import annotations

import argparse
import functools
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import MoodliftError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.loop import Epoch

SPLITS = ("PrivateTest", "PublicTest", "Training")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 2 after one line that says what is wrong."""
    logging.basicConfig(format="moodlift-train: %(message)s", level=logging.WARNING)
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except MoodliftError as error:
        print(f"moodlift-train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("moodlift-train: stopped; --resume goes on from the last epoch", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("moodlift-train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="train | evaluate")
    train = commands.add_parser("train", help="train a model on FER2013")
    train.set_defaults(command=_train)
    train.add_argument("--data", type=Path, required=True, help="fer2013.csv[.xz|.gz|.bz2|.zip]")
    train.add_argument("--ferplus", type=Path, help="fer2013new.csv[.xz|...], the taggers' votes")
    train.add_argument("--run", type=Path, required=True, help="folder of the run")
    train.add_argument("--epochs", type=_positive, help="passes over the data (default: recipe's)")
    train.add_argument("--seed", type=int, help="seed of everything random (default: recipe's)")
    train.add_argument("--limit", type=_positive, help="use only so many pictures (to try it out)")
    train.add_argument("--threads", type=_positive, default=1, help="threads (default 1)")
    train.add_argument(
        "--float32", action="store_true", help="for CPUs without AVX512-BF16 (half the speed there)"
    )
    train.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    evaluate = commands.add_parser("evaluate", help="measure a bundle or a Keras model")
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("--model", type=Path, required=True, help="bundle folder or model.keras")
    evaluate.add_argument("--data", type=Path, required=True, help="fer2013.csv[.xz|...]")
    evaluate.add_argument("--split", choices=SPLITS, default=SPLITS[0], help="default PrivateTest")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _train(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from training import fer2013, ferplus, prepare
    from training.loop import Run

    settings = prepare.recipe(options)
    print(f"reading {options.data}", flush=True)
    data = fer2013.read(options.data)
    votes = ferplus.read(options.ferplus, data.rows) if options.ferplus else None
    pictures, targets, public = prepare.data(data, votes, settings)
    prepare.folder(options.run, settings, options.resume)
    bar = functools.partial(tqdm, leave=False, disable=None, unit="batch")
    run = Run(options.run, settings, pictures, targets, public, options.threads, bar)
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


def _evaluate(options: argparse.Namespace) -> int:
    from training import evaluate, fer2013

    answer = evaluate.answers(options.model)
    result = evaluate.evaluate(answer, fer2013.read(options.data), options.split)
    if options.json:
        about = {"split": options.split, **result.as_dict()}
        print(json.dumps({**about, "confusion": result.metrics.confusion.tolist()}))
    else:
        print(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
