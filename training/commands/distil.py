"""`moodlift-train distil`: make soft labels from teachers and FER+ votes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.options import DATA

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    distil = commands.add_parser("distil", help="make soft labels to train on")
    distil.set_defaults(command=run)
    distil.add_argument("--data", type=Path, required=True, help=DATA)
    distil.add_argument("--ferplus", type=Path, help="FER+ votes: fer2013new.csv, also compressed")
    distil.add_argument("--teachers", type=Path, nargs="+", default=[], help="runs, one per --fold")
    distil.add_argument("--out", type=Path, required=True, help="file for train --labels (.npz)")


def run(options: argparse.Namespace) -> int:
    """Make the labels, print how good they are, and return the exit code."""
    from training import data as datasets
    from training import distil
    from training.data import ferplus
    from training.data.pictures import TRAINING

    data = datasets.read(options.data)
    pictures = data.split(TRAINING)
    votes = ferplus.read(options.ferplus, data.rows) if options.ferplus else None
    if votes is not None:
        ferplus.check(votes, pictures)
    soft = distil.make(pictures, votes, options.teachers)
    distil.save(options.out, soft, pictures, data.rows)
    print(soft)
    return 0
