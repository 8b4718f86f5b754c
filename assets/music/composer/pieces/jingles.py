"""The short sounds: a chime for an arrival, sparkles for smiles, the notes up to them, relief."""

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


def _celebrate(name: str, run: str) -> Score:
    """A run up a D major chord with a sixth, glockenspiel over celesta and kalimba."""
    score = Score(name, bpm=120, tail=0.75)
    bells = score.part("glockenspiel", Voice(9, volume=92, pan=74, reverb=60, sway=3))
    celesta = score.part("celesta", Voice(8, volume=104, pan=56, reverb=60, sway=3))
    kalimba = score.part("kalimba", Voice(108, volume=104, pan=48, reverb=56, sway=3))
    notes = run.split()
    rolled(celesta, 0, " ".join(notes[1:]), 60, size=2.2, spread=0.17)
    rolled(bells, 0.34, " ".join(notes[2:-1]), 66, size=1.9, spread=0.17)
    rolled(kalimba, 0, " ".join(notes[:-1]), 60, size=2.2, spread=0.17)
    score.end = 2.2
    return score


CELEBRATIONS: tuple[Callable[[], Score], ...] = (
    partial(_celebrate, "celebrate", "D5 A5 D6 F#6 A6 B6 D7 F#7"),
    partial(_celebrate, "celebrate-2", "F#5 B5 F#6 A6 B6 D7 F#7 A7"),
    partial(_celebrate, "celebrate-3", "A5 D6 A6 B6 D7 F#7 A7 B7"),
    partial(_celebrate, "celebrate-4", "B5 F#6 B6 D7 F#7 A7 B7 D8"),
)
"""For the first, second, third and any further smile in a row: each stands higher in the chord."""


def relief() -> Score:
    """The clouds part: two chords on strings and harp, the second one wide and in D major."""
    score = Score("relief", bpm=96, tail=1.4)
    strings = score.part("strings", Voice(48, volume=104, pan=64, reverb=74, chorus=12, sway=5))
    harp = score.part("harp", Voice(46, volume=112, pan=50, reverb=64, sway=4))
    bells = score.part("glockenspiel", Voice(9, volume=84, pan=78, reverb=66, sway=3))
    horns = score.part("horns", Voice(60, volume=70, pan=58, reverb=66, sway=6))
    for name in ["G3", "D4", "G4", "B4", "E5"]:
        strings.play(0.0, 0.6, pitch(name), 70)
    rolled(harp, 0, "G3 D4 G4 B4 E5 G5", 74, size=0.7, spread=0.4)
    for name in ["D3", "A3", "D4", "F#4", "A4", "E5", "F#5"]:
        strings.play(0.55, 2.7, pitch(name), 84)
    for name in ["D3", "A3", "F#4"]:
        horns.play(0.55, 2.4, pitch(name), 66)
    rolled(harp, 0.5, "D3 A3 D4 F#4 A4 D5 F#5 A5 D6 F#6", 84, size=2.4, spread=0.7)
    rolled(bells, 1.0, "A6 D7 F#7 A7", 64, size=1.8, spread=0.5)
    score.end = 3.2
    return score


def together() -> Score:
    """Everybody has smiled: a run up to a wide D major chord, in which bells ring on."""
    score = Score("together", bpm=96, tail=1.4)
    strings = score.part("strings", Voice(48, volume=100, pan=64, reverb=70, chorus=12, sway=5))
    horns = score.part("horns", Voice(60, volume=84, pan=56, reverb=66, sway=6))
    bells = score.part("glockenspiel", Voice(9, volume=90, pan=76, reverb=62, sway=3))
    chimes = score.part("tubular bells", Voice(14, volume=78, pan=52, reverb=70, sway=4))
    celesta = score.part("celesta", Voice(8, volume=104, pan=60, reverb=60, sway=3))
    rolled(celesta, 0.0, "A4 D5 F#5 A5 D6 F#6 A6", 70, size=0.9, spread=0.5)
    for start, size, names, loud in (
        (0.0, 0.4, ["A3", "D4", "E4", "A4"], 72),
        (0.5, 2.6, ["D3", "A3", "D4", "F#4", "A4", "D5", "F#5"], 88),
    ):
        for name in names:
            strings.play(start, size, pitch(name), loud)
    for name in ["D3", "A3", "D4", "F#4"]:
        horns.play(0.5, 2.2, pitch(name), 76)
    chimes.play(0.5, 2.6, pitch("D5"), 70)
    for start, run in ((0.55, "D6 F#6 A6 D7"), (1.15, "B6 D7 F#7 A7"), (1.75, "A6 D7 F#7 D8")):
        rolled(bells, start, run, 64, size=1.5, spread=0.3)
    score.end = 2.7
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
