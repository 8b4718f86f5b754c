"""Porch Parade: ukulele, whistle and hand claps; G mixolydian, 116 bpm, swung."""

from __future__ import annotations

from composer.figures import bass, beat, pad, rolled, strum, tune
from composer.score import Score, Voice
from composer.theory import harmony

VAMP = "G | F | C | G"
VERSE = "G | Bm7 | C | D | G | Em7 | Am7 | D7"
CHORUS = "C | G/B | Am7 D | G | C | G/B | F D | G"
BRIDGE = "Em | Em | C | C | Am7 | Am7 | D | D7"

# The motif: a hop down from the fifth, and back up by step.
THEME = """
D6:.5 B5:1 G5:.5 A5:.5 B5:1 D6:.5 | A5:.5 F#5:1 D5:.5 F#5:2 |
E6:.5 C6:1 G5:.5 A5:.5 C6:1 E6:.5 | D6:1 C6:.5 A5:.5 F#5:2 |
D6:.5 B5:1 G5:.5 A5:.5 B5:1 D6:.5 | E6:.5 D6:1 B5:.5 G5:2 |
A5:.5 C6:.5 E6:1 D6:.5 C6:1 A5:.5 | B5:.5 A5:1 F#5:.5 D5:1 r:1"""
THEME_VARIED = """
D6:.5 B5:.5 r:.5 G5:.5 A5:.5 B5:.5 D6:1 | A5:1 B5:.5 A5:.5 F#5:1 D5:1 |
E6:.5 C6:.5 r:.5 G5:.5 A5:.5 C6:.5 E6:1 | D6:.5 E6:.5 D6:.5 A5:.5 F#5:2 |
r:.5 D6:.5 B5:.5 G5:.5 A5:.5 B5:1 D6:.5 | E6:.5 G6:1 E6:.5 D6:1 B5:1 |
A5:.5 C6:.5 E6:1 D6:.5 C6:1 E6:.5 | D6:.5 C6:1 A5:.5 F#5:.5 A5:.5 D6:1"""
REFRAIN = """
E6:1 G6:1 E6:.5 D6:.5 C6:1 | D6:1.5 B5:.5 G5:2 |
C6:1 E6:1 D6:.5 C6:.5 A5:1 | B5:3 r:.5 D6:.5 |
E6:1 G6:1 E6:.5 D6:.5 C6:1 | D6:1.5 B5:.5 G6:2 |
F6:1 C6:.5 A5:.5 F#5:.5 A5:.5 C6:1 | B5:.5 A5:.5 G5:2 r:1"""
CALL = """
E4:.5 G4:.5 B4:1 A4:.5 G4:1.5 | r:4 | E4:.5 G4:.5 C5:1 B4:.5 G4:1.5 | r:4 |
A4:.5 C5:.5 E5:1 D5:.5 C5:1.5 | r:4 | D5:.5 C5:.5 A4:.5 F#4:.5 A4:2 |
D4:.5 E4:.5 F#4:.5 A4:.5 C5:1 D5:1"""
ANSWER = """
r:4 | r:1 E6:.5 D6:.5 B5:1 r:1 | r:4 | r:1 G5:.5 C6:.5 E6:1 r:1 |
r:4 | r:1 A5:.5 C6:.5 E6:1 r:1 | r:4 | D5:.5 E5:.5 F#5:.5 A5:.5 C6:1 D6:1"""
TAG = "E6:1 G6:1 E6:.5 D6:.5 C6:1 | D6:1.5 B5:.5 G5:2 | A5:.5 C6:.5 E6:1 F#6:1 D6:1"
STRUM = "D-DU-UDU"
CLAPS = "....x.......x..."


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("porch-parade", bpm=116, swing=0.6, tail=2.4)
        self.uke = score.part("ukulele", Voice(24, bank=8, volume=110, pan=46, reverb=34))
        self.guitar = score.part("guitar", Voice(24, volume=108, pan=96, reverb=30))
        self.whistle = score.part("whistle", Voice(78, volume=76, pan=66, reverb=56, sway=9))
        self.reed = score.part("clarinet", Voice(71, volume=74, pan=78, reverb=46, sway=9))
        self.squeeze = score.part("accordion", Voice(21, volume=88, pan=34, reverb=46, sway=11))
        self.bells = score.part("glockenspiel", Voice(9, volume=110, pan=92, reverb=56))
        self.bass = score.part("bass", Voice(32, volume=106, reverb=16))
        self.drums = score.drums(Voice(0, volume=100, reverb=34, sway=5))

    def intro(self, at: float) -> float:
        strum(self.uke, at, harmony(VAMP), STRUM, (66, 78))
        beat(self.drums, at + 8, 2, {"clap": CLAPS}, 64)
        bass(self.bass, at + 8, harmony("C | G"), "1:2 5:2", 72)
        tune(self.whistle, at + 8, "r:4 | r:2 G5:.5 A5:.5 B5:.5 D6:.5", (58, 72))
        return at + 16

    def verse(self, at: float, theme: str, full: bool) -> float:
        spans = harmony(VERSE)
        tune(self.whistle, at, theme, (76, 84), legato=0.88)
        strum(self.uke, at, spans, STRUM, (70, 76))
        bass(self.bass, at, spans, "1:1.5 1:.5 5:1.5 3:.5" if full else "1:2 5:2", (74, 84))
        beat(self.drums, at, 8, {"clap": CLAPS, "shaker": "o.x.o.x.o.x.o.x."}, (60, 68))
        if full:
            tune(self.guitar, at, SECOND, (64, 76))
            beat(self.drums, at, 8, {"kick": "x.......x.....o."}, 66)
        return at + 32

    def chorus(self, at: float, glad: float, full: bool) -> float:
        spans = harmony(CHORUS)
        tune(self.whistle, at, REFRAIN, 80 + glad, legato=0.9)
        tune(self.reed, at, REFRAIN, 66 + glad, up=-12)
        strum(self.uke, at, spans, "DUDU-UDU", 74 + glad)
        strum(self.guitar, at, spans, "--D---DU", 58 + glad, low="D3", high="B4")
        pad(self.squeeze, at, spans, 56 + glad, voices=3, low="C4", high="Eb5")
        bass(self.bass, at, spans, "1:1 8:.5 5:.5 1:1 5:.5 3:.5", 82 + glad)
        beat(self.drums, at, 8, {"kick": "x.......x.....x.", "clap": CLAPS, "stick": CLAPS,
                                 "tambourine": "o.x.o.x.o.x.o.x."}, 68 + glad)  # fmt: skip
        if full:
            tune(self.bells, at, SPARKLE, 56)
        return at + 32

    def bridge(self, at: float) -> float:
        spans = harmony(BRIDGE)
        tune(self.reed, at, CALL, (70, 82), legato=0.85)
        tune(self.whistle, at, ANSWER, (70, 82), legato=0.85)
        strum(self.uke, at, spans, "c-c-c-c-", (62, 80))
        bass(self.bass, at, spans, "1:1.5 5:.5 1:1 r:1", (72, 84))
        beat(self.drums, at, 7, {"clap": "....x..x....x...", "block": "x.....x........."}, (56, 66))
        beat(self.drums, at + 28, 1, {"clap": "x.x.x.x.x.xxx.x.", "snare": "....o...o.o.oxxx"}, 64)
        return at + 32

    def outro(self, at: float) -> float:
        spans = harmony("C | G/B | Am7 D | F C")
        tune(self.whistle, at, TAG + "| G6:3 r:1", (84, 74), legato=0.9)
        tune(self.reed, at, TAG + "| C6:2 C6:2", (70, 62), up=-12)
        strum(self.uke, at, spans, "DUDU-UDU", (76, 70))
        pad(self.squeeze, at, spans, (58, 44), voices=3, low="C4", high="Eb5")
        bass(self.bass, at, spans, "1:1 8:.5 5:.5 1:1 5:1", (84, 74))
        beat(self.drums, at, 3, {"kick": "x.......x.....x.", "clap": CLAPS,
                                 "tambourine": "o.x.o.x.o.x.o.x."}, 66)  # fmt: skip
        self.score.slow(at + 11, at + 16, 92)
        rolled(self.uke, at + 16, "G4 B4 D5 G5", 78, size=5, spread=0.05)
        rolled(self.guitar, at + 16, "G2 D3 G3 B3", 66, size=5, spread=0.07)
        rolled(self.bells, at + 16.5, "B5 D6 G6", 50, size=3, spread=0.34)
        self.bass.play(at + 16, 4, 31, 76)
        tune(self.whistle, at + 16, "D6:.5 B5:.5 G5:3", (66, 60))
        self.drums.play(at + 16, 0.2, 39, 58)
        return at + 19


SECOND = """
B3:1.5 D4:.5 B3:2 | D4:1.5 B3:.5 F#3:2 | C4:1.5 E4:.5 G4:2 | F#4:1.5 E4:.5 D4:2 |
B3:1.5 D4:.5 G4:2 | G4:1.5 B4:.5 E4:2 | C4:1.5 E4:.5 G4:2 | F#4:1 E4:1 D4:1 C4:1"""
SPARKLE = """
r:3 G6:.5 E6:.5 | r:2 B5:.5 D6:.5 G6:1 | r:4 | r:1 D6:.5 G6:.5 B6:1 r:1 |
r:3 G6:.5 E6:.5 | r:2 B5:.5 D6:.5 G6:1 | r:4 | r:1 D6:.5 B5:.5 G6:2"""


def write() -> Score:
    """Vamp, verse, refrain, verse varied, a bridge of call and answer, refrain, tag."""
    band = _Band()
    at = band.intro(0)
    at = band.verse(at, THEME, full=False)
    at = band.chorus(at, 0, full=False)
    at = band.verse(at, THEME_VARIED, full=True)
    at = band.bridge(at)
    at = band.chorus(at, 5, full=True)
    band.score.end = band.outro(at)
    return band.score
