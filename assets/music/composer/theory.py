"""Notes, chords and voice leading: the grammar that the pieces are written in."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "b": -1}
# Semitones above the root, the most telling tones first: a voicing short of voices drops the last.
QUALITIES = {
    "": (4, 0, 7),
    "m": (3, 0, 7),
    "6": (4, 9, 0, 7),
    "7": (4, 10, 0, 7),
    "m7": (3, 10, 0, 7),
    "maj7": (4, 11, 7),  # the bass has the root: above it, root and seventh would grate
    "maj9": (4, 11, 2, 7),
    "m9": (3, 10, 2, 7, 0),
    "9": (4, 10, 2, 0, 7),
    "add9": (4, 2, 0, 7),
    "sus2": (2, 0, 7),
    "sus4": (5, 0, 7),
    "7sus4": (5, 10, 0, 7),
}
CHORD = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")
NOTE = re.compile(r"([A-G])([#b]?)(\d)")
MUDDY_BELOW = 52  # under E3, close intervals growl on a small speaker


class ScoreError(ValueError):
    """The text of a piece does not add up."""


@dataclass(frozen=True)
class Chord:
    """A chord: pitch classes 0 to 11, the most telling first, and the pitch class in the bass."""

    root: int
    tones: tuple[int, ...]
    bass: int

    def up(self, semitones: int) -> Chord:
        """The same chord, transposed."""
        tones = tuple((tone + semitones) % 12 for tone in self.tones)
        return Chord((self.root + semitones) % 12, tones, (self.bass + semitones) % 12)


@dataclass(frozen=True)
class Span:
    """A chord and the time it lasts, in beats from the start of its section."""

    chord: Chord
    start: float
    length: float


def pitch(name: str) -> int:
    """The MIDI number of a note's name; "C4" is 60.

    Raises:
        ScoreError: The name is no note.
    """
    match = NOTE.fullmatch(name)
    if match is None:
        raise ScoreError(f"no such note: {name!r}")
    letter, accidental, octave = match.groups()
    return NATURALS[letter] + ACCIDENTALS[accidental] + 12 * (int(octave) + 1)


def chord(name: str) -> Chord:
    """Read a chord symbol, for example "F#m7" or "G/B".

    Raises:
        ScoreError: The symbol is unknown.
    """
    match = CHORD.fullmatch(name)
    if match is None or match.group(3) not in QUALITIES:
        raise ScoreError(f"no such chord: {name!r}")
    letter, accidental, quality, bass_letter, bass_accidental = match.groups()
    root = (NATURALS[letter] + ACCIDENTALS[accidental]) % 12
    tones = tuple((root + step) % 12 for step in QUALITIES[quality])
    if bass_letter is None:
        return Chord(root, tones, root)
    return Chord(root, tones, (NATURALS[bass_letter] + ACCIDENTALS[bass_accidental]) % 12)


def harmony(text: str, beats: float = 4, up: int = 0) -> tuple[Span, ...]:
    """Read chords, one bar between bars "|"; several chords share their bar evenly.

    Args:
        text: For example "G | Am7 D7 | G".
        beats: Beats in a bar.
        up: Semitones to transpose by.
    """
    spans = []
    for number, bar in enumerate(text.split("|")):
        names = bar.split()
        share = beats / len(names)
        for place, name in enumerate(names):
            spans.append(Span(chord(name).up(up), number * beats + place * share, share))
    return tuple(spans)


def length(spans: tuple[Span, ...]) -> float:
    """Beats that a harmony lasts."""
    return spans[-1].start + spans[-1].length


def lead(spans: tuple[Span, ...], voices: int, low: str, high: str) -> list[tuple[int, ...]]:
    """Voice each chord so that every voice moves as little as it can.

    Args:
        spans: The harmony.
        voices: Notes in a chord.
        low: Lowest note allowed, by name.
        high: Highest note allowed, by name.

    Returns:
        For each span its MIDI pitches, lowest first.

    Raises:
        ScoreError: A chord has no voicing in this range.
    """
    middle = (pitch(low) + pitch(high)) / 2
    result: list[tuple[int, ...]] = []
    for span in spans:
        choices = _voicings(span.chord, voices, pitch(low), pitch(high))
        if not choices:
            raise ScoreError(f"{voices} voices between {low} and {high} cannot hold {span.chord}")
        before = result[-1] if result else None
        result.append(min(choices, key=lambda notes: (_cost(notes, before, middle), notes)))
    return result


def _voicings(chord: Chord, voices: int, low: int, high: int) -> list[tuple[int, ...]]:
    wanted = set(chord.tones[:voices])
    notes = [note for note in range(low, high + 1) if note % 12 in wanted]
    found = itertools.combinations(notes, voices)
    return [voicing for voicing in found if {n % 12 for n in voicing} == wanted and _open(voicing)]


def _open(voicing: tuple[int, ...]) -> bool:
    pairs = itertools.pairwise(voicing)
    return all(upper - lower <= 12 and (lower >= MUDDY_BELOW or upper - lower >= 5)
               for lower, upper in pairs)  # fmt: skip


def _cost(notes: tuple[int, ...], before: tuple[int, ...] | None, middle: float) -> float:
    centre = abs(sum(notes) / len(notes) - middle)
    rub = 3 * sum(upper - lower == 1 for lower, upper in itertools.pairwise(notes))
    if before is None:
        return centre + rub
    moved = sum(abs(now - then) for now, then in zip(notes, before, strict=True))
    return moved + 0.7 * centre + rub + 4 * _parallels(notes, before)


def _parallels(notes: tuple[int, ...], before: tuple[int, ...]) -> int:
    """Count the pairs of voices that move together in fifths or octaves."""
    moves = list(zip(before, notes, strict=True))
    return sum(
        a_then != a_now
        and (b_then - a_then) % 12 in (0, 7)
        and (b_now - a_now) % 12 == (b_then - a_then) % 12
        for (a_then, a_now), (b_then, b_now) in itertools.combinations(moves, 2)
    )
