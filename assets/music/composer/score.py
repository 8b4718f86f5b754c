"""A score: parts with notes in beats, and how it is played as MIDI by a human-like hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mido

if TYPE_CHECKING:
    from pathlib import Path

TICKS = 960  # per beat
PHRASE = 4  # bars
DRUMS = 9  # the General MIDI channel of percussion
PAN, VOLUME, EXPRESSION, PEDAL, REVERB, CHORUS, BANK = 10, 7, 11, 64, 91, 93, 0


@dataclass(frozen=True)
class Note:
    """A note: start and length in beats, MIDI pitch, and how hard it is played, 1 to 127."""

    start: float
    length: float
    pitch: int
    loud: float


@dataclass(frozen=True)
class Voice:
    """A General MIDI sound and its place in the room; all values are MIDI's, 0 to 127.

    `sway` is the spread of the player's timing in milliseconds (one standard deviation).
    """

    program: int
    volume: int = 100
    pan: int = 64
    reverb: int = 50
    chorus: int = 0
    bank: int = 0
    sway: float = 7.0


@dataclass
class Part:
    """One player: a voice, its notes, and its controllers as (beat, controller, value)."""

    name: str
    voice: Voice
    channel: int
    notes: list[Note] = field(default_factory=list)
    turns: list[tuple[float, int, int]] = field(default_factory=list)

    def play(self, start: float, length: float, pitch: int, loud: float) -> None:
        """Add a note; start and length in beats, pitch as a MIDI number."""
        self.notes.append(Note(start, length, pitch, loud))

    def turn(self, beat: float, controller: int, value: float) -> None:
        """Set a controller at a beat."""
        self.turns.append((beat, controller, max(0, min(127, round(value)))))


@dataclass
class Score:
    """A piece. `swing` is the share of a beat its first half gets: 0.5 is straight."""

    name: str
    bpm: float
    beats: int = 4
    swing: float = 0.5
    tail: float = 4.0
    parts: list[Part] = field(default_factory=list)
    tempi: list[tuple[float, float]] = field(default_factory=list)
    end: float = 0.0

    def part(self, name: str, voice: Voice) -> Part:
        """Hire a player with a pitched instrument."""
        melodic = sum(part.channel != DRUMS for part in self.parts)
        channel = melodic if melodic < DRUMS else melodic + 1
        self.parts.append(Part(name, voice, channel))
        return self.parts[-1]

    def drums(self, kit: Voice) -> Part:
        """Hire a percussionist; General MIDI has one."""
        self.parts.append(Part("drums", kit, DRUMS))
        return self.parts[-1]

    def slow(self, start: float, end: float, bpm: float) -> None:
        """Slow down evenly between two beats, to a tempo in beats per minute."""
        steps = max(1, round((end - start) * 2))
        before = self.tempi[-1][1] if self.tempi else self.bpm
        for step in range(1, steps + 1):
            beat = start + (end - start) * (step - 1) / steps
            self.tempi.append((beat, before + (bpm - before) * step / steps))

    def seconds(self, beat: float) -> float:
        """When a beat comes, in seconds from the start."""
        total, at, bpm = 0.0, 0.0, self.bpm
        for start, tempo in self.tempi:
            if start >= beat:
                break
            total += (start - at) * 60 / bpm
            at, bpm = start, tempo
        return total + (beat - at) * 60 / bpm

    @property
    def duration(self) -> float:
        """Seconds from the first note to the last trace of reverb."""
        return self.seconds(self.end) + self.tail

    @property
    def phrase_ends(self) -> list[float]:
        """Where phrases of four bars end, in seconds from the start; the last is the piece's own.

        All pieces are built of sections of a multiple of four bars, but for the last.
        """
        bars = self.beats * PHRASE
        beats = [bars * number for number in range(1, int(self.end // bars) + 1)]
        inner = [self.seconds(beat) for beat in beats if self.end - beat >= self.beats]
        return [round(end, 2) for end in (*inner, self.duration)]

    def save(self, path: Path) -> None:
        """Write the piece as a MIDI file; the same score gives the same bytes."""
        midi = mido.MidiFile(ticks_per_beat=TICKS)
        midi.tracks.append(self._conductor())
        midi.tracks.extend(self._track(part) for part in self.parts)
        midi.save(path)

    def _conductor(self) -> mido.MidiTrack:
        events = [(0, 0, mido.MetaMessage("track_name", name=self.name))]
        for beat, bpm in [(0.0, self.bpm), *self.tempi]:
            tempo = mido.bpm2tempo(bpm)
            events.append((round(beat * TICKS), 0, mido.MetaMessage("set_tempo", tempo=tempo)))
        last = self.tempi[-1][1] if self.tempi else self.bpm
        ring = round((self.end + (self.tail + 2) * last / 60) * TICKS)
        return _track(events, ring)

    def _track(self, part: Part) -> mido.MidiTrack:
        send, voice = part.channel, part.voice
        events = [(0, 0, mido.MetaMessage("track_name", name=part.name))]
        setup = [(BANK, voice.bank), (VOLUME, voice.volume), (PAN, voice.pan),
                 (REVERB, voice.reverb), (CHORUS, voice.chorus)]  # fmt: skip
        turns = [(-1.0, controller, value) for controller, value in setup] + part.turns
        for beat, controller, value in turns:
            rank = 1 if beat < 0 else 3
            message = mido.Message("control_change", channel=send, control=controller, value=value)
            events.append((self._tick(max(beat, 0.0)), rank, message))
        events.append((0, 2, mido.Message("program_change", channel=send, program=voice.program)))
        for on, off, pitch, velocity in self._performed(part):
            press = mido.Message("note_on", channel=send, note=pitch, velocity=velocity)
            release = mido.Message("note_off", channel=send, note=pitch, velocity=0)
            events += [(on, 5, press), (off, 4, release)]
        return _track(events, 0)

    def _performed(self, part: Part) -> list[tuple[int, int, int, int]]:
        """The notes as a hand plays them: (on, off, pitch, velocity), on and off in ticks."""
        hand = random.Random(f"{self.name}/{part.name}")
        beats_per_ms = self.bpm / 60_000
        played = []
        for note in sorted(part.notes, key=lambda note: (note.start, note.pitch)):
            late = max(-2.0, min(2.0, hand.gauss(0, 1))) * part.voice.sway * beats_per_ms
            touch = note.loud + self._accent(note.start) + hand.gauss(0, 3)
            on = self._tick(max(0.0, self._swung(note.start) + late))
            off = max(on + 30, self._tick(self._swung(note.start + note.length) + late))
            played.append((on, off, note.pitch, max(1, min(127, round(touch)))))
        return _without_collisions(played)

    def _accent(self, beat: float) -> float:
        """The bar's own lilt: its first beat is leant on, what falls between beats is lighter."""
        place = beat % self.beats
        if place < 0.01:
            return 4.0
        return 0.0 if abs(place - round(place)) < 0.01 else -4.0

    def _swung(self, beat: float) -> float:
        whole, part = divmod(beat, 1.0)
        if part < 0.5:
            return whole + part * 2 * self.swing
        return whole + self.swing + (part - 0.5) * 2 * (1 - self.swing)

    @staticmethod
    def _tick(beat: float) -> int:
        return round(beat * TICKS)


def _without_collisions(played: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """End a note before its own pitch is struck again, or the first note's end would cut it."""
    result: list[tuple[int, int, int, int]] = []
    following: dict[int, int] = {}
    for on, off, pitch, velocity in sorted(played, reverse=True):
        again = following.get(pitch)
        if again is not None:
            off = min(off, again - 1)
        if off > on:
            result.append((on, off, pitch, velocity))
            following[pitch] = on
    return result[::-1]


def _track(events: list[tuple[int, int, mido.messages.BaseMessage]], ring: int) -> mido.MidiTrack:
    """Order events in time (ticks), then by rank, and write the steps between them."""
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, ring - now)))
    return track
