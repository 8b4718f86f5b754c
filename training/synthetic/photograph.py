"""A picture of a synthetic person, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from training.renderer.mesh import Floats


@dataclass(frozen=True)
class Photograph:
    """A picture (h, w, 3) RGB, where the eyes truly are (2, 2), right one first, and how."""

    image: NDArray[np.uint8]
    eyes: Floats
    about: dict[str, Any]
    """Pose, camera and light."""
