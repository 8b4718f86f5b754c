"""A stage to test on, and what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.messages import Box, Face, FrameResult, Mood, Reaction
from device.stage import Scene, Strings, load_strings
from device.stage.stage import SceneAssets
from tests.support.theatres import Size, Theatre

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.theatres import MakeScene, MakeTheatre


@pytest.fixture(scope="session")
def strings() -> Strings:
    return load_strings("en")


@pytest.fixture
def theatre(strings: Strings, monkeypatch: pytest.MonkeyPatch) -> MakeTheatre:
    """Make stages whose pictures are made when they are needed, not ahead of that."""
    monkeypatch.setattr(SceneAssets, "make_next", lambda _: False)

    def make(size: Size = (320, 240), seed: int = 1, **config: Any) -> Theatre:
        return Theatre(size, strings, seed, **config)

    return make


@pytest.fixture(scope="session")
def feel() -> MakeScene:
    """Make the scene of a mood, with an effect if one is named."""

    def make(emotion: str | None, effect: str | None = None, **more: Any) -> Scene:
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
