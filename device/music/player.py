"""Plays the playlist that the reactions ask for, and never cuts: music ends with a phrase."""

from __future__ import annotations

import math
import time
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from device.config.hours import Hours
from device.errors import AudioError
from device.messages import Level
from device.music.broken_files import BrokenFiles
from device.music.fade import approach, gain_of
from device.music.library import RESCAN_SECONDS, Library
from device.music.shuffle import Shuffle
from device.music.track import Track

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.config.schema import SoundConfig
    from device.hardware.audio import Audio

MUTE_SECONDS = 0.2
"""How long the volume takes from silent to full when it is changed or muted."""

SHORTEST_TRACK = 1.0
"""A track that ends sooner than this, in seconds, holds no music: it counts as broken."""

CLOSE_SECONDS, CLOSE_STEPS = 0.2, 10

LONGEST_PHRASE = 30.0
"""Nobody waits longer than this, in seconds, for the end of a phrase."""

RINGING = 0.4
"""The share of a fade that comes after the end of the phrase that it closes."""

LONG = 3
"""A piece of at least so many fades gives way to the next before its end."""

MOST_LEAVING = 2
"""Before yet another piece begins, one of so many that fade out has to end."""

DUCKED, DUCK_SECONDS = 0.45, 0.5
"""The music's gain under a short sound, and how long all of a change of gain would take."""


def _clock() -> datetime:
    return datetime.now().astimezone()


