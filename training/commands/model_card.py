"""`moodlift-train model-card`: write the model card of a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("model-card", help="write the model card of a report")
    parser.set_defaults(command=run)
    parser.add_argument("--report", type=Path, required=True, help="folder of evaluate --report")
    parser.add_argument("--out", type=Path, required=True, help="file, such as docs/MODEL_CARD.md")


def run(options: argparse.Namespace) -> int:
    """Write the card and return the exit code."""
    from training import model_card, report

    model_card.write(options.out, report.read(options.report))
    print(f"written: {options.out}")
    return 0
