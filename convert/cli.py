"""`moodlift-convert`: turn a trained Keras model into a verified int8 bundle."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import MoodliftError
from training.commands.options import DATA, factor, positive, share, version

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 2 after one line that says what is wrong."""
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
        epilog="moodlift-convert keygen and moodlift-convert pack make one signed file of it",
    )
    parser.set_defaults(run=_convert)
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        required=True,
        help="model.keras of a run; of several, the mean of their weights",
    )
    parser.add_argument("--data", type=Path, required=True, help=DATA)
    parser.add_argument("--version", type=version, required=True, help="such as 0.1.0")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to make emotion-VERSION in (assets/models)"
    )
    parser.add_argument(
        "--evenness",
        type=share,
        default=0.0,
        help="0 to have the most answers right, 1 to have every emotion found (default 0)",
    )
    parser.add_argument(
        "--calm",
        type=factor,
        default=1.0,
        help="how much worse it is to take a neutral face for another (default 1: no worse)",
    )
    parser.add_argument(
        "--draw",
        type=positive,
        default=1,
        help="which draw of Training pictures gives the int8 ranges (default 1); the next ones are "
        "tried where the runtimes round too far apart",
    )
    parser.add_argument("--replace", action="store_true", help="replace a bundle that is there")
    return parser


def _keygen_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "moodlift-convert keygen", description="Make a key pair to sign models with."
    )
    parser.set_defaults(run=_keygen)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to; it is made if missing")
    return parser


def _pack_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "moodlift-convert pack", description="Make a bundle one file that kiosks install."
    )
    parser.set_defaults(run=_pack)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a folder emotion-VERSION")
    parser.add_argument("--key", type=Path, help="the private key; without one it is unsigned")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    return parser


def _convert(options: argparse.Namespace) -> int:
    from convert.job import Job

    today = datetime.now(UTC).date()
    given = (options.model, options.data, options.version, options.out)
    job = Job(*given, today, options.evenness, options.calm, options.draw)
    path = job.run(options.replace, lambda line: print(line, flush=True))
    print(f"written: {path}")
    return 0


def _keygen(options: argparse.Namespace) -> int:
    from convert import signing

    name = signing.keygen(options.folder)
    print(f"the key {name}: keep {options.folder / signing.PRIVATE} to yourself, and on each kiosk")
    print(f"moodlift model trust {options.folder / signing.PUBLIC}")
    return 0


def _pack(options: argparse.Namespace) -> int:
    from convert import signing

    signing.pack(options.bundle, options.key, options.out)
    print(f"written: {options.out}{'' if options.key else ', unsigned'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
