"""`moodlift render`: draw any scene without a camera, as a video, a strip, or a sheet of all."""

from __future__ import annotations

import math
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pygame

from device import reactions
from device.cli import film
from device.config.schema import StageConfig
from device.kiosk.scene import compose
from device.messages import EMOTIONS, NOBODY, Box, Face, FrameResult, Mood
from device.mood import JoyState, acted, probabilities_of, step_joy
from device.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

NOBODY_THERE, PAUSED, BLIND, GROUP, SMILE = "nobody", "paused", "blind", "group", "smile"
PAIR, EVERYBODY, RELIEF = "pair", "everybody", "relief"
CELEBRATIONS = ("balloons", "hearts", "fireworks")
SCENES = (
    *EMOTIONS, SMILE, *CELEBRATIONS, RELIEF, NOBODY_THERE, PAUSED, BLIND, GROUP, PAIR, EVERYBODY,
)  # fmt: skip
"""The scenes: a mood, a smile that fills its ring, what celebrates further smiles, the relief of
somebody sad, an empty room, the pause sign, a kiosk that cannot see, several people at once, two of
whom one is sad, or four who play."""
SMILE_AFTER = {SMILE: 1.0, RELIEF: 8.2} | dict.fromkeys(CELEBRATIONS, 2.4)
"""Seconds until somebody smiles in these scenes."""
MOOD_SECONDS = 1.5
"""Seconds until the mood has followed the smile."""
PLAYERS = (3.6, 4.2, 4.8, 7.8)
"""Seconds until each of those who play smiles."""
RATE = 30
SEED = 7
START = 1000.0
"""The time of the first frame, in seconds."""
SHEET_AGE, SHEET_TILE, SHEET_COLUMNS = 10.5, (640, 360), 2
"""Of a contact sheet: the second of each scene, the pixels of a tile, and the columns."""
BRIEF_AGES = {"happy": 3.2, GROUP: 3.2, SMILE: 1.6, PAIR: 6.0, EVERYBODY: 7.6}
BRIEF_AGES |= dict.fromkeys(CELEBRATIONS, 4.6)
"""The seconds of scenes that are brief."""
STRIP = 6
"""Pictures in a strip."""


def render_scene(name: str, seconds: float, size: tuple[int, int], out: Path) -> None:
    """Draw a scene and write it as a film (.mp4, .webp) or a strip of pictures (.png, .jpg).

    Raises OutputError when the file cannot be written or has another suffix.
    """
    frames = draw_frames(name, seconds, size)
    if out.suffix in film.PICTURES:
        every = max(1, math.floor(seconds * RATE / STRIP))
        shown = [frame for number, frame in enumerate(frames) if number % every == every - 1]
        film.write_picture(out, np.concatenate(shown[:STRIP], axis=1))
    else:
        film.write(out, frames, size, RATE)


def render_sheet(out: Path) -> None:
    """Write a contact sheet of all scenes. Raises OutputError when it cannot be written."""
    tiles = []
    for name in SCENES:
        age = min(BRIEF_AGES.get(name, SHEET_AGE), SHEET_AGE)
        *_, last = draw_frames(name, age, SHEET_TILE)
        tiles.append(last)
    rows = [tiles[at : at + SHEET_COLUMNS] for at in range(0, len(tiles), SHEET_COLUMNS)]
    film.write_picture(out, np.concatenate([np.concatenate(row, axis=1) for row in rows]))


def draw_frames(name: str, seconds: float, size: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Draw a scene like the kiosk; yield each frame, uint8 BGR (height, width, 3)."""
    canvas = pygame.Surface(size, 0, 32)
    for _ in play(name, round(seconds * RATE), canvas, RATE):
        yield film.pixels(canvas)


def play(
    name: str,
    frames: int,
    canvas: pygame.Surface,
    rate: float,
    stage: Stage | None = None,
) -> Iterator[float]:
    """Draw a scene on a canvas at `rate` frames per second; yield the seconds for each frame.

    A new stage is used unless one is given.
    """
    stage = stage or Stage(StageConfig(), random.Random(SEED))
    stage.prepare(canvas.get_size())
    rules = reactions.load("")
    state, joy = reactions.ReactionState(), JoyState()
    everybody = reactions.EverybodyState()
    for number in range(max(1, frames)):
        now = START + number / rate
        mood, frame_result = _mood(name, now - START), _frame_result(name, now)
        joy = step_joy(joy, frame_result, now)
        if name == EVERYBODY:
            everybody = reactions.step_everybody(everybody, joy, now)
        game = everybody.game
        state = reactions.step(state, rules, mood, now, joy, everybody.has_won)
        scene = replace(
            compose(mood, joy, frame_result, _named(name, state), game),
            paused=name == PAUSED,
            way_to_resume="key",
            blind=name == BLIND,
        )
        started = time.perf_counter()
        stage.draw(canvas, scene, now)
        yield time.perf_counter() - started


def _named(name: str, state: reactions.ReactionState) -> reactions.ReactionState:
    """Return the reactions with the celebration that the scene is named after."""
    if name not in CELEBRATIONS:
        return state
    effects = (replace(one, effect=name) if one.on == "smile" else one for one in state.effects)
    return replace(state, effects=tuple(effects))


def _mood(name: str, age: float) -> Mood:
    if name in (NOBODY_THERE, PAUSED, BLIND):
        return NOBODY
    if name == PAIR:
        return replace(acted("sad", 0.0), faces=2, lead=0)
    if name in SMILE_AFTER:
        return acted(_before(name) if age < SMILE_AFTER[name] + MOOD_SECONDS else "happy", 0.0)
    return acted({GROUP: "happy", EVERYBODY: "neutral"}.get(name, name), 0.0)


def _before(name: str) -> str:
    """Return what somebody shows before the smile."""
    return "sad" if name == RELIEF else "neutral"


def _frame_result(name: str, now: float) -> FrameResult | None:
    """Return one person a little to the side, or several side by side."""
    if name in (NOBODY_THERE, PAUSED, BLIND):
        return None
    moods = _moods(name, now - START)
    faces = tuple(
        Face(number, _box(number, len(moods)), 0.9, (), probabilities_of(mood))
        for number, mood in enumerate(moods)
    )
    return FrameResult(int(now * RATE), now, now, 640, 480, faces)


def _moods(name: str, age: float) -> tuple[str, ...]:
    """Return what each person shows at a scene's age in seconds."""
    if name in SMILE_AFTER:
        return ("happy" if age >= SMILE_AFTER[name] else _before(name),)
    match name:
        case "group":
            return ("happy", "surprise", "happy", "sad", "neutral")
        case "pair":
            return ("sad", "neutral")
        case "everybody":
            return tuple("happy" if age >= smiles else "neutral" for smiles in PLAYERS)
    return (name,)


def _box(number: int, count: int) -> Box:
    side = 150.0 if count == 1 else 90.0 - 4 * number
    apart = 600.0 / max(1, count)
    return Box(200.0 if count == 1 else 20 + apart * number, 150.0, side, side)
