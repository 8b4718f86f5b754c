"""The short sounds: a chime for an arrival, a sparkle for a smile, and the notes up to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from composer.figures import rolled
from composer.score import Score, Voice
from composer.theory import pitch

if TYPE_CHECKING:
    from collections.abc import Callable


def arrive() -> Score:
    """Two soft notes, a fourth up; vibraphone with a touch of celesta."""
    score = Score("arrive", bpm=120, tail=0.35)
    vibes = score.part("vibraphone", Voice(11, volume=110, pan=60, reverb=46, sway=0))
    celesta = score.part("celesta", Voice(8, volume=84, pan=72, reverb=50, sway=0))
    for start, name, loud in ((0.0, "G5", 62), (0.3, "C6", 58)):
        vibes.play(start, 0.9, pitch(name), loud)
        celesta.play(start, 0.9, pitch(name), loud - 8)
    score.end = 1.2
    return score


def celebrate() -> Score:
    """A run up a D major chord with a sixth, glockenspiel over celesta and kalimba."""
    score = Score("celebrate", bpm=120, tail=0.75)
    bells = score.part("glockenspiel", Voice(9, volume=92, pan=74, reverb=60, sway=3))
    celesta = score.part("celesta", Voice(8, volume=104, pan=56, reverb=60, sway=3))
    kalimba = score.part("kalimba", Voice(108, volume=104, pan=48, reverb=56, sway=3))
    run = "A5 D6 F#6 A6 B6 D7 F#7"
    rolled(celesta, 0, run, 60, size=2.2, spread=0.17)
    rolled(bells, 0.34, "D6 F#6 A6 B6 D7", 66, size=1.9, spread=0.17)
    rolled(kalimba, 0, "D5 A5 D6 F#6 A6 B6 D7", 60, size=2.2, spread=0.17)
    score.end = 2.2
    return score


def _smile(number: int, name: str) -> Score:
    score = Score(f"smile-{number}", bpm=120, tail=0.35)
    celesta = score.part("celesta", Voice(8, volume=96, pan=64, reverb=52, sway=0))
    kalimba = score.part("kalimba", Voice(108, volume=104, pan=58, reverb=52, sway=0))
    celesta.play(0.0, 0.7, pitch(name), 44 + 3 * number)
    kalimba.play(0.0, 0.7, pitch(name) - 12, 50 + 3 * number)
    score.end = 0.9
    return score


SMILES: tuple[Callable[[], Score], ...] = tuple(
    partial(_smile, number, name) for number, name in enumerate(("D6", "F#6", "A6", "B6"), 1)
)
"""Notes while a smile fills its ring: they rise towards `celebrate`, in its key."""
