"""Corner Cafe: a bossa nova for flute, nylon guitar, vibraphone; A minor to A major, 126 bpm."""

from __future__ import annotations

from composer.figures import arpeggio, bass, beat, pad, rolled, strum, swell, tune
from composer.score import Score, Voice
from composer.theory import harmony

DOOR = "Am9 | Dm9 | Am9 | E7sus4 E7"
SHADE = "Am9 | Fmaj7 | Dm9 | G9 | Cmaj9 | Fmaj7 | Dm7 | E7sus4 E7"
SUN = "Amaj9 | F#m7 | Bm7 | E9 | Amaj9 | C#m7 F#m7 | Bm7 E7 | A6"
TURN = "Dmaj9 | C#m7 | Bm7 | E7sus4 E7"

# The motif: up to the fifth or higher, and a step at a time down again.
THEME = """
r:.5 E5:.5 A5:1 G5:.5 E5:.5 C5:1 | r:.5 C5:.5 E5:1 D5:.5 C5:.5 A4:1 |
r:.5 F5:.5 A5:1 G5:.5 F5:.5 E5:1 | D5:1.5 E5:.5 B4:2 |
r:.5 C5:.5 E5:1 G5:.5 B5:.5 G5:1 | A5:1.5 G5:.5 E5:2 |
r:.5 D5:.5 F5:1 A5:.5 G5:.5 F5:1 | E5:2 G#4:1 B4:1"""
THEME_VARIED = """
r:.5 E5:.5 A5:.5 B5:.5 C6:.5 B5:.5 A5:1 | r:.5 C6:.5 A5:.5 E5:.5 D5:.5 C5:.5 A4:1 |
r:.5 F5:.5 A5:.5 C6:.5 B5:.5 A5:.5 F5:1 | D5:.5 F5:.5 A5:.5 B5:.5 D6:2 |
r:.5 E6:.5 D6:.5 B5:.5 G5:.5 E5:.5 G5:1 | A5:1.5 C6:.5 E6:2 |
r:.5 D6:.5 C6:.5 A5:.5 F5:.5 D5:.5 F5:1 | E5:1 G#5:1 B5:1 D6:1"""
REFRAIN = """
C#6:1.5 B5:.5 A5:1 E5:1 | F#5:.5 A5:1 B5:.5 C#6:2 |
D6:1.5 C#6:.5 B5:1 F#5:1 | G#5:.5 B5:1 C#6:.5 D6:2 |
C#6:1.5 B5:.5 A5:1 E5:1 | G#5:.5 B5:1 E6:.5 C#6:2 |
D6:1 B5:1 G#5:1 E5:1 | A5:3 r:1"""
COUNTER = """
E4:2 A4:2 | C#5:2 A4:2 | F#4:2 B4:2 | D5:2 B4:2 |
E4:2 A4:2 | B4:2 A4:2 | F#4:2 G#4:2 | A4:4"""
ANSWER = """
r:2 B4:.5 C5:.5 E5:1 | r:2 A4:.5 C5:.5 F5:1 | r:2 A4:.5 C5:.5 E5:1 | r:2 B4:.5 D5:.5 F5:1 |
r:2 B4:.5 D5:.5 E5:1 | r:2 A4:.5 C5:.5 E5:1 | r:2 A4:.5 C5:.5 D5:1 | r:2 B4:.5 D5:.5 E5:1"""
BRIDGE = "F#5:1.5 E5:.5 C#5:2 | E5:1.5 C#5:.5 G#4:2 | D5:1.5 C#5:.5 B4:1 D5:1 | E5:2 G#5:1 B5:1"
SYNCOPE = "D--D--D---D-D---"
"""Two bars of guitar, in eighths."""
CLAVE = {"stick": "x..x..x...x..x..", "shaker": "o.x.o.x.o.x.o.x."}
"""Two bars of percussion, in eighths."""


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("corner-cafe", bpm=126, swing=0.5, tail=3.4)
        self.guitar = score.part("nylon guitar", Voice(24, volume=122, pan=44, reverb=34, sway=8))
        self.flute = score.part("flute", Voice(73, volume=92, pan=70, reverb=54, sway=11))
        self.vibes = score.part("vibraphone", Voice(11, volume=118, pan=88, reverb=56, sway=9))
        self.piano = score.part("piano", Voice(0, volume=84, pan=30, reverb=44, sway=10))
        self.strings = score.part("strings", Voice(49, volume=84, pan=60, reverb=66, sway=14))
        self.bass = score.part("double bass", Voice(32, volume=112, reverb=14, sway=8))
        self.drums = score.drums(Voice(40, volume=96, reverb=30, sway=6))

    def rhythm(self, at: float, chords: str, loud: float) -> None:
        spans = harmony(chords)
        bars = len(chords.split(" | "))
        strum(self.guitar, at, spans, SYNCOPE, loud, low="A3", high="C#5", spread=0.012)
        bass(self.bass, at, spans, "1:1.5 1:.5 5:1.5 5:.5", loud + 12)
        beat(self.drums, at, bars // 2, CLAVE, loud - 12, beats=8)

    def door(self, at: float) -> float:
        spans = harmony(DOOR)
        strum(self.guitar, at, spans, SYNCOPE, (54, 64), low="A3", high="C#5", spread=0.012)
        beat(self.drums, at + 8, 1, {"shaker": CLAVE["shaker"]}, 46, beats=8)
        bass(self.bass, at + 8, harmony("Am9 | E7sus4 E7"), "1:2 5:2", (62, 70))
        tune(self.flute, at + 12, "r:2 B4:.5 D5:.5 G#5:.5 B5:.5", (54, 66))
        return at + 16

    def shade(self, at: float, theme: str, full: bool) -> float:
        spans = harmony(SHADE)
        self.rhythm(at, SHADE, 66 if full else 60)
        tune(self.flute, at, theme, (78, 88))
        if full:
            tune(self.vibes, at, ANSWER, (60, 70))
            pad(self.strings, at, spans, (52, 64), voices=3, low="E4", high="A5")
            swell(self.strings, at, 32, 60, 100)
            beat(self.drums, at, 8, {"pedal": "....x.......x..."}, 50)
        return at + 32

    def sun(self, at: float, glad: float) -> float:
        spans = harmony(SUN)
        self.rhythm(at, SUN, 66 + glad)
        tune(self.vibes, at, REFRAIN, 80 + glad)
        tune(self.flute, at, REFRAIN if glad else COUNTER, 76 + glad, up=0 if glad else 12)
        pad(self.strings, at, spans, 62 + glad, low="C#4", high="F#5")
        swell(self.strings, at, 32, 88, 108)
        strum(self.piano, at, spans, "---D--U-", 60 + glad, low="E4", high="G#5", spread=0.008)
        beat(self.drums, at, 8, {"ride": "x...x.o.x...x.o."}, 46 + glad)
        if glad:
            tune(self.strings, at, COUNTER, 70 + glad)
            beat(self.drums, at, 8, {"tambourine": "....x.......x..."}, 48)
        return at + 32

    def turn(self, at: float) -> float:
        spans = harmony(TURN)
        tune(self.piano, at, BRIDGE, (72, 80))
        arpeggio(self.guitar, at, spans, "0 1 2 3 2 1 2 3", (58, 70), low="A3", high="C#5")
        pad(self.strings, at, spans, 56, voices=3, low="E4", high="A5")
        bass(self.bass, at, spans, "1:2 5:2", (66, 78))
        beat(self.drums, at, 2, {"shaker": CLAVE["shaker"]}, 50, beats=8)
        return at + 16

    def close(self, at: float) -> float:
        chords = "Dmaj9 | C#m7 | Bm7 | E9"
        self.rhythm(at, chords, 60)
        tune(self.flute, at, "F#5:1.5 E5:.5 C#5:2 | E5:1.5 C#5:.5 G#4:2", (80, 70))
        tune(self.vibes, at + 8, "D5:1 F#5:1 A5:2 | G#5:1 B5:1 D6:2", (70, 60))
        pad(self.strings, at, harmony(f"{chords} | A6 | A6"), 58, low="C#4", high="F#5")
        swell(self.strings, at, 24, 92, 54)
        self.score.slow(at + 10, at + 16, 88)
        rolled(self.guitar, at + 16, "A2 E3 C#4 F#4 B4", 62, size=7)
        rolled(self.vibes, at + 17, "C#5 E5 B5", 54, size=5, spread=0.4)
        tune(self.flute, at + 16, "A5:4", 60)
        self.bass.play(at + 16, 6, 33, 66)
        return at + 21


def write() -> Score:
    """Guitar at the door, theme in the shade, refrain in the sun, a turn, both again, farewell."""
    band = _Band()
    at = band.door(0)
    at = band.shade(at, THEME, full=False)
    at = band.sun(at, 0)
    at = band.turn(at)
    at = band.shade(at, THEME_VARIED, full=True)
    at = band.sun(at, 5)
    band.score.end = band.close(at)
    return band.score
