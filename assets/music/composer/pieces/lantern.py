"""Lantern: a slow waltz for piano, clarinet, vibraphone and strings; G major, 72 bpm."""

from __future__ import annotations

from composer.figures import arpeggio, bass, pad, pedal, rolled, swell, tune
from composer.score import PEDAL, Score, Voice
from composer.theory import harmony

BEATS = 3
FIRST = "G | D/F# | Em7 | Bm7 | Cmaj7 | G/B | Am7 | D7sus4"
SECOND = "G | D/F# | Em7 | Bm7 | C | G/B | D7sus4 | Gadd9"
MIDDLE = "Cmaj7 | D/C | Bm7 | Em7 | Am7 | D | Gmaj7 | D7sus4"

THEME = """
D5:2 B4:1 | A4:2 D5:1 | G5:2 F#5:1 | D5:3 |
E5:2 G5:1 | D5:2 B4:1 | C5:1 D5:1 E5:1 | A4:3"""
THEME_HOME = """
D5:2 B4:1 | A4:1 D5:1 F#5:1 | B5:2 G5:1 | F#5:3 |
E5:1 G5:1 C6:1 | B5:2 G5:1 | A5:1 G5:1 E5:1 | G5:3"""
FLIGHT = """
E5:1 G5:1 B5:1 | A5:2 F#5:1 | F#5:1 A5:1 D6:1 | B5:2 G5:1 |
C6:2 B5:1 | A5:2 F#5:1 | B5:3 | A5:2 r:1"""
UNDER = """
B4:3 | A4:3 | G4:3 | F#4:3 | G4:2 E4:1 | D4:2 G4:1 | C5:2 A4:1 | B4:3"""
GLOW = """
r:2 D6:1 | r:3 | r:2 B5:1 | F#5:1 A5:1 D6:1 | r:3 | r:2 D6:1 | r:3 | D5:1 G5:1 B5:1"""


class _Band:
    def __init__(self) -> None:
        score = self.score = Score("lantern", bpm=72, beats=BEATS, tail=3.6)
        self.piano = score.part("piano", Voice(0, volume=122, pan=58, reverb=66, sway=12))
        self.left = score.part("piano, left hand", Voice(0, volume=104, pan=52, reverb=66, sway=12))
        self.reed = score.part("clarinet", Voice(71, volume=40, pan=76, reverb=72, sway=15))
        self.vibes = score.part("vibraphone", Voice(11, volume=124, pan=90, reverb=76, sway=12))
        self.strings = score.part("strings", Voice(49, volume=74, pan=46, reverb=80, sway=20))
        self.pad = score.part("pad", Voice(89, volume=72, pan=68, reverb=84, chorus=24, sway=20))
        self.bass = score.part("bass", Voice(32, volume=98, reverb=24, sway=12))

    def hands(self, at: float, chords: str, loud: tuple[float, float]) -> float:
        """The left hand's waltz, the bass, and the pedal; returns the beat after."""
        spans = harmony(chords, BEATS)
        arpeggio(self.left, at, spans, "0 . 1 2 3 1", loud, ring=3, low="B3", high="D5")
        bass(self.bass, at, spans, "1:3", (loud[0] + 12, loud[1] + 12))
        for hand in (self.left, self.piano):
            pedal(hand, at, spans)
        return at + BEATS * len(spans)

    def intro(self, at: float) -> float:
        spans = harmony("Gadd9 | Cmaj7 | Gadd9 | D7sus4", BEATS)
        pad(self.pad, at, spans, 66, low="D4", high="F5")
        swell(self.pad, at, 12, 88, 112)
        bass(self.bass, at, spans, "1:3", 56)
        tune(self.vibes, at, "D5:1 G5:1 B5:1 | E5:1 G5:1 B5:1 | D5:1 G5:1 D6:1 | C5:1 G5:1 A5:1",
             (64, 68), beats=BEATS, legato=2)  # fmt: skip
        return at + 12

    def first(self, at: float) -> float:
        spans = harmony(FIRST, BEATS)
        tune(self.piano, at, THEME, (64, 70), beats=BEATS)
        pad(self.pad, at, spans, 54, low="D4", high="F5")
        return self.hands(at, FIRST, (46, 50))

    def second(self, at: float) -> float:
        spans = harmony(SECOND, BEATS)
        tune(self.reed, at, THEME_HOME, (66, 76), beats=BEATS)
        tune(self.vibes, at, GLOW, 52, beats=BEATS, legato=2)
        pad(self.strings, at, spans, (46, 58), low="B3", high="D5")
        swell(self.strings, at, 24, 60, 96)
        return self.hands(at, SECOND, (48, 54))

    def middle(self, at: float) -> float:
        spans = harmony(MIDDLE, BEATS)
        tune(self.piano, at, FLIGHT, (70, 78), beats=BEATS)
        tune(self.piano, at, FLIGHT, (58, 66), beats=BEATS, up=-12)
        pad(self.strings, at, spans, (58, 68), low="C4", high="F#5")
        swell(self.strings, at, 12, 90, 110)
        swell(self.strings, at + 12, 12, 110, 76)
        return self.hands(at, MIDDLE, (50, 56))

    def again(self, at: float) -> float:
        spans = harmony(SECOND, BEATS)
        tune(self.piano, at, THEME_HOME, (72, 66), beats=BEATS)
        tune(self.reed, at, UNDER, (62, 56), beats=BEATS)
        tune(self.vibes, at, GLOW, 50, beats=BEATS, legato=2)
        pad(self.strings, at, spans, (58, 50), low="C4", high="E5")
        return self.hands(at, SECOND, (52, 46))

    def outro(self, at: float) -> float:
        spans = harmony("Cmaj7 | G/B | Am7 | D7sus4 | Gadd9 | Gadd9", BEATS)
        pad(self.pad, at, spans, 58, low="D4", high="F5")
        pad(self.strings, at, spans, 46, low="C4", high="E5")
        for player in (self.pad, self.strings):
            swell(player, at, 18, 92, 20)
        self.hands(at, "Cmaj7 | G/B | Am7 | D7sus4", (48, 40))
        tune(self.piano, at, "E5:2 G5:1 | D5:2 B4:1 | C5:1 D5:1 E5:1 | A5:3", (64, 54), beats=BEATS)
        self.score.slow(at + 6, at + 12, 58)
        for hand in (self.left, self.piano):
            hand.turn(at + 12.1, PEDAL, 127)
        rolled(self.left, at + 12, "G2 D3 B3", 50, size=6)
        rolled(self.piano, at + 12.3, "D4 A4 B4 G5", 50, size=5.5)
        rolled(self.vibes, at + 13, "D5 G5 B5 D6", 42, size=4, spread=0.5)
        self.bass.play(at + 12, 5.5, 31, 56)
        return at + 16


def write() -> Score:
    """Vibraphone, first theme, clarinet, a flight in octaves, return, and the light goes down."""
    band = _Band()
    at = band.intro(0)
    at = band.first(at)
    at = band.second(at)
    at = band.middle(at)
    at = band.again(at)
    band.score.end = band.outro(at)
    return band.score
