"""A stage to test on: drawn into memory, on a clock that the test moves."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pygame
import pytest

from device.config.schema import StageConfig
from device.messages import Box, Face, FrameResult, Mood, Reaction
from device.stage import Scene, Stage, Strings, load_strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

RATE = 30
Size = tuple[int, int]


class Theatre:
    """One stage and its canvas; `now` is its clock in seconds."""

    def __init__(self, size: Size, strings: Strings, seed: int = 1, **more: object) -> None:
        self.canvas = pygame.Surface(size)
        self.stage = Stage(StageConfig(**more), random.Random(seed), strings)
        self.now = 100.0

    def draw(self, scene: Scene) -> NDArray[np.uint8]:
        """Draw one frame; return it as (width, height, 3)."""
        self.stage.draw(self.canvas, scene, self.now)
        return pygame.surfarray.array3d(self.canvas)

    def play(self, scene: Scene, seconds: float) -> list[NDArray[np.uint8]]:
        """Draw for some time at 30 frames a second; return all frames."""
        return [pygame.surfarray.array3d(self.canvas) for _ in self._frames(scene, seconds)]

    def after(self, scene: Scene, seconds: float) -> NDArray[np.uint8]:
        """Draw as long; return the last frame only."""
        for _ in self._frames(scene, seconds):
            pass
        return pygame.surfarray.array3d(self.canvas)

    def _frames(self, scene: Scene, seconds: float) -> Iterator[None]:
        for _ in range(round(seconds * RATE)):
            self.stage.draw(self.canvas, scene, self.now)
            yield
            self.now += 1 / RATE


@pytest.fixture(scope="session")
def strings() -> Strings:
    return load_strings("en")


@pytest.fixture
def theatre(strings: Strings) -> Callable[..., Theatre]:
    return lambda size=(320, 240), seed=1, **more: Theatre(size, strings, seed, **more)


@pytest.fixture(scope="session")
def feel() -> Callable[..., Scene]:
    """Make the scene of a mood, with an effect if one is named."""

    def make(emotion: str | None, effect: str | None = None, **more: object) -> Scene:
        reactions = (Reaction("test", emotion or "", 1.0, effect),) if effect else ()
        return Scene(mood=Mood(emotion, 0.0, 1), reactions=reactions, **more)

    return make


@pytest.fixture(scope="session")
def seen() -> Callable[[float], FrameResult]:
    """Make a frame result of one face at a time."""

    def make(time: float) -> FrameResult:
        face = Face(1, Box(10, 10, 90, 90), 0.9, (), (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0))
        return FrameResult(round(time * 30), time, time, 640, 480, (face,))

    return make
