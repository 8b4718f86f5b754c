"""Replays a script of faces through mood, reactions, stage and music, on a clock of its own.

Nothing is drawn or played, and no time passes: a minute of the show takes less than a second.
"""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from device.config.strings import load_strings
from device.hardware.audio import Audio, Playback
from device.hardware.audio.musicfile import MusicFile
from device.kiosk.perception import STALE_SECONDS
from device.kiosk.renderer import NightClock
from device.kiosk.responder import Responder
from device.kiosk.scene import compose, shown
from device.mood import Observer
from device.music import Player
from device.reactions import LOW
from device.stage.character.gaze import GazeClock
from device.stage.effects.registry import EffectScheduler
from device.stage.idle import IdleScheduler, pastimes
from device.stage.scene import ATTRACT
from device.stage.transition import Transition
from device.stage.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import time
    from pathlib import Path

    from device.config.schema import Config
    from device.config.strings import Strings
    from device.messages import FrameResult, Game, Reaction
    from device.reactions import Rule
    from device.stage import Scene

Event = dict[str, Any]
"""`t` (seconds), `event`, and what that event has; see docs/REACTIONS.md."""

REST_SECONDS = 10.0
"""The show goes on this long after a script's last line, without a face."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Moment:
    """What is on stage at some seconds from the start, and what has just happened."""

    seconds: float
    scene: Scene
    events: tuple[Event, ...]


def strings_of(language: str) -> Strings:
    """Return the texts of a language in the order in which a replay uses them."""
    return load_strings(language).shuffled(random.Random(SEED))


def _is_comfort(reaction: Reaction) -> bool:
    """Return whether it brings music to somebody sad or afraid."""
    return reaction.emotion in LOW and reaction.playlist is not None


class Replay:
    """Plays frame results in the order of their times, which are seconds from 0.

    `at` is the local time at the start, which the quiet hours depend on.
    """

    def __init__(self, config: Config, rules: tuple[Rule, ...], at: time) -> None:
        self._config, self._now = config, 0.0
        self._start = datetime.combine(datetime(2000, 1, 1, tzinfo=UTC), at, UTC)
        self._wording = Wording(strings_of(config.stage.language))
        self._idle = IdleScheduler(pastimes(config.stage))
        self._night = NightClock(config.stage.night_hours, self._local_time, self._now)
        self._events: list[Event] = []
        self._seen: dict[str, Any] = {
            "reactions": {},
            "effects": {},
            "joy": (None, 0.0, 0.0),
            "gaze": None,
            "game": ("end", {}),
        }
        self._comforted: dict[str, int | None] | None = None
        self._observer = Observer(config.mood)
        audio = _Audio(
            lambda: self._now, self._record, min(config.sound.volume, config.sound.volume_cap)
        )
        self._player = Player(
            audio, config.sound, random=random.Random(SEED), clock=self._local_time
        )
        self._responder = Responder(rules, self._player, config.reactions)
        self._transition, self._effects = Transition(), EffectScheduler()
        self._gaze = GazeClock(config.stage.reduced_motion)

    def run(self, script: Iterable[FrameResult]) -> Iterator[Event]:
        """Yield the events in the order of their times, until `REST_SECONDS` after the script."""
        for moment in self.play(script):
            yield from moment.events

    def play(self, script: Iterable[FrameResult]) -> Iterator[Moment]:
        """Yield each moment of the show, at the stage's frame rate."""
        frames = iter(script)
        newest, following = None, next(frames, None)
        end, number = REST_SECONDS, 0
        while following is not None or self._now <= end:
            while following is not None and following.captured_at <= self._now:
                newest, end = following, following.captured_at + REST_SECONDS
                following = next(frames, None)
            fresh = newest is not None and self._now - newest.processed_at <= STALE_SECONDS
            scene = self._tick(newest if fresh else None)
            yield Moment(self._now, scene, tuple(self._events))
            self._events.clear()
            number += 1
            self._now = number / self._config.stage.fps

    def _tick(self, frame_result: FrameResult | None) -> Scene:
        now = self._now
        self._observer.update(frame_result, now)
        self._record_people()
        self._responder.update(self._observer.mood, self._observer.joy, now)
        self._record_answers()
        self._player.tick(now)
        observer = self._observer
        responder = self._responder
        scene = compose(
            observer.mood, observer.joy, observer.frame_result, responder.state, responder.game
        )
        if frame_result is not None and frame_result.is_moving:
            self._night.wake(now)
        scene = replace(scene, night=self._night.is_night(now))
        self._transition.update(scene.act, now, scene.at_once)
        self._idle.update(scene, now)
        act = self._transition.act
        cue = self._idle.act.name if act == ATTRACT else scene.cue
        self._wording.update(act, now, scene.streak, scene.relief, cue)
        self._effects.update(scene.reactions, now)
        self._gaze.attend(scene, now)
        self._record_stage()
        return scene

    def _record(self, event: str, **fields: object) -> None:
        self._events.append({"t": round(self._now, 3), "event": event, **fields})

    def _record_people(self) -> None:
        current = self._observer.mood
        if self._is_new("mood", (current.emotion, current.faces, current.lead)):
            mood = current.emotion or "nobody"
            self._record("mood", mood=mood, faces=current.faces, lead=current.lead)
        joy = self._observer.joy
        if self._is_new("joy", (joy.front, round(joy.level, 1), round(joy.ring, 1))):
            self._record("joy", level=round(joy.level, 2), ring=round(joy.ring, 2), id=joy.front)

    def _record_answers(self) -> None:
        effects = shown(self._responder.state, self._responder.game)
        effect = next((one.effect for one in effects), None)
        for burst in self._observer.joy.bursts:
            self._record("celebrate", id=burst.id, streak=burst.streak, effect=effect)
        comforts = [one for one in self._responder.active if _is_comfort(one)]
        if comforts and self._comforted is None:
            self._comforted = {"whom": self._observer.mood.lead}
            self._record("comfort", phase="start", **self._comforted)
        elif not comforts and self._comforted is not None:
            self._record("comfort", phase="end", **self._comforted)
            self._comforted = None

    def _record_stage(self) -> None:
        idle = self._idle.act.name if self._transition.act == ATTRACT else None
        if self._is_new("idle", idle):
            self._record("idle", act=idle)
        words = self._wording.current
        if self._is_new("words", words):
            label, response = words.sign.label, words.sign.response
            self._record("caption", act=words.act, label=label, response=response)
        if self._is_new("gaze", self._gaze.target):
            self._record("gaze", id=self._gaze.target)
        self._record_game(self._responder.game)
        reactions = {(one.name, one.started): one.name for one in self._responder.active}
        for phase, name in self._changes("reactions", reactions):
            self._record("reaction", phase=phase, name=name)
        effects = {(run.name, run.since): run.name for run in self._effects.runs}
        for phase, name in self._changes("effects", effects):
            self._record("effect", phase=phase, effect=name, sky=self._transition.act)

    def _record_game(self, game: Game | None) -> None:
        shares = {one: round(share, 1) for one, share in game.shares.items()} if game else {}
        phase = game.phase if game else "end"
        if self._is_new("game", (phase, shares)):
            fields = {"progress": round(game.progress, 2), "shares": shares} if game else {}
            self._record("game", game="everybody", phase=phase, **fields)

    def _is_new(self, what: str, value: object) -> bool:
        changed = self._seen.get(what) != value
        self._seen[what] = value
        return changed

    def _changes(self, what: str, present: dict[Any, str]) -> Iterator[tuple[str, str]]:
        """Yield "end" or "start" and the name of what has ended or started."""
        previous: dict[Any, str] = self._seen[what]
        self._seen[what] = present
        yield from (("end", name) for key, name in previous.items() if key not in present)
        yield from (("start", name) for key, name in present.items() if key not in previous)

    def _local_time(self) -> datetime:
        return self._start + timedelta(seconds=self._now)


