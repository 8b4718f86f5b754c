"""Training runs on the tests' data set, by the command that a person would type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Command

EPOCHS = 5
"""Epochs of the run `trained`."""
NO_DETECTOR = ("--detector-crop-p", 0)
"""Do not detect key points, which takes longer than the training."""


def train(data: tuple[Path, Path], folder: Path, *options: object) -> Command:
    """Return the command for pictures and their FER+ votes."""
    pictures, votes = data
    given = ("--data", pictures, "--ferplus", votes, "--run", folder)
    return commands.command("training", "train", *given, *options)
