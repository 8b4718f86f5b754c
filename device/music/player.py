"""Plays the playlist that the reactions request. Music fades out at the end of a phrase."""

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
"""Seconds that a change of the volume from silent to full takes."""

MIN_TRACK_SECONDS = 1.0
"""A track that is shorter than this, in seconds, counts as broken."""

CLOSE_SECONDS, CLOSE_STEPS = 0.2, 10

MAX_PHRASE_SECONDS = 30.0
"""Longest wait for the end of a phrase, in seconds."""

FADE_AFTER_PHRASE = 0.4
"""The share of a fade that lies after the end of the phrase."""

MIN_FADES = 3
"""A track of at least this many fades is cross-faded into the next before its end."""

MAX_FADING_OUT = 2
"""Tracks that may fade out at once; the next track waits until one of them has ended."""

DUCK_GAIN, DUCK_SECONDS = 0.45, 0.5
"""The music's gain under a short sound, and the seconds of a change of gain from 0 to 1."""

DUCK_SHARE = 0.3
"""The share of a short sound under which the gain is lowered: the rest rings out."""


def _local_time() -> datetime:
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
        clock: Callable[[], datetime] = _local_time,
    ) -> None:
        self._audio = audio
        self._config = config
        self._library = library or Library(config.music_folder)
        self._random = random or Random()
        self._clock = clock
        self._quiet_hours = Hours.parse(config.quiet_hours)
        self._shuffles: dict[str, Shuffle] = {}
        self._broken = BrokenFiles()
        self._volume_cap = config.volume_cap
        self._volume = min(config.volume, self._volume_cap)
        self.muted = False
        self._loudness = self._volume
        self._current: Track | None = None
        self._fading_out: list[Track] = []
        self._duck_gain, self._duck_until = 1.0, -math.inf
        self._now: float | None = None
        self._skip = False
        self._retry_at: dict[str, float] = {}
        self._empty = ""
        self._wanted: str | None = None
        self._wanted_since = -math.inf
        self._hurried = False

    @property
    def volume(self) -> float:
        """The volume in [0, volume_cap]; other values are clamped."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = min(max(value, 0.0), self._volume_cap)

    @property
    def library(self) -> Library:
        """The library of the tracks."""
        return self._library

    @property
    def device(self) -> str:
        """The name of the sound device."""
        return self._audio.name

    @property
    def now_playing(self) -> str | None:
        """The title of the present track, from its file's name."""
        return self._current.title if self._current else None

    @property
    def quiet(self) -> bool:
        """Whether these are the quiet hours, in which nothing is played."""
        return self._quiet_hours.cover(self._clock().time())

    @property
    def health(self) -> tuple[Level, str]:
        """The health of the sound, and why."""
        if not self._config.enabled:
            return Level.OFF, "switched off"
        fault = self._audio.fault or self._empty or self._library.fault
        if fault:
            return Level.DEGRADED, fault
        if self.quiet:
            return Level.OK, f"{self._audio.name}; quiet until {self._quiet_hours.end:%H:%M}"
        skipped = self._broken.names
        words = f"{len(skipped)} skipped: {', '.join(skipped[:3])}" if skipped else ""
        said = (self._audio.name, words, self._library.unplayable)
        return Level.OK, "; ".join(filter(None, said))

    def request(
        self, playlist: str | None, *, since: float = -math.inf, empty: bool = False
    ) -> None:
        """Set which playlist is wanted from the next `tick` on, if any.

        The present track goes on for `min_play_seconds` and to the end of its phrase, except when
        the room is `empty`, or when another playlist is wanted `since` a moment (monotonic seconds)
        after the track began: that one is the answer to something that has happened meanwhile.
        """
        self._wanted, self._wanted_since, self._hurried = playlist, since, empty

    def tick(self, now: float) -> None:
        """Move the music on to `now` (monotonic seconds).

        A track fades in while the one before it fades out.
        """
        if not self._config.enabled:
            return
        quiet = self.quiet
        playlist, empty = None if quiet else self._wanted, self._hurried
        elapsed = 0.0 if self._now is None else now - self._now
        self._now = now
        if self._audio.check(now):
            self._reset()
        target = 0.0 if self.muted else self._volume
        self._loudness = approach(self._loudness, target, elapsed, MUTE_SECONDS)
        duck_target = DUCK_GAIN if now < self._duck_until else 1.0
        self._duck_gain = approach(self._duck_gain, duck_target, elapsed, DUCK_SECONDS)
        level = self._remove_ended(now, playlist)
        keeps_playing = self._keeps_playing(now, playlist, empty or quiet) and not self._skip
        self._skip = False
        if playlist is not None and not keeps_playing and len(self._fading_out) < MAX_FADING_OUT:
            self._start_next(now, playlist, level)
        loudness = self._full_gain
        if self._current:
            wanted = keeps_playing or self._current.playlist == playlist
            self._current.fade(1.0 if wanted else 0.0, elapsed, loudness)
        for track in self._fading_out:
            track.fade(0.0, elapsed, loudness)

    def _keeps_playing(self, now: float, playlist: str | None, hurry: bool) -> bool:
        """Return whether the present track goes on: it is wanted, or its phrase has not ended.

        With `hurry`, a track that is not wanted fades out at once.
        """
        track = self._current
        if track is None:
            return False
        if track.playlist == playlist:
            if track.fade_at is not None:  # it is wanted again
                track.fade_at, track.fade_seconds = None, self._config.fade_in_seconds
            fade = self._config.fade_seconds
            return track.playback.seconds < MIN_FADES * fade or not track.has_ended_by(now + fade)
        if self._answers(track, playlist):
            return False
        if track.fade_at is None:
            track.fade_at = self._fade_time(track, now)
            track.fade_seconds = self._config.fade_seconds
        return now < track.fade_at and not hurry

    def _answers(self, track: Track, playlist: str | None) -> bool:
        """Return whether a playlist answers something newer than a track."""
        return playlist is not None and self._wanted_since > track.started

    def _fade_time(self, track: Track, now: float) -> float:
        """Return when a track may fade out: at the end of a phrase after `min_play_seconds`."""
        earliest = max(now, track.started + self._config.min_play_seconds)
        lead = self._config.fade_seconds * (1.0 - FADE_AFTER_PHRASE)
        ends = (track.origin + end - lead for end in track.form.phrase_ends)
        candidates = (end for end in ends if earliest <= end <= earliest + MAX_PHRASE_SECONDS)
        return min(candidates, default=earliest)

    def skip(self) -> None:
        """Go on to the next track, if one is playing."""
        self._skip = self._current is not None

    def play_sound(self, name: str, *, requested: bool = False, ducks: bool = True) -> None:
        """Play a short sound that ships, over music whose gain is lowered meanwhile if it `ducks`.

        While muted or in the quiet hours it is played only if somebody `requested` it; never while
        sound is disabled.
        """
        if not self._config.enabled or ((self.muted or self.quiet) and not requested):
            return
        path = self._library.sound(name)
        if not self._broken.playable([path]):
            return
        try:
            gain = self._volume if requested else self._loudness
            seconds = self._audio.play_sound(path, gain)
        except AudioError as error:
            self._report_broken(path, error)
            return
        if self._now is not None and ducks:
            self._duck_until = self._now + DUCK_SHARE * seconds

    def close(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Fade the music out within 0.2 s and close the device."""
        tracks = [track for track in (self._current, *self._fading_out) if track]
        if any(track.playback.playing and track.gain > 0.0 for track in tracks):
            for step in range(CLOSE_STEPS - 1, -1, -1):
                for track in tracks:
                    track.playback.set_gain(track.gain * step / CLOSE_STEPS)
                sleep(CLOSE_SECONDS / CLOSE_STEPS)
        for track in tracks:
            track.playback.stop()
        self._audio.close()
        self._current, self._fading_out = None, []

    def _remove_ended(self, now: float, playlist: str | None) -> float:
        """Remove the tracks that have ended or faded out; return the level of the next track.

        That is the level of a track that ended by itself, if its playlist is still wanted, else 0.
        """
        for track in filter(None, (self._current, *self._fading_out)):
            if track.playback.damaged:
                self._broken.mark(track.path)
        for track in self._fading_out:
            if track.level == 0.0:
                track.playback.stop()
        self._fading_out = [track for track in self._fading_out if track.playback.playing]
        current = self._current
        if current is None:
            return 0.0
        if not current.playback.playing:
            self._current = None
            if now - current.started < MIN_TRACK_SECONDS and not self._audio.fault:
                self._broken.add(current.path, f"{current.path}: it ends at once")
            return current.level if current.playlist == playlist else 0.0
        if current.level == 0.0 and current.playlist != playlist:
            current.playback.stop()
            self._current = None
        return 0.0

    def _start_next(self, now: float, playlist: str, level: float) -> None:
        """Start one track; the present one fades out.

        After a broken track the next is tried in the next tick, so that no frame is late.
        """
        if now < self._retry_at.get(playlist, now):
            return
        paths = self._broken.playable(self._library.tracks(playlist, now))
        shuffle = self._shuffles.setdefault(playlist, Shuffle(self._random))
        path = shuffle.next(paths)
        if path is None:
            self._empty = f'the playlist "{playlist}" has nothing that can be played'
            self._retry_at[playlist] = now + RESCAN_SECONDS
            return
        gain, form = gain_of(level) * self._full_gain, self._library.form(path)
        try:
            playback = self._audio.play(path, gain, form.hook)
        except AudioError as error:
            if self._audio.fault:
                self._retry_at[playlist] = now + RESCAN_SECONDS
            self._report_broken(path, error)
            return
        self._empty = ""
        fade = self._config.fade_in_seconds
        if self._current:
            # Both fade at the same pace, so that they are never louder together than either.
            if not self._answers(self._current, playlist):
                fade = self._config.fade_seconds
            self._current.fade_seconds = fade
            self._fading_out.append(self._current)
        self._current = Track(playback, path, playlist, now, form, fade, level, gain)

    def _report_broken(self, path: Path, error: AudioError) -> None:
        if not self._audio.fault:
            self._broken.add(path, str(error))

    def _reset(self) -> None:
        """Forget the tracks and the broken files of the device before."""
        self._current, self._fading_out = None, []
        self._retry_at.clear()
        self._broken.clear()

    @property
    def _full_gain(self) -> float:
        """The gain of music that has faded in: the volume, lowered under a short sound."""
        return self._loudness * self._duck_gain
