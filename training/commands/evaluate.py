"""`moodlift-train evaluate`: evaluate a bundle or a Keras model on labelled pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA

if TYPE_CHECKING:
    import argparse

SPLITS = ("PrivateTest", "PublicTest", "Training")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    evaluate = commands.add_parser("evaluate", help="evaluate a bundle or a Keras model")
    evaluate.set_defaults(command=run)
    evaluate.add_argument("--model", type=Path, required=True, help="bundle folder or model.keras")
    evaluate.add_argument("--data", type=Path, required=True, help=DATA)
    evaluate.add_argument(
        "--split", choices=SPLITS, help="default PrivateTest, or the only one with pictures"
    )
    evaluate.add_argument(
        "--detect",
        action="store_true",
        help="the pictures are whole photographs: detect and crop each face as the device does",
    )
    evaluate.add_argument("--report", type=Path, help="folder for a report: HTML, JSON, pictures")
    evaluate.add_argument(
        "--quick",
        action="store_true",
        help="leave robustness out of the report, which takes minutes",
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Evaluate, print, and return the exit code."""
    from training import data as datasets
    from training import evaluate, photographs, report
    from training.errors import DatasetError

    predict = evaluate.predictor(options.model)
    if options.detect and not options.data.is_dir():
        raise DatasetError(f"{options.data}: --detect needs a folder of photographs")
    data = photographs.read(options.data) if options.detect else datasets.read(options.data)
    for note in data.notes:
        print(note, file=sys.stderr)
    split = evaluate.select_split(data, options.split)
    result = evaluate.evaluate(predict, data, split)
    if options.json:
        about = {"split": split, **result.as_dict()}
        print(json.dumps({**about, "confusion": result.metrics.confusion.tolist()}))
    else:
        print(result)
    if options.report:
        about = report.describe(options.model)
        made = report.make(predict, about, data, split, options.quick, _echo)
        report.write(options.report, made)
        _echo(f"written: {options.report / report.PAGE}")
    return 0


def _echo(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
