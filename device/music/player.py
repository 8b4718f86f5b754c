"""Plays the playlist that the reactions ask for, and never cuts: music ends with a phrase."""

from __future__ import annotations

import math
import time
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from device.errors import AudioError
from device.hours import Hours
from device.messages import Level
from device.music.broken import Broken
from device.music.deck import Deck
from device.music.library import RESCAN_SECONDS, Library
from device.music.ramp import approach, gain_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.audio import Audio
    from device.config import SoundConfig

MUTE_SECONDS = 0.2
"""How long the volume takes from silent to full when it is changed or muted."""

SHORTEST_TRACK = 1.0
"""A track that ends sooner than this, in seconds, holds no music: it counts as broken."""

CLOSE_SECONDS, CLOSE_STEPS = 0.2, 10

LONGEST_PHRASE = 30.0
"""Nobody waits longer than this, in seconds, for the end of a phrase."""

RINGING = 0.4
"""The share of a fade that comes after the end of the phrase that it closes."""

DUCKED, DUCK_SECONDS = 0.45, 0.5
"""The music's gain under a short sound, and how long all of a change of gain would take."""


def _clock() -> datetime:
    return datetime.now().astimezone()


class Player:
    """Moves the music on at each `update`; nothing here waits, except `close` for 0.2 s.

    Without `library`, it plays the folder of the configuration or else our own pieces. `clock`
    gives the local time, for the quiet hours.
    """

    def __init__(
        self,
        audio: Audio,
        config: SoundConfig,
        library: Library | None = None,
        random: Random | None = None,
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        self._audio = audio
        self._config = config
        self._library = library or Library(config.music_folder)
        self._random = random or Random()
        self._clock = clock
        self._quiet_hours = Hours.parse(config.quiet_hours)
        self._decks: dict[str, Deck] = {}
        self._broken = Broken()
        self._cap = config.volume_cap
        self._volume = min(config.volume, self._cap)
        self.muted = False
        self._loudness = self._volume
        self._level = 0.0
        self._gain = 0.0
        self._track: Path | None = None
        self._playlist: str | None = None
        self._started = 0.0
        self._release: float | None = None
        self._duck, self._duck_until = 1.0, -math.inf
        self._now: float | None = None
        self._retry_at: dict[str, float] = {}
        self._empty = ""

    @property
    def volume(self) -> float:
        """The volume in [0, cap]; a value beyond is clamped."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = min(max(value, 0.0), self._cap)

    @property
    def library(self) -> Library:
        """Where the tracks come from."""
        return self._library

    @property
    def now_playing(self) -> str | None:
        """The title of the track, fading or not, made of its file's name."""
        if self._track is None:
            return None
        return self._track.stem.replace("_", " ").replace("-", " ").strip()

    @property
    def quiet(self) -> bool:
        """Whether these are the quiet hours, in which nothing sounds."""
        return self._quiet_hours.cover(self._clock().time())

    @property
    def health(self) -> tuple[Level, str]:
        """How the sound does, in words."""
        if not self._config.enabled:
            return Level.OFF, "switched off"
        fault = self._audio.fault or self._empty or self._library.fault
        if fault:
            return Level.DEGRADED, fault
        if self.quiet:
            return Level.OK, f"{self._audio.name}; quiet until {self._quiet_hours.end:%H:%M}"
        skipped = self._broken.names
        if skipped:
            return Level.OK, f"{self._audio.name}; {len(skipped)} skipped: {', '.join(skipped[:3])}"
        return Level.OK, self._audio.name

    def update(self, now: float, playlist: str | None, *, empty: bool = False) -> None:
        """Move on to `now` (monotonic seconds), at which this playlist is wanted, or none.

        What plays goes on for `min_play_seconds` and to the end of its phrase, unless the room is
        `empty`: nobody is left who would miss it.
        """
        if not self._config.enabled:
            return
        quiet = self.quiet
        playlist = None if quiet else playlist
        elapsed = 0.0 if self._now is None else now - self._now
        self._now = now
        if self._audio.check(now):
            self._start_over()
        target = 0.0 if self.muted else self._volume
        self._loudness = approach(self._loudness, target, elapsed, MUTE_SECONDS)
        under = DUCKED if now < self._duck_until else 1.0
        self._duck = approach(self._duck, under, elapsed, DUCK_SECONDS)
        self._end(now, playlist)
        if self._track is None and playlist is not None:
            self._begin(now, playlist)
        wanted = self._track is not None and playlist == self._playlist
        held = self._holds(now, wanted) and not (empty or quiet)
        self._level = approach(
            self._level, 1.0 if wanted or held else 0.0, elapsed, self._config.fade_seconds
        )
        self._apply()

    def _holds(self, now: float, wanted: bool) -> bool:
        """Tell whether a piece that is not `wanted` any longer has yet to come to an end."""
        if wanted or self._track is None:
            self._release = None
            return False
        if self._release is None:
            self._release = self._find_release(self._track, now)
        return now < self._release

    def _find_release(self, track: Path, now: float) -> float:
        """Return when the piece may fade: where a phrase ends, after its least time."""
        earliest = max(now, self._started + self._config.min_play_seconds)
        before = self._config.fade_seconds * (1.0 - RINGING)
        ends = (self._started + end - before for end in self._library.phrases(track))
        fitting = (end for end in ends if earliest <= end <= earliest + LONGEST_PHRASE)
        return min(fitting, default=earliest)

    def play_sound(self, name: str) -> None:
        """Play a short sound of ours at the present volume, over music that gives way to it.

        Not when muted, switched off, or in the quiet hours.
        """
        if not self._config.enabled or self.muted or self.quiet:
            return
        path = self._library.sound(name)
        if not self._broken.without([path]):
            return
        try:
            seconds = self._audio.play_sound(path, self._loudness)
        except AudioError as error:
            self._blame(path, error)
            return
        if self._now is not None:
            self._duck_until = self._now + seconds

    def close(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Fade what plays within 0.2 s and let go of the device."""
        if self._audio.playing and self._gain > 0.0:
            for step in range(CLOSE_STEPS - 1, -1, -1):
                self._audio.set_gain(self._gain * step / CLOSE_STEPS)
                sleep(CLOSE_SECONDS / CLOSE_STEPS)
        self._audio.stop()
        self._audio.close()
        self._forget_track()

    def _end(self, now: float, playlist: str | None) -> None:
        """Let go of a track that has ended, or that has faded out and is not wanted."""
        if self._track is None:
            return
        if not self._audio.playing:
            if now - self._started < SHORTEST_TRACK and not self._audio.fault:
                self._broken.add(self._track, f"{self._track}: it ends at once")
            self._track = None
            if playlist != self._playlist:
                self._level = 0.0
        elif self._level == 0.0 and playlist != self._playlist:
            self._audio.stop()
            self._forget_track()

    def _begin(self, now: float, playlist: str) -> None:
        """Try one track: a bad one is left for the next update, so that no frame is late."""
        if now < self._retry_at.get(playlist, now):
            return
        if playlist != self._playlist:
            self._playlist, self._level = playlist, 0.0
        tracks = self._broken.without(self._library.tracks(playlist, now))
        deck = self._decks.setdefault(playlist, Deck(self._random))
        track = deck.deal(tracks)
        if track is None:
            self._empty = f'the playlist "{playlist}" has nothing that can be played'
            self._retry_at[playlist] = now + RESCAN_SECONDS
            self._level = 0.0
            return
        self._gain = self._wanted_gain()
        try:
            self._audio.play(track, self._gain)
        except AudioError as error:
            if self._audio.fault:
                self._retry_at[playlist] = now + RESCAN_SECONDS
            self._blame(track, error)
            return
        self._empty = ""
        self._track, self._started, self._release = track, now, None

    def _blame(self, path: Path, error: AudioError) -> None:
        if not self._audio.fault:
            self._broken.add(path, str(error))

    def _forget_track(self) -> None:
        self._track, self._playlist, self._level, self._release = None, None, 0.0, None

    def _start_over(self) -> None:
        """Forget what another device played, and what it could not."""
        self._forget_track()
        self._retry_at.clear()
        self._broken.pardon()

    def _apply(self) -> None:
        gain = self._wanted_gain()
        if self._track is not None and gain != self._gain:
            self._audio.set_gain(gain)
        self._gain = gain

    def _wanted_gain(self) -> float:
        return gain_of(self._level, self._loudness) * self._duck
