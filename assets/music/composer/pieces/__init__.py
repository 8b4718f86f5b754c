"""Every piece: where it goes and who wrote it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from composer.pieces import (
    corner_cafe,
    golden_hour,
    jingles,
    lantern,
    morning_window,
    paper_kites,
    porch_parade,
    still_water,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from composer.score import Score


@dataclass(frozen=True)
class Piece:
    """A piece: its folder, its title, how to write it, its loudness (LUFS) and length (seconds)."""

    folder: str
    title: str
    write: Callable[[], Score]
    lufs: float = -16.0
    seconds: tuple[float, float] = (90.0, 120.0)

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return self.title.lower().replace(" ", "-")


PIECES = (
    Piece("uplifting", "Morning Window", morning_window.write),
    Piece("uplifting", "Porch Parade", porch_parade.write),
    Piece("uplifting", "Paper Kites", paper_kites.write),
    Piece("uplifting", "Golden Hour", golden_hour.write),
    Piece("uplifting", "Corner Cafe", corner_cafe.write),
    Piece("calm", "Still Water", still_water.write),
    Piece("calm", "Lantern", lantern.write),
    Piece("sounds", "Arrive", jingles.arrive, -20.0, (0.5, 1.0)),
    Piece("sounds", "Celebrate", jingles.celebrate, -20.0, (1.0, 2.0)),
    *(
        Piece("sounds", f"Smile {number}", write, -24.0, (0.4, 1.0))
        for number, write in enumerate(jingles.SMILES, 1)
    ),
)
