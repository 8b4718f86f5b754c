"""Figures: what players do with a harmony, from a tune to a strum; each adds notes to a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.score import EXPRESSION, PEDAL, Part
from composer.theory import ScoreError, Span, lead, length, pitch

if TYPE_CHECKING:
    from collections.abc import Mapping

Loud = float | tuple[float, float]  # a MIDI velocity, or the first and last of a section

STROKES = {"X": 14.0, "x": 0.0, "o": -20.0}
KIT = {
    "kick": 36, "stick": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "open": 46,
    "ride": 51, "tambourine": 54, "bongo": 60, "low bongo": 61, "conga": 63, "low conga": 64,
    "cabasa": 69, "shaker": 70, "block": 76, "low block": 77, "triangle": 81, "crash": 49,
    "brush tap": 38, "brush swirl": 40,
}  # fmt: skip


def tune(part: Part, at: float, text: str, loud: Loud, *, beats: float = 4, up: int = 0,
         legato: float = 0.96) -> float:  # fmt: skip
    """Play a melody, written as "D5:1.5 r:.5 | ...": note or rest, and its length in beats.

    A "~" holds the note before it on, across a bar line if need be.

    Args:
        part: Who plays.
        at: The beat it starts on.
        text: The melody.
        loud: MIDI velocity, or its change over the melody.
        beats: Beats in a bar; each bar is checked.
        up: Semitones to transpose by.
        legato: Share of its written length that a note sounds.

    Returns:
        The beat after its last.

    Raises:
        ScoreError: A bar is too short or too long.
    """
    bars = text.split("|")
    place, held = 0.0, None
    for number, bar in enumerate(bars):
        for token in bar.split():
            name, _, size = token.partition(":")
            if name == "~" and held is not None:
                held = (*held[:2], held[2] + float(size))
            else:
                _sing(part, at, held, loud, legato, beats * len(bars))
                held = None if name == "r" else (pitch(name) + up, place, float(size))
            place += float(size)
        if abs(place - (number + 1) * beats) > 1e-6:
            raise ScoreError(f"bar {number + 1} of {text!r} does not have {beats} beats")
    _sing(part, at, held, loud, legato, beats * len(bars))
    return at + place


def _sing(part: Part, at: float, held: tuple[int, float, float] | None, loud: Loud,
          legato: float, whole: float) -> None:  # fmt: skip
    if held is not None:
        note, start, size = held
        part.play(at + start, size * legato, note, level(loud, start / whole))


def level(loud: Loud, share: float) -> float:
    """The velocity after a share (0 to 1) of a section."""
    if isinstance(loud, tuple):
        return loud[0] + (loud[1] - loud[0]) * share
    return float(loud)


def pad(part: Part, at: float, spans: tuple[Span, ...], loud: Loud, *, voices: int = 4,
        low: str = "G3", high: str = "E5") -> None:  # fmt: skip
    """Hold each chord; a note that stays in the next chord is held on."""
    voiced = lead(spans, voices, low, high)
    open_notes: dict[int, float] = {}
    for index, span in enumerate(spans):
        following = set(voiced[index + 1]) if index + 1 < len(spans) else set()
        for note in voiced[index]:
            start = open_notes.setdefault(note, span.start)
            if note not in following:
                share = start / length(spans)
                part.play(at + start, span.start + span.length - start, note, level(loud, share))
                del open_notes[note]


def arpeggio(part: Part, at: float, spans: tuple[Span, ...], pattern: str, loud: Loud, *,
             step: float = 0.5, ring: float = 2.0, voices: int = 4, low: str = "G3",
             high: str = "E5") -> None:  # fmt: skip
    """Break each chord: digits are its voices from the lowest, "." rests, "+" an octave up.

    Args:
        part: Who plays.
        at: The beat it starts on.
        spans: The harmony.
        pattern: For example "0 2 1 3"; it starts again with each chord. "02" strikes two voices.
        loud: MIDI velocity, or its change over the section.
        step: Beats from note to note.
        ring: Steps that a note sounds; it ends with its chord.
        voices: Voices of the chord.
        low: Lowest note allowed.
        high: Highest note allowed, before "+".
    """
    figures = pattern.split()
    for span, voicing in zip(spans, lead(spans, voices, low, high), strict=True):
        for index in range(round(span.length / step)):
            start = span.start + index * step
            for note in _struck(figures[index % len(figures)], voicing):
                accent = 3.0 if index % len(figures) == 0 else 0.0
                touch = level(loud, start / length(spans)) + accent
                size = min(step * ring, span.start + span.length - start)
                part.play(at + start, size, note, touch)


def _struck(figure: str, voicing: tuple[int, ...]) -> list[int]:
    up = 12 * figure.count("+")
    return [voicing[int(digit)] + up for digit in figure if digit.isdigit()]


def strum(part: Part, at: float, spans: tuple[Span, ...], pattern: str, loud: Loud, *,
          voices: int = 4, low: str = "G3", high: str = "E5",
          spread: float = 0.022) -> None:  # fmt: skip
    """Strum in eighths: "D" down, "U" up (lighter, three strings), "c" choked, "-" ring on.

    `spread` is the time in beats from string to string.
    """
    for span, voicing in zip(spans, lead(spans, voices, low, high), strict=True):
        steps = round(span.length * 2)
        first = round(span.start * 2) % len(pattern)
        strokes = (pattern * 2)[first : first + steps]
        for index, stroke in enumerate(strokes):
            if stroke != "-":
                start = span.start + index / 2
                _stroke(part, at + start, stroke, voicing, _ring(strokes, index),
                        level(loud, start / length(spans)), spread)  # fmt: skip


def _ring(strokes: str, index: int) -> float:
    rest = strokes[index + 1 :]
    return (1 + len(rest) - len(rest.lstrip("-"))) / 2


def _stroke(part: Part, start: float, stroke: str, strings: tuple[int, ...], ring: float,
            loud: float, spread: float) -> None:  # fmt: skip
    order = strings if stroke != "U" else strings[:0:-1]
    size = 0.12 if stroke == "c" else ring
    weight = {"D": 0.0, "U": -9.0, "c": -4.0}[stroke]
    for index, note in enumerate(order):
        part.play(start + index * spread, size, note, loud + weight - index)


def bass(part: Part, at: float, spans: tuple[Span, ...], pattern: str, loud: Loud, *,
         low: str = "A1", legato: float = 0.92) -> None:  # fmt: skip
    """Play a bass line under each chord, within the octave and a half above `low`.

    The pattern has tokens "degree:beats": 1 is the chord's bass note, 5 its fifth, 3 its third,
    8 the bass note's octave, r a rest; it starts again with each chord and ends with it.
    """
    figures = [token.split(":") for token in pattern.split()]
    for span in spans:
        start = span.start
        for degree, size in figures:
            left = span.start + span.length - start
            if left <= 0:
                break
            if degree != "r":
                note = _degree(span, degree, pitch(low))
                touch = level(loud, start / length(spans))
                part.play(at + start, min(float(size), left) * legato, note, touch)
            start += float(size)


def _degree(span: Span, degree: str, low: int) -> int:
    chord = span.chord
    ground = low + (chord.bass - low) % 12
    tones = {"1": chord.bass, "8": chord.bass, "3": chord.tones[0], "5": (chord.root + 7) % 12}
    if chord.bass != chord.root and degree == "5":
        tones["5"] = chord.root
    above = (tones[degree] - ground) % 12
    return ground + (12 if degree == "8" else above)


def beat(part: Part, at: float, bars: int, grid: Mapping[str, str], loud: Loud, *,
         beats: float = 4) -> None:  # fmt: skip
    """Play percussion from a grid of one bar: "X" accent, "x" stroke, "o" soft, "." nothing."""
    for name, line in grid.items():
        strokes = line.replace(" ", "")
        step = beats / len(strokes)
        for bar in range(bars):
            for index, stroke in enumerate(strokes):
                if stroke != ".":
                    start = bar * beats + index * step
                    touch = level(loud, start / (bars * beats)) + STROKES[stroke]
                    part.play(at + start, 0.2, KIT[name], touch)


def pedal(part: Part, at: float, spans: tuple[Span, ...]) -> None:
    """Hold the sustaining pedal through each chord, and lift it just as the next one comes."""
    for span in spans:
        part.turn(at + span.start + 0.06, PEDAL, 127)
        part.turn(at + span.start + span.length - 0.03, PEDAL, 0)


def swell(part: Part, at: float, beats: float, start: float, end: float) -> None:
    """Turn the part's expression evenly from one value to another (0 to 127)."""
    steps = max(1, round(beats * 2))
    for step in range(steps + 1):
        value = start + (end - start) * step / steps
        part.turn(at + beats * step / steps, EXPRESSION, value)


def rolled(part: Part, at: float, names: str, loud: float, *, size: float = 6,
           spread: float = 0.09, up: int = 0) -> None:  # fmt: skip
    """Roll a chord from its first note to its last; sizes and spread in beats."""
    for index, name in enumerate(names.split()):
        start = index * spread
        part.play(at + start, size - start, pitch(name) + up, loud + index * 0.5)
