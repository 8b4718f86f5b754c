"""Faulty cameras for a synthetic kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENLARGED = 3
"""Pictures are enlarged by this factor before they are tilted, to stay sharp."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera's faults: bounds of values that are drawn for each face.

    `tilt` is by which fraction foreheads are narrower than chins, as seen from below; `light` the
    fraction of full light; `grain` the deviation of the sensor's noise in grey levels, after its
    gain; `blur` that of the lens's blur in pixels of the 320x240 frame; `jpeg` the JPEG quality.
    """

    tilt: tuple[float, float] = (0.0, 0.0)
    light: tuple[float, float] = (1.0, 1.0)
    grain: tuple[float, float] = (0.0, 0.0)
    blur: tuple[float, float] = (0.0, 0.0)
    jpeg: tuple[float, float] = (95.0, 95.0)

    def __or__(self, other: Camera) -> Camera:
        """Return a camera with the worse of each fault."""
        return Camera(
            max(self.tilt, other.tilt),
            min(self.light, other.light),
            max(self.grain, other.grain),
            max(self.blur, other.blur),
            min(self.jpeg, other.jpeg),
        )


CAMERAS = {
    "plain": Camera(),
    "dark": Camera(light=(0.08, 0.4), grain=(5.0, 12.0)),
    "low": Camera(tilt=(0.15, 0.4)),
    "old": Camera(blur=(1.0, 2.5), jpeg=(25.0, 60.0)),
}
"""What `moodlift-train simulate --camera` takes; several together make one camera."""


def camera(names: Sequence[str]) -> Camera:
    """Return the camera with all these faults."""
    out = Camera()
    for name in names:
        out = out | CAMERAS[name]
    return out


def tilt(image: NDArray[np.uint8], amount: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return a square grey picture, enlarged by `ENLARGED`, as seen from below or above.

    Also return the transform (3, 3) of its pixels. The forehead gets narrower by the fraction
    `amount`, or the chin if it is negative, and the face shorter.
    """
    side = image.shape[0] * ENLARGED
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    # A large pixel's centre lies at ENLARGED * (i + 0.5) - 0.5.
    off = (ENLARGED - 1) / 2
    enlarge = np.array([[ENLARGED, 0, off], [0, ENLARGED, off], [0, 0, 1]], np.float64)
    if not amount:
        return np.asarray(large, np.uint8), enlarge
    inset = side * abs(amount) / 2
    above, below = (inset, 0.0) if amount > 0 else (0.0, inset)
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    moved = np.array(
        [
            [above, above],
            [side - above, above],
            [side - below, side - below],
            [below, side - below],
        ],
        np.float32,
    )
    turn = cv2.getPerspectiveTransform(corners, moved)
    out = cv2.warpPerspective(large, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8), turn @ enlarge