class _Playback(Playback):
    """A music file that plays to its end, or without one if its length is unknown."""

    def __init__(self, audio: _Audio, path: Path, gain: float, start: float) -> None:
        self._audio, self._path = audio, path
        self._origin = audio.clock() - start
        self._level = audio.level(gain)
        self._ended = False
        self.seconds = audio.length(path)
        audio.record("music", phase="start", track=path.stem, level=self._level, at=start)

    def set_gain(self, gain: float) -> None:
        """Report a change of the level by a tenth."""
        level = self._audio.level(gain)
        if level != self._level:
            self._level = level
            self._audio.record("music", phase="level", track=self._path.stem, level=level)

    @property
    def playing(self) -> bool:
        """Whether it has neither ended nor been stopped."""
        if 0.0 < self.seconds <= self._audio.clock() - self._origin:
            self.stop()
        return not self._ended

    def stop(self) -> None:
        """End it."""
        if not self._ended:
            self._ended = True
            self._audio.record("music", phase="end", track=self._path.stem)


class _Audio(Audio):
    """A sound device that reports what it would play."""

    name = "replay"

    def __init__(
        self, clock: Callable[[], float], record: Callable[..., None], full: float
    ) -> None:
        self.clock, self.record = clock, record
        self._full = full
        self._lengths: dict[Path, float] = {}

    def level(self, gain: float) -> float:
        """Return a gain as a share of the full one, in tenths."""
        return round(gain / self._full, 1) if self._full else 0.0

    def length(self, path: Path) -> float:
        """Return the seconds of a file, 0 if unknown. Raises AudioError."""
        if path not in self._lengths:
            with contextlib.closing(MusicFile(path)) as file:
                self._lengths[path] = file.measure()
        return self._lengths[path]

    def play(self, path: Path, gain: float, start: float = 0.0) -> Playback:
        """Report the start of a file."""
        return _Playback(self, path, gain, start)

    def play_sound(self, path: Path, gain: float) -> float:
        """Report a sound."""
        seconds = self.length(path)
        self.record("sound", sound=path.stem, level=self.level(gain))
        return seconds

    def close(self) -> None:
        """Do nothing: there is no device."""
