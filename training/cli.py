"""`moodlift-train`: prepare data, train models and evaluate them."""

from __future__ import annotations

import argparse
import logging
import sys
from functools import partial
from typing import TYPE_CHECKING

from device.errors import MoodliftError
from device.system import stdio
from training.commands import (
    distil,
    evaluate,
    model_card,
    prepare,
    retrain,
    simulate,
    synthesise,
    train,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (prepare, train, distil, evaluate, model_card, retrain, simulate, synthesise)
"""Each registers itself and imports what it needs when it runs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 2 after an error of one line."""
    return stdio.run(partial(_run, arguments))


def _run(arguments: Sequence[str] | None) -> int:
    logging.basicConfig(format="moodlift-train: %(message)s", level=logging.WARNING)
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except MoodliftError as error:
        print(f"moodlift-train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        hint = "; --resume continues from the last epoch" if hasattr(options, "resume") else ""
        if options.command is synthesise.run:
            hint = "; the same command goes on with the person that was in work"
        print(f"moodlift-train: stopped{hint}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("moodlift-train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
