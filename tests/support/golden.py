"""What each scene looked like when somebody last looked at it and found it good.

python -m tests.support.golden      draws the pictures again: look at them before a commit
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.cli import render

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "stage" / "golden"
MOMENTS = (1.0, 4.0, 10.0)
"""Seconds into a scene: as it comes, at its height, and as it lasts."""
DRAWN, SMALL = (480, 270), (160, 90)


def picture(name: str) -> NDArray[np.uint8]:
    """Draw a scene's moments, side by side, uint8 BGR (90, 480, 3)."""
    last = round(MOMENTS[-1] * render.RATE) - 1
    wanted = {round(moment * render.RATE) - 1 for moment in MOMENTS}
    frames = render.draw_frames(name, MOMENTS[-1], DRAWN)
    shown = [frame for number, frame in enumerate(frames) if number in wanted and number <= last]
    small = [cv2.resize(frame, SMALL, interpolation=cv2.INTER_AREA) for frame in shown]
    return np.concatenate(small, axis=1)


def kept(name: str) -> NDArray[np.uint8]:
    """Return the picture that was found good."""
    image = cv2.imread(str(FOLDER / f"{name}.png"))
    assert image is not None, f"python -m tests.support.golden draws {name}"
    return np.asarray(image, np.uint8)


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return how different two pictures look: the mean CIE76 distance in L*a*b* of the worst ninth.

    Fine detail is blurred away first: an edge that moved by a pixel is not seen, a change of 2 in
    a wide area just is.
    """
    spaces = []
    for image in (one, other):
        soft = cv2.GaussianBlur(image.astype(np.float32) / 255.0, (0, 0), 3.0)
        spaces.append(cv2.cvtColor(soft, cv2.COLOR_BGR2LAB))
    away = np.linalg.norm(spaces[0] - spaces[1], axis=2)
    height, width = away.shape
    ninths = away[: height // 3 * 3, : width // 9 * 9].reshape(3, height // 3, 9, width // 9)
    return float(ninths.mean(axis=(1, 3)).max())


def main() -> int:
    """Draw all of them again."""
    FOLDER.mkdir(exist_ok=True)
    for name in render.SCENES:
        cv2.imwrite(str(FOLDER / f"{name}.png"), picture(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
