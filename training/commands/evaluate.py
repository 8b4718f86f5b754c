"""`moodlift-train evaluate`: measure a bundle or a Keras model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA

if TYPE_CHECKING:
    import argparse

SPLITS = ("PrivateTest", "PublicTest", "Training")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    evaluate = commands.add_parser("evaluate", help="measure a bundle or a Keras model")
    evaluate.set_defaults(command=run)
    evaluate.add_argument("--model", type=Path, required=True, help="bundle folder or model.keras")
    evaluate.add_argument("--data", type=Path, required=True, help=DATA)
    evaluate.add_argument("--split", choices=SPLITS, default=SPLITS[0], help="default PrivateTest")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return the exit code."""
    from training import data as datasets
    from training import evaluate

    answer = evaluate.answers(options.model)
    result = evaluate.evaluate(answer, datasets.read(options.data), options.split)
    if options.json:
        about = {"split": options.split, **result.as_dict()}
        print(json.dumps({**about, "confusion": result.metrics.confusion.tolist()}))
    else:
        print(result)
    return 0
