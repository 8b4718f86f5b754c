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
    """A piece: its folder, its title, how to write it, its loudness (LUFS) and length (seconds).

    `hook` is the number of its strongest phrase, from 0: the kiosk begins there.
    """

    folder: str
    title: str
    write: Callable[[], Score]
    lufs: float = -16.0
    seconds: tuple[float, float] = (90.0, 120.0)
    hook: int = 0

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return self.title.lower().replace(" ", "-")


PIECES = (
    Piece("uplifting", "Morning Window", morning_window.write, hook=4),
    Piece("uplifting", "Porch Parade", porch_parade.write, hook=3),
    Piece("uplifting", "Paper Kites", paper_kites.write, hook=6),
    Piece("uplifting", "Golden Hour", golden_hour.write, hook=3),
    Piece("uplifting", "Corner Cafe", corner_cafe.write, hook=3),
    Piece("calm", "Still Water", still_water.write, hook=3),
    Piece("calm", "Lantern", lantern.write, hook=5),
    Piece("sounds", "Arrive", jingles.arrive, -20.0, (0.5, 1.0)),
    *(
        Piece("sounds", title, write, -20.0, (1.0, 2.0))
        for title, write in zip(
            ("Celebrate", "Celebrate 2", "Celebrate 3", "Celebrate 4"),
            jingles.CELEBRATIONS,
            strict=True,
        )
    ),
    Piece("sounds", "Relief", jingles.relief, -18.0, (2.5, 4.0)),
    Piece("sounds", "Together", jingles.together, -18.0, (2.5, 4.0)),
    *(
        Piece("sounds", f"Smile {number}", write, -24.0, (0.4, 1.0))
        for number, write in enumerate(jingles.SMILES, 1)
    ),
)
