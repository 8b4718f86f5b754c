"""Still Water: harp, a soft piano and pads; D flat major, 66 bpm."""

from __future__ import annotations

from composer.figures import arpeggio, bass, pad, pedal, rolled, swell, tune
from composer.score import PEDAL, Score, Voice
from composer.theory import harmony

DOOR = "Dbmaj7 | Gbmaj7 | Dbmaj7 | Ab7sus4"
FIRST = "Db | Gbmaj7 | Db/F | Ebm7 Ab7sus4 | Bbm7 | Gbmaj7 | Ebm7 | Ab"
SECOND = "Gbmaj7 | Ab/Gb | Fm7 | Bbm7 | Ebm7 | Ab7sus4 Ab | Dbmaj7 | Db"
RETURN = "Db | Gbmaj7 | Db/F | Gbmaj7 Ab7sus4"

# The motif rises in even steps, as rings on water, and rests.
THEME = """
r:1 Ab4:1 Db5:1 Eb5:1 | F5:3 Db5:1 | r:1 Ab4:1 Db5:1 F5:1 | Gb5:2 Eb5:2 |
r:1 F5:1 Ab5:1 Bb5:1 | Bb5:2 Ab5:1 F5:1 | Gb5:1.5 F5:.5 Eb5:1 Db5:1 | Eb5:3 r:1"""
DEEPER = """
Bb4:1 Db5:1 F5:1 Ab5:1 | C6:2 Ab5:2 | Ab5:1.5 F5:.5 Eb5:1 C5:1 | Db5:2 F5:2 |
Gb5:1 Ab5:1 Bb5:1 Db6:1 | Db6:2 C6:1 Ab5:1 | F5:3 Eb5:1 | Db5:3 r:1"""
CELLO = """
Bb3:2 Db4:2 | C4:2 Eb4:2 | Ab3:2 C4:2 | Db4:2 Bb3:2 |
Bb3:2 Gb3:2 | Db4:2 C4:2 | Ab3:4 | Ab3:3 r:1"""
LAST = "r:1 Ab4:1 Db5:1 Eb5:1 | F5:3 Db5:1 | r:1 Ab4:1 Db5:1 Ab5:1 | Bb5:2 Ab5:1 Eb5:1"
RIPPLE = "0 1 2 3 4 3 2 1"


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("still-water", bpm=66, tail=4.0)
        self.piano = score.part("piano", Voice(0, volume=124, pan=60, reverb=72, sway=13))
        self.harp = score.part("harp", Voice(46, volume=98, pan=80, reverb=72, sway=12))
        self.pad = score.part("pad", Voice(89, volume=70, pan=52, reverb=84, chorus=30, sway=20))
        self.choir = score.part("voices", Voice(52, volume=66, pan=72, reverb=90, sway=20))
        self.cello = score.part("cello", Voice(42, volume=54, pan=40, reverb=76, sway=16))
        self.bass = score.part("bass", Voice(35, volume=88, reverb=24, sway=12))
        self.bells = score.part("celesta", Voice(8, volume=92, pan=84, reverb=84, sway=12))

    def door(self, at: float) -> float:
        spans = harmony(DOOR)
        pad(self.pad, at, spans, 60, low="Bb3", high="E5")
        swell(self.pad, at, 16, 60, 104)
        bass(self.bass, at, spans, "1:4", 56)
        arpeggio(self.harp, at, spans, RIPPLE, (54, 58), ring=6, voices=5, low="Ab3", high="Ab5")
        return at + 16

    def water(self, at: float, chords: str, loud: tuple[float, float]) -> None:
        spans = harmony(chords)
        pad(self.pad, at, spans, 58, low="Bb3", high="E5")
        arpeggio(self.harp, at, spans, RIPPLE, loud, ring=5, voices=5, low="Ab3", high="Ab5")
        pedal(self.piano, at, spans)

    def first(self, at: float) -> float:
        self.water(at, FIRST, (48, 54))
        tune(self.piano, at, THEME, (62, 70))
        bass(self.bass, at + 16, harmony(" | ".join(FIRST.split(" | ")[4:])), "1:4", 60)
        tune(self.bells, at, "r:4 | r:2 Ab5:.5 Db6:1.5 | r:4 | r:4 |"
             "r:4 | r:4 | r:4 | r:1 C6:.5 Eb6:1.5 r:1", 46)  # fmt: skip
        return at + 32

    def second(self, at: float) -> float:
        spans = harmony(SECOND)
        self.water(at, SECOND, (52, 60))
        tune(self.piano, at, DEEPER, (68, 78))
        tune(self.cello, at, CELLO, (64, 72))
        pad(self.choir, at, spans, 56, voices=3, low="F4", high="Ab5")
        swell(self.choir, at, 16, 40, 104)
        swell(self.choir, at + 16, 16, 104, 60)
        bass(self.bass, at, spans, "1:4", (62, 66))
        return at + 32

    def back(self, at: float) -> float:
        self.water(at, RETURN, (52, 44))
        tune(self.piano, at, LAST, (66, 58))
        tune(self.bells, at, LAST, (44, 40), up=12)
        tune(self.cello, at, "F3:4 | Bb3:4 | Ab3:4 | Db4:4", (62, 54))
        bass(self.bass, at, harmony(RETURN), "1:4", (62, 54))
        return at + 16

    def close(self, at: float) -> float:
        spans = harmony("Gbmaj7 | Ebm7 Ab7sus4 | Dbadd9")
        pad(self.pad, at, spans, 56, low="Bb3", high="E5")
        swell(self.pad, at, 12, 104, 60)
        arpeggio(self.harp, at, spans, RIPPLE, (48, 42), ring=6, voices=5, low="Ab3", high="Ab5")
        tune(self.piano, at, "Bb5:2 F5:2 | Gb5:1 F5:1 Eb5:2", (60, 54))
        self.score.slow(at + 4, at + 8, 54)
        self.piano.turn(at + 7.97, PEDAL, 0)
        self.piano.turn(at + 8.1, PEDAL, 127)
        rolled(self.piano, at + 8, "Db3 Ab3 Db4 F4 Eb5", 50, size=7)
        rolled(self.harp, at + 11, "Db4 F4 Ab4 Db5 Eb5 Ab5", 46, size=4, spread=0.25)
        self.bass.play(at + 8, 7, 37, 56)
        return at + 13


def write() -> Score:
    """Harp alone, first theme, second theme with cello and voices, return, close."""
    band = _Band()
    at = band.door(0)
    at = band.first(at)
    at = band.second(at)
    at = band.back(at)
    band.score.end = band.close(at)
    return band.score
