"""`moodlift-convert`: turn a trained Keras model into a verified int8 bundle."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import MoodliftError
from device.system import stdio
from training.commands.options import DATA, factor, positive, share, version

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 2 after an error of one line."""
    return stdio.run(partial(_run, arguments))


def _run(arguments: Sequence[str] | None) -> int:
    logging.basicConfig(format="moodlift-convert: %(message)s", level=logging.WARNING)
    words = sys.argv[1:] if arguments is None else list(arguments)
    make = {"keygen": _keygen_parser, "pack": _pack_parser}.get(words[0] if words else "")
    options = make().parse_args(words[1:]) if make else _parser().parse_args(words)
    try:
        status: int = options.run(options)
    except MoodliftError as error:
        print(f"moodlift-convert: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("moodlift-convert: stopped", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "moodlift-convert",
        description=__doc__,
        epilog="moodlift-convert keygen makes keys; moodlift-convert pack signs and packs a bundle",
    )
    parser.set_defaults(run=_convert)
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        required=True,
        help="model.keras of a run; several give the mean of their weights",
    )
    parser.add_argument("--data", type=Path, required=True, help=DATA)
    parser.add_argument(
        "--version", type=version, required=True, help="of the bundle, such as 0.1.0"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for emotion-VERSION, such as assets/models"
    )
    parser.add_argument(
        "--class-balance",
        type=share,
        default=0.0,
        help="0 for the best accuracy, up to 1 to balance the emotions' recall (default 0)",
    )
    parser.add_argument(
        "--neutral-weight",
        type=factor,
        default=1.0,
        help="weight of neutral faces; above 1 fewer are taken for another (default 1)",
    )
    parser.add_argument(
        "--calibration-seed",
        type=positive,
        default=1,
        help="random seed of the Training pictures for the int8 ranges (default 1); if the "
        "runtimes' outputs differ too much, the next seeds are tried",
    )
    parser.add_argument("--replace", action="store_true", help="replace an existing bundle")
    return parser


def _keygen_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "moodlift-convert keygen", description="Make a key pair to sign models with."
    )
    parser.set_defaults(run=_keygen)
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="folder of the keys; created if missing"
    )
    return parser


def _pack_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "moodlift-convert pack", description="Pack a bundle into one file that kiosks install."
    )
    parser.set_defaults(run=_pack)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a folder emotion-VERSION")
    parser.add_argument("--key", type=Path, help="the private key; without it the file is unsigned")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    return parser


def _convert(options: argparse.Namespace) -> int:
    from convert.job import Job

    today = datetime.now(UTC).date()
    job = Job(
        options.model, options.data, options.version, options.out, today, options.class_balance,
        options.neutral_weight, options.calibration_seed,
    )  # fmt: skip
    path = job.run(options.replace, lambda line: print(line, flush=True))
    print(f"written: {path}")
    return 0


def _keygen(options: argparse.Namespace) -> int:
    from convert import signing

    name = signing.keygen(options.folder)
    print(f"key {name}: keep {options.folder / signing.PRIVATE} secret; on each kiosk, run")
    print(f"moodlift model trust {options.folder / signing.PUBLIC}")
    return 0


def _pack(options: argparse.Namespace) -> int:
    from convert import signing

    signing.pack(options.bundle, options.key, options.out)
    print(f"written: {options.out}{'' if options.key else ', unsigned'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