class Player:
    """Moves the music on at each `tick`; nothing here waits, except `close` for 0.2 s.

    Without `library`, it plays the folder of the configuration or else our own pieces. `clock`
    gives the local time, for the quiet hours.
    """

    name = "sound"

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
        self._decks: dict[str, Shuffle] = {}
        self._broken = BrokenFiles()
        self._cap = config.volume_cap
        self._volume = min(config.volume, self._cap)
        self.muted = False
        self._loudness = self._volume
        self._voice: Track | None = None
        self._leaving: list[Track] = []
        self._duck, self._duck_until = 1.0, -math.inf
        self._now: float | None = None
        self._skip = False
        self._retry_at: dict[str, float] = {}
        self._empty = ""
        self._wanted: str | None = None
        self._hurried = False

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
    def device(self) -> str:
        """The name of the sound device."""
        return self._audio.name

    @property
    def now_playing(self) -> str | None:
        """The title of the track, fading or not, made of its file's name."""
        return self._voice.title if self._voice else None

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

    def request(self, playlist: str | None, *, empty: bool = False) -> None:
        """Set which playlist is wanted from the next `tick` on, if any.

        What plays goes on for `min_play_seconds` and to the end of its phrase, unless the room is
        `empty`: nobody is left who would miss it.
        """
        self._wanted, self._hurried = playlist, empty

    def tick(self, now: float) -> None:
        """Move the music on to `now` (monotonic seconds).

        A piece that follows another fades in while that one fades out.
        """
        if not self._config.enabled:
            return
        quiet = self.quiet
        playlist, empty = None if quiet else self._wanted, self._hurried
        elapsed = 0.0 if self._now is None else now - self._now
        self._now = now
        if self._audio.check(now):
            self._start_over()
        target = 0.0 if self.muted else self._volume
        self._loudness = approach(self._loudness, target, elapsed, MUTE_SECONDS)
        under = DUCKED if now < self._duck_until else 1.0
        self._duck = approach(self._duck, under, elapsed, DUCK_SECONDS)
        level = self._end(now, playlist)
        stays = self._stays(now, playlist, empty or quiet) and not self._skip
        self._skip = False
        if playlist is not None and not stays and len(self._leaving) < MOST_LEAVING:
            self._begin(now, playlist, level)
        fade, loudness = self._config.fade_seconds, self._sounding
        if self._voice:
            wanted = stays or self._voice.playlist == playlist
            self._voice.fade(1.0 if wanted else 0.0, elapsed, fade, loudness)
        for leaving in self._leaving:
            leaving.fade(0.0, elapsed, fade, loudness)

    def _stays(self, now: float, playlist: str | None, hurried: bool) -> bool:
        """Tell whether the present piece goes on: it is wanted, or has yet to come to an end.

        When `hurried`, one that is not wanted does not.
        """
        voice = self._voice
        if voice is None:
            return False
        if voice.playlist == playlist:
            voice.release = None
            fade = self._config.fade_seconds
            return voice.piece.seconds < LONG * fade or not voice.ends_by(now + fade)
        if voice.release is None:
            voice.release = self._find_release(voice, now)
        return now < voice.release and not hurried

    def _find_release(self, voice: Track, now: float) -> float:
        """Return when the piece may fade: where a phrase ends, after its least time."""
        earliest = max(now, voice.started + self._config.min_play_seconds)
        before = self._config.fade_seconds * (1.0 - RINGING)
        ends = (voice.started + end - before for end in self._library.phrases(voice.track))
        fitting = (end for end in ends if earliest <= end <= earliest + LONGEST_PHRASE)
        return min(fitting, default=earliest)

    def skip(self) -> None:
        """Go on to the next track, if one plays."""
        self._skip = self._voice is not None

    def play_sound(self, name: str, *, asked: bool = False) -> None:
        """Play a short sound of ours at the present volume, over music that gives way to it.

        Not when switched off; when muted or in the quiet hours only if somebody has `asked` for it.
        """
        if not self._config.enabled or ((self.muted or self.quiet) and not asked):
            return
        path = self._library.sound(name)
        if not self._broken.without([path]):
            return
        try:
            gain = self._volume if asked else self._loudness
            seconds = self._audio.play_sound(path, gain)
        except AudioError as error:
            self._blame(path, error)
            return
        if self._now is not None:
            self._duck_until = self._now + seconds

    def close(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Fade what plays within 0.2 s and let go of the device."""
        voices = [voice for voice in (self._voice, *self._leaving) if voice]
        if any(voice.piece.playing and voice.gain > 0.0 for voice in voices):
            for step in range(CLOSE_STEPS - 1, -1, -1):
                for voice in voices:
                    voice.piece.set_gain(voice.gain * step / CLOSE_STEPS)
                sleep(CLOSE_SECONDS / CLOSE_STEPS)
        for voice in voices:
            voice.piece.stop()
        self._audio.close()
        self._voice, self._leaving = None, []

    def _end(self, now: float, playlist: str | None) -> float:
        """Let go of pieces that have ended, or faded out; return the level at which one may follow.

        That is the level of a piece that ended by itself, where more of its playlist is wanted.
        """
        for voice in self._leaving:
            if voice.level == 0.0:
                voice.piece.stop()
        self._leaving = [voice for voice in self._leaving if voice.piece.playing]
        present = self._voice
        if present is None:
            return 0.0
        if not present.piece.playing:
            self._voice = None
            if now - present.started < SHORTEST_TRACK and not self._audio.fault:
                self._broken.add(present.track, f"{present.track}: it ends at once")
            return present.level if present.playlist == playlist else 0.0
        if present.level == 0.0 and present.playlist != playlist:
            present.piece.stop()
            self._voice = None
        return 0.0

    def _begin(self, now: float, playlist: str, level: float) -> None:
        """Try one track: a bad one is left for the next tick, so that no frame is late.

        What plays now leaves for it.
        """
        if now < self._retry_at.get(playlist, now):
            return
        tracks = self._broken.without(self._library.tracks(playlist, now))
        deck = self._decks.setdefault(playlist, Shuffle(self._random))
        track = deck.deal(tracks)
        if track is None:
            self._empty = f'the playlist "{playlist}" has nothing that can be played'
            self._retry_at[playlist] = now + RESCAN_SECONDS
            return
        gain = gain_of(level) * self._sounding
        try:
            piece = self._audio.play(track, gain)
        except AudioError as error:
            if self._audio.fault:
                self._retry_at[playlist] = now + RESCAN_SECONDS
            self._blame(track, error)
            return
        self._empty = ""
        if self._voice:
            self._leaving.append(self._voice)
        self._voice = Track(piece, track, playlist, now, level, gain)

    def _blame(self, path: Path, error: AudioError) -> None:
        if not self._audio.fault:
            self._broken.add(path, str(error))

    def _start_over(self) -> None:
        """Forget what another device played, and what it could not."""
        self._voice, self._leaving = None, []
        self._retry_at.clear()
        self._broken.pardon()

    @property
    def _sounding(self) -> float:
        """The loudness of music that has faded in: the volume, less what a short sound takes."""
        return self._loudness * self._duck
