"""Paper Kites: marimba, pizzicato and soft pads under a flute; F lydian, 120 bpm."""

from __future__ import annotations

from composer.figures import arpeggio, bass, beat, pad, rolled, swell, tune
from composer.score import Score, Voice
from composer.theory import harmony

DRIFT = "Fmaj7 | G/F | Fmaj7 | G/F"
VERSE = "Fmaj7 | G/F | Am7 | G | Fmaj7 | G/F | Em7 | Fmaj7"
LIFT = "Dm7 | G | C/E | F | Dm7 | Em7 | F | G"
CHORUS = "Fmaj7 | C/E | G | Am7 | Fmaj7 | C/E | G | Fmaj7"

# The motif leans three and three and two across the bar, as the marimba does.
THEME = """
A5:1.5 B5:1.5 C6:1 | B5:1.5 G5:1.5 D5:1 | E5:1.5 G5:1.5 A5:1 | B5:3 r:1 |
A5:1.5 B5:1.5 C6:1 | D6:1.5 B5:1.5 G5:1 | E5:1.5 G5:1.5 B5:1 | A5:3 r:1"""
RISE = """
F5:.5 A5:.5 D6:2 C6:1 | B5:1.5 A5:.5 G5:2 | E5:.5 G5:.5 C6:2 B5:1 | A5:1.5 G5:.5 F5:2 |
F5:.5 A5:.5 D6:1.5 E6:.5 D6:1 | B5:1.5 G5:.5 E5:2 | F5:1 G5:1 A5:1 C6:1 | B5:1.5 C6:.5 D6:2"""
REFRAIN = """
E6:1.5 C6:1.5 A5:1 | G5:1.5 C6:1.5 D6:1 | B5:1.5 A5:.5 B5:1 D6:1 | C6:1.5 G5:1.5 A5:1 |
E6:1.5 C6:1.5 A5:1 | G5:1.5 C6:1.5 E6:1 | D6:1.5 B5:1 C6:.5 D6:1 | C6:1.5 A5:2.5"""
COUNTER = """
A4:2 C5:2 | G4:2 E4:2 | D5:2 B4:2 | C5:2 E5:2 |
C5:2 A4:2 | E5:2 G4:2 | B4:2 G4:2 | A4:4"""
FRAGMENT = "A4:.5 r:1 B4:.5 r:1 C5:.5 r:.5 | B4:.5 r:1 G4:.5 r:1 D5:.5 r:.5"
OSTINATO = "0 2 3 1 2 3 1 3"
CROWD = "02 3 1 02 3 1 13 2"


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("paper-kites", bpm=120, tail=2.8)
        self.marimba = score.part("marimba", Voice(12, volume=112, pan=46, reverb=46))
        self.kalimba = score.part("kalimba", Voice(108, volume=118, pan=90, reverb=56))
        self.pizzicato = score.part("pizzicato", Voice(45, volume=112, pan=84, reverb=56))
        self.pad = score.part("pad", Voice(89, volume=106, pan=60, reverb=70, chorus=20, sway=16))
        self.flute = score.part("flute", Voice(73, volume=80, pan=62, reverb=58, sway=10))
        self.strings = score.part("strings", Voice(48, volume=108, pan=72, reverb=66, sway=14))
        self.cello = score.part("horn", Voice(60, volume=80, pan=40, reverb=66, sway=12))
        self.bass = score.part("bass", Voice(35, volume=100, reverb=18))
        self.drums = score.drums(Voice(8, volume=100, reverb=40, sway=5))

    def ground(self, at: float, chords: str, loud: tuple[float, float], pattern: str) -> None:
        arpeggio(self.marimba, at, harmony(chords), pattern, loud, low="C4", high="A5")

    def intro(self, at: float) -> float:
        self.ground(at, f"{DRIFT} | {DRIFT}", (68, 76), OSTINATO)
        tune(self.pizzicato, at + 16, f"{FRAGMENT} | {FRAGMENT}", (62, 74))
        pad(self.pad, at + 16, harmony(DRIFT), 54, low="C4", high="Eb5")
        swell(self.pad, at + 16, 16, 40, 96)
        bass(self.bass, at + 16, harmony(DRIFT), "1:4", (60, 68))
        beat(self.drums, at + 24, 2, {"shaker": "o.x.o.x.o.x.o.x."}, (40, 56))
        return at + 32

    def verse(self, at: float) -> float:
        spans = harmony(VERSE)
        self.ground(at, VERSE, (66, 72), OSTINATO)
        tune(self.flute, at, THEME, (74, 84))
        pad(self.pad, at, spans, 58, low="C4", high="Eb5")
        bass(self.bass, at, spans, "1:1.5 1:1.5 5:1", (70, 78))
        arpeggio(self.pizzicato, at, spans, ". . 1 . . 2 . 3", (56, 66), low="C4", high="Eb5")
        beat(
            self.drums, at, 8, {"kick": "x.....o.....o...", "shaker": "o.x.o.x.o.x.o.x."}, (54, 62)
        )
        return at + 32

    def lift(self, at: float) -> float:
        spans = harmony(LIFT)
        self.ground(at, LIFT, (66, 82), OSTINATO)
        tune(self.flute, at, RISE, (76, 92))
        pad(self.strings, at, spans, (50, 76), low="A3", high="D5")
        swell(self.strings, at, 32, 44, 106)
        bass(self.bass, at, spans, "1:2 5:1 1:1", (72, 86))
        arpeggio(self.pizzicato, at, spans, "0 . 2 . 1 . 3 .", (60, 78), low="C4", high="Eb5")
        beat(self.drums, at, 7, {"kick": "x.......x.......", "stick": "....o.......o..o",
                                 "shaker": "o.x.o.x.o.x.o.x."}, (56, 70))  # fmt: skip
        beat(
            self.drums,
            at + 28,
            1,
            {"low conga": "x..x..x.x.x.xx..", "conga": "..x..x.x.x.x..xx"},
            62,
        )
        return at + 32

    def chorus(self, at: float, glad: float) -> float:
        spans = harmony(CHORUS)
        self.ground(at, CHORUS, (78 + glad, 82 + glad), CROWD)
        tune(self.flute, at, REFRAIN, 86 + glad)
        tune(self.strings, at, REFRAIN, 74 + glad, up=-12)
        tune(self.cello, at, COUNTER, 70 + glad, up=-12 if glad == 0 else 0)
        pad(self.pad, at, spans, 64, low="C4", high="Eb5")
        swell(self.strings, at, 32, 96, 108)
        bass(self.bass, at, spans, "1:1.5 1:1.5 5:.5 8:.5", 82 + glad)
        arpeggio(self.pizzicato, at, spans, "0 . 1 2 . 3 2 1", 66 + glad, low="C4", high="Eb5")
        beat(self.drums, at, 8, {"kick": "x.....x...x.....", "stick": "....x.......x...",
                                 "conga": "..o...o..o....o.",
                                 "cabasa": "o.x.X.x.o.x.X.x."}, 66 + glad)  # fmt: skip
        if glad:
            arpeggio(self.kalimba, at, spans, "3 . 2+ . 3+ . . 2+", 60, low="C4", high="Eb5")
        return at + 32

    def rest(self, at: float) -> float:
        chords = "Fmaj7 | G/F | Fmaj7 | G/F | Em7 | G"
        spans = harmony(chords)
        arpeggio(self.kalimba, at, spans, OSTINATO, (62, 78), low="C5", high="Eb6")
        pad(self.pad, at, spans, 60, low="C4", high="Eb5")
        tune(
            self.cello, at, "A3:3 r:1 | B3:3 r:1 | C4:3 r:1 | D4:3 r:1 | B3:2 E4:2 | D4:4", (66, 82)
        )
        tune(self.pizzicato, at + 8, f"{FRAGMENT} | E4:.5 r:1 G4:.5 r:1 B4:.5 r:.5 |"
             "G4:.5 B4:.5 D5:.5 G4:.5 B4:.5 D5:.5 G5:1", (60, 84))  # fmt: skip
        bass(self.bass, at + 16, harmony("Em7 | G"), "1:1.5 1:1.5 5:1", (70, 82))
        beat(
            self.drums,
            at,
            6,
            {"triangle": "o.......o.......", "shaker": "....o.......o..."},
            (40, 56),
        )
        return at + 24

    def outro(self, at: float) -> float:
        self.ground(at, DRIFT, (72, 58), OSTINATO)
        tune(self.flute, at, "A5:1.5 B5:1.5 C6:1 | B5:1.5 G5:1.5 D5:1 | A5:1.5 B5:1.5 E6:1 | D6:4",
             (80, 66))  # fmt: skip
        pad(self.pad, at, harmony(f"{DRIFT} | Fmaj7 | Fmaj7"), 58, low="C4", high="Eb5")
        swell(self.pad, at + 8, 16, 104, 40)
        bass(self.bass, at, harmony(DRIFT), "1:3 5:1", (76, 62))
        beat(self.drums, at, 3, {"shaker": "o.x.o.x.o.x.o.x."}, (56, 38))
        self.score.slow(at + 11, at + 16, 88)
        rolled(self.marimba, at + 16, "F3 C4 G4 A4 C5 E5", 62, size=4, spread=0.13)
        rolled(self.kalimba, at + 17, "A5 C6 E6", 50, size=4, spread=0.4)
        self.flute.play(at + 16, 5.5, 84, 60)
        swell(self.flute, at + 16, 5.5, 110, 36)
        self.bass.play(at + 16, 5, 41, 64)
        self.pizzicato.play(at + 16, 1, 53, 66)
        return at + 20


def write() -> Score:
    """Ostinato, verse, lift, refrain, a rest for kalimba and horn, refrain, the ostinato leaves."""
    band = _Band()
    at = band.intro(0)
    at = band.verse(at)
    at = band.lift(at)
    at = band.chorus(at, 0)
    at = band.rest(at)
    at = band.chorus(at, 5)
    band.score.end = band.outro(at)
    return band.score
