"""A stage to test on: drawn into memory, on a clock that the test moves."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Protocol

import pygame

from device.config.schema import StageConfig
from device.stage import EFFECTS, Scene, Stage, Strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from device.stage.stage import SceneAssets

Size = tuple[int, int]


class Theatre:
    """One stage and its canvas; `now` is its clock in seconds."""

    def __init__(self, size: Size, strings: Strings, seed: int = 1, **config: Any) -> None:
        self.canvas = pygame.Surface(size)
        self.stage = Stage(StageConfig(**config), random.Random(seed), strings)
        self.now = 100.0

    @property
    def assets(self) -> SceneAssets:
        """Return what was made for the canvas' size."""
        assert self.stage._assets, "nothing was drawn yet"
        return self.stage._assets

    def draw(self, scene: Scene) -> NDArray[np.uint8]:
        """Draw one frame; return it as (width, height, 3)."""
        self._make(scene)
        self.stage.draw(self.canvas, scene, self.now)
        return pygame.surfarray.array3d(self.canvas)

    def hop(self, scene: Scene, seconds: float) -> NDArray[np.uint8]:
        """Move the clock ahead and draw one frame."""
        self.now += seconds
        return self.draw(scene)

    def play(self, scene: Scene, seconds: float, rate: int = 30) -> list[NDArray[np.uint8]]:
        """Draw for some time at some frames per second; return all frames."""
        return [pygame.surfarray.array3d(self.canvas) for _ in self._frames(scene, seconds, rate)]

    def after(self, scene: Scene, seconds: float) -> NDArray[np.uint8]:
        """Draw for some time at 15 frames per second, at least once; return the last frame."""
        for _ in self._frames(scene, seconds, 15):
            pass
        return pygame.surfarray.array3d(self.canvas)

    def _frames(self, scene: Scene, seconds: float, rate: int) -> Iterator[None]:
        count = max(1, round(seconds * rate))
        self._make(scene)
        for _ in range(count):
            self.stage.draw(self.canvas, scene, self.now)
            yield
            self.now += seconds / count

    def _make(self, scene: Scene) -> None:
        """Make the effects that a scene needs, which would come some frames later."""
        effects = self.stage.prepare(self.canvas.get_size()).effects
        wanted = {reaction.effect for reaction in scene.reactions} & EFFECTS.keys()
        while not wanted <= effects._effects.keys():
            effects.make_next()


class MakeTheatre(Protocol):
    """The fixture `theatre`; further arguments are those of `StageConfig`."""

    def __call__(self, size: Size = ..., seed: int = ..., **config: Any) -> Theatre: ...


class MakeScene(Protocol):
    """The fixture `feel`: the scene of a mood; further arguments are those of `Scene`."""

    def __call__(self, emotion: str | None, effect: str | None = ..., **more: Any) -> Scene: ...
