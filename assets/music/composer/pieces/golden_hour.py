"""Golden Hour: electric piano, nylon guitar and kalimba, unhurried; E flat major, 96 bpm."""

from __future__ import annotations

from composer.figures import arpeggio, bass, beat, pad, rolled, strum, swell, tune
from composer.score import Score, Voice
from composer.theory import harmony

VERSE = "Ebadd9 | Cm7 | Abmaj7 | Bb7sus4 Bb | Ebadd9 | Gm7 Cm7 | Fm7 | Bb7sus4 Bb7"
CHORUS = "Abmaj7 | Bb | Gm7 | Cm7 | Fm7 | Gm7 | Abmaj7 Bb | Ebadd9"
SKY = "Abmaj7 | Bb/Ab | Abmaj7 | Bb/Ab"

# The motif: a fourth up, a quick step, and a long look.
THEME = """
r:.5 Bb4:.5 Eb5:.75 F5:.25 G5:2 | r:.5 G5:.5 F5:.75 Eb5:.25 C5:2 |
r:.5 C5:.5 Eb5:.75 G5:.25 C6:1 Bb5:1 | G5:1 F5:.5 Eb5:.5 F5:2 |
r:.5 Bb4:.5 Eb5:.75 F5:.25 G5:1 Bb5:1 | Bb5:.75 G5:.75 F5:.5 Eb5:2 |
r:.5 Ab4:.5 C5:.75 Eb5:.25 G5:1 F5:1 | Eb5:2 D5:1 r:1"""
THEME_VARIED = """
r:.5 Bb4:.5 Eb5:.5 F5:.5 G5:.75 Bb5:1.25 | r:.5 G5:.5 F5:.5 Eb5:.5 C5:.75 Eb5:1.25 |
r:.5 C5:.5 Eb5:.5 G5:.5 C6:.75 Eb6:.75 C6:.5 | Bb5:1 Ab5:.5 G5:.5 F5:2 |
r:.5 Bb4:.5 Eb5:.5 F5:.5 G5:.75 Bb5:1.25 | D6:.75 Bb5:.75 G5:.5 Eb5:.5 G5:.5 C6:1 |
r:.5 Ab5:.5 G5:.5 F5:.5 Eb5:.75 C5:1.25 | Eb5:1 F5:1 D5:.5 F5:.5 Bb5:1"""
REFRAIN = """
C6:1.5 Bb5:.5 G5:1 Eb5:1 | D6:1.5 C6:.5 Bb5:1 F5:1 |
Bb5:.75 C6:.75 D6:.5 F6:1 D6:1 | Eb6:1.5 D6:.5 C6:1 G5:1 |
Ab5:.75 C6:.75 Eb6:.5 C6:2 | Bb5:.75 D6:.75 F6:.5 D6:2 |
Eb6:1 C6:1 D6:1 F6:1 | Eb6:3 r:1"""
COUNTER = """
Eb4:2 G4:2 | F4:2 Bb4:2 | Bb4:2 F4:2 | G4:2 Bb4:2 |
Ab4:2 Eb4:2 | Bb4:2 G4:2 | C5:2 Bb4:2 | G4:4"""
ANSWER = (
    "r:2 Eb5:.5 G5:.5 C6:1 | r:2 D5:.5 F5:.5 Bb5:1 | r:2 Eb5:.5 G5:.5 C6:1 | r:1 F5:.5 Bb5:.5 D6:2"
)
COMP = "D--U--D-"


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("golden-hour", bpm=96, swing=0.53, tail=3.2)
        self.keys = score.part("electric piano", Voice(4, volume=76, pan=52, reverb=44, chorus=30))
        self.guitar = score.part("nylon guitar", Voice(24, volume=127, pan=68, reverb=44, sway=9))
        self.kalimba = score.part("kalimba", Voice(108, volume=112, pan=94, reverb=60))
        self.vibes = score.part("vibraphone", Voice(11, volume=127, pan=80, reverb=60))
        self.pad = score.part("pad", Voice(89, volume=98, pan=44, reverb=70, chorus=24, sway=16))
        self.strings = score.part("strings", Voice(49, volume=90, pan=72, reverb=66, sway=14))
        self.horn = score.part("horn", Voice(60, volume=76, pan=36, reverb=66, sway=13))
        self.bass = score.part("bass", Voice(33, volume=98, reverb=12))
        self.drums = score.drums(Voice(32, volume=108, reverb=30, sway=5))

    def intro(self, at: float) -> float:
        spans = harmony(SKY)
        arpeggio(self.kalimba, at, spans, "0 2 1 3 0 2 3 1", (56, 68), low="Eb4", high="F#5")
        pad(self.pad, at, spans, 56, low="C4", high="Eb5")
        swell(self.pad, at, 16, 76, 104)
        bass(self.bass, at, spans, "1:4", (58, 66))
        strum(self.keys, at + 8, harmony("Abmaj7 | Bb/Ab"), "D-------", 58, low="C4", high="Eb5")
        beat(self.drums, at + 8, 2, {"stick": "........o.......", "shaker": "..o...o...o...o."}, 52)
        tune(self.guitar, at + 12, "r:2.5 G4:.5 Ab4:.5 Bb4:.5", (56, 66))
        return at + 16

    def groove(self, at: float, bars: int, glad: float) -> None:
        beat(self.drums, at, bars, {"kick": "x......ox.x.....", "stick": "....x.......x...",
                                    "hat": "o.x.o.x.o.x.o.xo"}, 58 + glad)  # fmt: skip

    def verse(self, at: float, theme: str, full: bool) -> float:
        spans = harmony(VERSE)
        tune(self.guitar, at, theme, (80, 88))
        strum(self.keys, at, spans, COMP, (58, 66), low="Bb3", high="D5", spread=0.01)
        bass(self.bass, at, spans, "1:1.5 1:.5 5:1 8:1" if full else "1:2.5 1:.5 5:1", (74, 82))
        self.groove(at, 8, 4 if full else 0)
        if full:
            pad(self.strings, at, spans, (54, 66), voices=3, low="Eb4", high="F#5")
            swell(self.strings, at, 32, 64, 100)
            tune(self.vibes, at, GLINTS, 60)
        else:
            pad(self.pad, at, spans, 52, low="C4", high="Eb5")
        return at + 32

    def chorus(self, at: float, glad: float) -> float:
        spans = harmony(CHORUS)
        tune(self.vibes, at, REFRAIN, 82 + glad)
        tune(self.guitar, at, REFRAIN, 80 + glad, up=-12)
        tune(self.horn, at, COUNTER, 66 + glad)
        pad(self.strings, at, spans, 66 + glad, low="C4", high="F5")
        swell(self.strings, at, 32, 92, 110)
        strum(self.keys, at, spans, "D-DU-UD-", 64 + glad, low="Bb3", high="D5", spread=0.01)
        bass(self.bass, at, spans, "1:1.5 1:.5 5:1 8:.5 5:.5", 82 + glad)
        self.groove(at, 8, 10 + glad)
        beat(self.drums, at, 8, {"tambourine": "....x.......x..."}, 50 + glad)
        if glad:
            arpeggio(self.kalimba, at, spans, "0 2 1 3 0 2 3 1", 60, low="Eb4", high="F#5")
        return at + 32

    def sky(self, at: float) -> float:
        spans = harmony(SKY)
        arpeggio(self.kalimba, at, spans, "0 2 1 3 0 2 3 1", (60, 74), low="Eb4", high="F#5")
        pad(self.pad, at, spans, 62, low="C4", high="Eb5")
        tune(self.horn, at, "C4:3 Eb4:1 | D4:2 F4:2 | G4:3 Eb4:1 | F4:4", (68, 78))
        tune(self.vibes, at, ANSWER, (64, 76))
        bass(self.bass, at, spans, "1:1.5 1:1.5 8:1", (70, 78))
        beat(self.drums, at, 4, {"kick": "x.......x.......", "shaker": "..o...o...o...o."}, 54)
        return at + 16

    def outro(self, at: float) -> float:
        chords = "Abmaj7 | Bb/Ab | Gm7 Cm7 | Fm7 Bb7sus4"
        spans = harmony(chords)
        tune(self.guitar, at, "r:.5 C5:.5 Eb5:.75 F5:.25 G5:2 | r:.5 Bb4:.5 D5:.75 F5:.25 Bb5:2 |"
             "Bb5:1 G5:1 Eb5:2 | r:.5 Ab4:.5 C5:.75 Eb5:.25 F5:2", (80, 64))  # fmt: skip
        strum(self.keys, at, spans, "D-------", (62, 52), low="Bb3", high="D5")
        pad(self.strings, at, harmony(f"{chords} | Ebadd9 | Ebadd9"), 60, low="C4", high="Eb5")
        swell(self.strings, at, 24, 92, 56)
        bass(self.bass, at, spans, "1:2 5:2", (76, 62))
        self.groove(at, 3, 0)
        self.score.slow(at + 10, at + 16, 70)
        rolled(self.keys, at + 16, "Eb3 Bb3 F4 G4 Bb4", 58, size=8)
        rolled(self.guitar, at + 16.5, "Bb4 Eb5 G5", 60, size=6, spread=0.3)
        rolled(self.kalimba, at + 17.5, "G5 Bb5 F5 G5", 46, size=4, spread=0.5)
        self.bass.play(at + 16, 6, 39, 62)
        return at + 21


GLINTS = """
r:3 D6:.5 Bb5:.5 | r:3 Eb6:.5 Bb5:.5 | r:4 | r:3 D6:.5 F6:.5 |
r:3 D6:.5 Bb5:.5 | r:4 | r:3 C6:.5 Ab5:.5 | r:2 Ab5:.5 Bb5:.5 D6:1"""


def write() -> Score:
    """Open sky, verse, refrain, sky again, verse varied, refrain, sunset."""
    band = _Band()
    at = band.intro(0)
    at = band.verse(at, THEME, full=False)
    at = band.chorus(at, 0)
    at = band.sky(at)
    at = band.verse(at, THEME_VARIED, full=True)
    at = band.chorus(at, 5)
    band.score.end = band.outro(at)
    return band.score
