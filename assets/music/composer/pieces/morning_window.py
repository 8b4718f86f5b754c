"""Morning Window: piano, strings and glockenspiel; D major, 104 bpm, home in E major."""

from __future__ import annotations

from composer.figures import arpeggio, bass, beat, pad, pedal, rolled, strum, swell, tune
from composer.score import Score, Voice
from composer.theory import harmony

VERSE = "D | A/C# | Bm7 | G | D/F# | G | Em7 | Asus4 A"
VERSE_HOME = "D | A/C# | Bm7 | G | D/F# | G | Em7 | A B7"
BUILD = "Em7 | F#m7 | G | A"
CHORUS = "G | A | D/F# | Bm7 | G | A | Bm7 A/C# | D"

# The motif: three steps up to a long note and a sigh back.
THEME = """
r:.5 A4:.5 D5:.5 E5:.5 F#5:1.5 E5:.5 | E5:1.5 D5:.5 C#5:1 A4:1 |
r:.5 B4:.5 D5:.5 E5:.5 F#5:1 A5:1 | G5:1.5 F#5:.5 D5:2 |
r:.5 A4:.5 D5:.5 E5:.5 F#5:1.5 A5:.5 | B5:1.5 A5:.5 G5:1 D5:1 |
r:.5 E5:.5 G5:.5 A5:.5 B5:1 G5:1 | A5:1.5 G5:.5 E5:1 C#5:1"""
THEME_VARIED = """
F#5:1 D5:.5 E5:.5 F#5:.5 A5:1.5 | E5:1 C#5:.5 D5:.5 E5:.5 A5:1.5 |
D5:.5 F#5:.5 B5:1 A5:1 F#5:1 | G5:1 F#5:.5 E5:.5 D5:2 |
r:.5 A4:.5 D5:.5 E5:.5 F#5:.5 A5:1.5 | B5:1 D6:.5 B5:.5 A5:1 G5:1 |
r:.5 E5:.5 G5:.5 B5:.5 D6:1 B5:1 | A5:1 C#6:1 B5:1 D#6:1"""
CLIMB = """
r:.5 B4:.5 D5:.5 E5:.5 G5:2 | r:.5 C#5:.5 E5:.5 F#5:.5 A5:2 |
r:.5 D5:.5 F#5:.5 G5:.5 B5:2 | A5:.5 B5:.5 C#6:.5 D6:.5 E6:2"""
REFRAIN = """
D6:1.5 B5:.5 A5:.5 B5:1.5 | C#6:1.5 A5:.5 E5:.5 A5:1.5 |
F#5:.5 A5:.5 D6:1 E6:.5 D6:1.5 | C#6:.5 B5:.5 A5:1 F#5:2 |
D6:1.5 B5:.5 A5:.5 B5:1.5 | C#6:1.5 D6:.5 E6:1 C#6:1 |
D6:1 F#6:1 E6:1 C#6:1 | D6:3 r:1"""
COUNTER = """
B4:2 D5:2 | E5:2 C#5:1 E5:1 | D5:2 A4:2 | B4:2 D5:2 |
G5:2 D5:2 | E5:2 A5:2 | F#5:2 E5:1 G5:1 | F#5:4"""
COUNTER_VERSE = """
F#4:2 A4:2 | A4:2 E4:2 | D4:1 F#4:1 B4:2 | B4:2 G4:2 |
A4:2 D5:2 | D5:2 B4:2 | G4:2 B4:2 | C#5:2 D#5:2"""
GOODBYE = """
r:.5 B4:.5 E5:.5 F#5:.5 G#5:1.5 F#5:.5 | F#5:1.5 E5:.5 D#5:1 B4:1 |
r:.5 C#5:.5 E5:.5 F#5:.5 G#5:1 B5:1 | A5:2 F#5:1 D#5:1"""
HOME = 2  # the last refrain stands a tone higher


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("morning-window", bpm=104, tail=3.2)
        self.piano = score.part("piano", Voice(0, volume=118, pan=58, reverb=44))
        self.left = score.part("piano, left hand", Voice(0, volume=94, pan=54, reverb=44))
        self.strings = score.part("strings", Voice(48, volume=88, pan=74, reverb=66, sway=14))
        self.viola = score.part("counter-melody", Voice(48, volume=66, pan=48, reverb=66, sway=12))
        self.bells = score.part("glockenspiel", Voice(9, volume=112, pan=82, reverb=70))
        self.bass = score.part("bass", Voice(32, volume=92, reverb=18))
        self.guitar = score.part("guitar", Voice(25, volume=86, pan=96, reverb=36))
        self.drums = score.drums(Voice(40, volume=86, reverb=34, sway=4))

    def intro(self, at: float) -> float:
        spans = harmony("G | A | Bm7 | Asus4 A")
        arpeggio(self.left, at, spans, "0 2 1 3 2 1 3 2", (60, 66), low="D3", high="A4")
        pedal(self.left, at, spans)
        tune(self.bells, at, "D6:2 B5:2 | C#6:2 A5:2 | D6:1 F#6:1 E6:2 | D6:2 C#6:2", 68)
        bass(self.bass, at, spans, "1:4", 60)
        pad(self.strings, at + 8, harmony("Bm7 | Asus4 A"), 60)
        swell(self.strings, at + 8, 8, 50, 90)
        return at + 16

    def verse(self, at: float, theme: str, chords: str, full: bool) -> float:
        spans = harmony(chords)
        tune(self.piano, at, theme, (76, 88) if full else (70, 80))
        arpeggio(self.left, at, spans, "0 2 1 3 2 1 3 2", (50, 58), low="D3", high="A4")
        for hand in (self.left, self.piano):
            pedal(hand, at, spans)
        bass(self.bass, at, spans, "1:1.5 5:.5 1:2" if full else "1:3 5:1", (70, 80))
        if full:
            tune(self.viola, at, COUNTER_VERSE, (58, 72))
            strum(self.guitar, at, spans, "D-DU-UDU", (44, 54), low="D4", high="F5")
            beat(self.drums, at, 8, {"kick": "x.......o.......", "stick": "....x.......x...",
                                     "shaker": "o.x.o.x.o.x.o.x."}, (58, 68))  # fmt: skip
        else:
            pad(self.strings, at, spans, (42, 56), low="F#3", high="D5")
            swell(self.strings, at, 32, 50, 84)
            beat(self.drums, at + 16, 4, {"shaker": "o.x.o.x.o.x.o.x."}, (44, 60))
        return at + 32

    def build(self, at: float) -> float:
        spans = harmony(BUILD)
        tune(self.piano, at, CLIMB, (74, 94))
        tune(self.viola, at, CLIMB, (50, 84), up=-12)
        arpeggio(self.left, at, spans, "0 1 2 3", (52, 72), low="D3", high="A4")
        pedal(self.left, at, spans)
        pad(self.strings, at, spans, (54, 78), low="A3", high="E5")
        swell(self.strings, at, 16, 56, 108)
        bass(self.bass, at, spans, "1:1 1:1 1:1 1:1", (66, 86))
        beat(
            self.drums, at, 4, {"kick": "x...x...x...x...", "shaker": "oxoxoxoxoxoxoxox"}, (52, 76)
        )
        return at + 16

    def chorus(self, at: float, up: int, glad: float) -> float:
        spans = harmony(CHORUS, up=up)
        tune(self.piano, at, REFRAIN, 88 + glad, up=up)
        tune(self.piano, at, REFRAIN, 76 + glad, up=up - 12)
        pedal(self.left, at, spans)
        strum(self.left, at, spans, "D-D-D-DU", 62 + glad, low="G3", high="D5", spread=0.0)
        tune(self.viola, at, COUNTER, 80 + glad, up=up)
        pad(self.strings, at, spans, 70 + glad, low="A3", high="F#5")
        swell(self.strings, at, 32, 96, 112)
        strum(self.guitar, at, spans, "D-DU-UDU", 58 + glad, low="D4", high="F5")
        bass(self.bass, at, spans, "1:1.5 1:.5 5:1 8:.5 5:.5", 82 + glad)
        beat(self.drums, at, 8, {"kick": "x.......x.x.....", "snare": "....x.......x...",
                                 "tambourine": "o.x.X.x.o.x.X.x."}, 68 + glad)  # fmt: skip
        beat(self.drums, at, 1, {"crash": "x..............."}, 50)
        if up:
            tune(self.bells, at, REFRAIN, 58, up=up)
        else:
            tune(
                self.bells, at + 16, "D6:.5 G6:.5 B6:1 r:2 | r:4 | r:4 | r:1 D6:.5 F#6:.5 A6:2", 54
            )
        return at + 32

    def outro(self, at: float) -> float:
        spans = harmony("A | B/D# | C#m7 | A B")
        tune(self.piano, at, GOODBYE, (78, 62))
        arpeggio(self.left, at, spans, "0 2 1 3 2 1 3 2", (54, 44), low="D3", high="B4")
        for hand in (self.left, self.piano):
            pedal(hand, at, spans)
        pad(self.strings, at, harmony("A | B/D# | C#m7 | A B | E | E"), 62)
        swell(self.strings, at, 24, 96, 24)
        bass(self.bass, at, spans, "1:4", (74, 60))
        self.score.slow(at + 10, at + 16, 74)
        rolled(self.left, at + 16, "E2 B2 E3 G#3 B3", 58, size=8)
        rolled(self.piano, at + 16.45, "E4 F#4 B4 E5", 62, size=7.5)
        self.piano.turn(at + 16.4, 64, 127)
        rolled(self.bells, at + 17.5, "G#5 B5 E6", 50, size=4, spread=0.5)
        self.bass.play(at + 16, 6, 28, 62)
        return at + 22


def write() -> Score:
    """Intro, verse, build, refrain, verse varied, refrain a tone higher, goodbye."""
    band = _Band()
    at = band.intro(0)
    at = band.verse(at, THEME, VERSE, full=False)
    at = band.build(at)
    at = band.chorus(at, 0, 0)
    at = band.verse(at, THEME_VARIED, VERSE_HOME, full=True)
    at = band.chorus(at, HOME, 4)
    band.score.end = band.outro(at)
    return band.score
