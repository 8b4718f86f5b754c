"""A tiny FER2013 of drawn patterns: none of its pictures is anybody's face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from device.messages import EMOTIONS
from tests.support import commands
from tests.support.runs import EPOCHS, train
from training import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = tuple[str, str, str]
HEADER = "emotion,pixels,Usage"
BLANK = " ".join(["7"] * 48 * 48)


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (emotion, pixels, usage) under a header; return the file."""

    def write(rows: list[Row], header: str = HEADER, name: str = "fer2013.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *(",".join(row) for row in rows), ""]))
        return path

    return write


def _pattern(label: int, random: np.random.Generator) -> str:
    """Draw stripes whose direction and width tell the label, with noise."""
    y, x = np.mgrid[:48, :48]
    angle, width = label * np.pi / 7, 3 + label % 3
    stripes = 120 + 80 * np.sin((x * np.cos(angle) + y * np.sin(angle)) / width)
    noisy = np.clip(stripes + 20 * random.standard_normal(stripes.shape), 0, 255)
    return " ".join(map(str, noisy.astype(int).ravel().tolist()))


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a made-up fer2013.csv and the FER+ votes for it."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    labels = [
        (i % 7, usage)
        for usage, n in (("Training", 210), ("PublicTest", 49), ("PrivateTest", 49))
        for i in range(n)
    ]
    rows = [f"{label},{_pattern(label, random)},{usage}" for label, usage in labels]
    rows.append(f"0,{BLANK},Training")
    votes = [
        ",".join("8" if i == label else "0" for i in range(7)) + ",0"
        for label in (*(label for label, _ in labels), 0)
    ]
    data, ferplus = folder / "fer2013.csv", folder / "fer2013new.csv"
    data.write_text("\n".join([HEADER, *rows, ""]))
    names = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "NF"]
    assert len(names) == len(EMOTIONS) + 1
    ferplus.write_text("\n".join([",".join(names), *votes, ""]))
    return data, ferplus


@pytest.fixture(scope="session")
def prepared(dataset: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same pictures prepared with key points, so that no run has to detect them."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    given = ["--data", str(dataset[0]), "--out", str(folder), "--shard", "64", "--landmarks"]
    assert cli.main(["prepare", *given]) == 0
    return folder


@pytest.fixture(scope="session")
def trained(dataset: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    done = commands.run(train(dataset, folder, "--epochs", EPOCHS, "--limit", 160))
    assert done.returncode == 0, done.stderr
    assert f"epoch {EPOCHS}/{EPOCHS}" in done.stdout
    assert "left 0 min" in done.stdout
    assert done.stderr == ""
    return folder
