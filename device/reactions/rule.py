"""One rule: which mood causes which reaction, after how long and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from device.config.section import Section
from device.config.types import Emotion, Seconds, listed
from device.hardware.gpio import COLOURS, colour
from device.music import PLAYLISTS, SOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

EFFECTS = (
    "confetti", "balloons", "hearts", "fireworks", "sunburst", "grand", "tender", "lantern",
    "breath", "freshen", "stars", "glow",
)  # fmt: skip
"""The effects that the stage can draw."""
MOMENTS = ("smile", "relief", "everybody")
"""What a rule answers that lasts no time: it then goes on for `max_seconds`."""


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"should be one of {', '.join(known)}")
        return value

    return check


def _effects(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in EFFECTS:
            which = f"{name!r} " if len(names) > 1 else ""
            raise ValueError(f"{which}should be one of {', '.join(EFFECTS)}")
    return names


def _playlist(value: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("playlists", PLAYLISTS)
    if known is None and not {"/", "\0"} & {*value} and value.strip("."):
        return value
    return _one_of(known or PLAYLISTS)(value)


def _light(value: str) -> str:
    try:
        colour(value)
    except ValueError as error:
        raise ValueError(f"should be one of {', '.join(COLOURS)} or #rrggbb") from error
    return value


class Rule(Section):
    """A reaction and when it happens. All times are seconds.

    With `on = "smile"` it starts, or starts again, whenever somebody's smile has filled its ring
    (device/mood/joy.py), with `on = "relief"` at the first smile after sadness or fear
    (device/reactions/relief.py), and with `on = "everybody"` when all have smiled in the game of
    several people (device/reactions/everybody.py). They hold whatever the mood of the room, and go
    on for `max_seconds`; `moods` then only says what they answer.

    `on = "smiling"` counts from the smile itself, not from a mood that has settled.

    Otherwise it starts once the mood has been one of `moods`, or the smile has lasted, for
    `after_seconds`. It goes on for
    `min_seconds` at least and `max_seconds` at most, and for `linger_seconds` after another mood
    took over. When everybody has left it goes on for `empty_seconds`, or `linger_seconds` if those
    are fewer, whatever `min_seconds` says. It may start again `cooldown_seconds` after its end, or
    as soon as the room has been empty, but never more than `max_per_hour` times in an hour.
    Each start shows the next of its effects.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
    moods: Annotated[tuple[Emotion, ...], Field(min_length=1, strict=False)]
    on: Literal["mood", "smile", "smiling", "relief", "everybody"] = "mood"
    after_seconds: Seconds = 1.0
    effect: Annotated[tuple[str, ...], BeforeValidator(listed), AfterValidator(_effects)] = ()
    playlist: Annotated[str, AfterValidator(_playlist)] | None = None
    light: Annotated[str, AfterValidator(_light)] | None = None
    sound: Annotated[str, AfterValidator(_one_of(SOUNDS))] | None = None
    min_seconds: Seconds = 0.0
    max_seconds: Annotated[float, Field(ge=0.5, le=3600.0)] = 180.0
    linger_seconds: Seconds = 5.0
    empty_seconds: Annotated[float, Field(ge=0.0, le=60.0)] = 4.0
    cooldown_seconds: Seconds = 60.0
    max_per_hour: Annotated[int, Field(ge=1, le=3600)] = 12

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_seconds > self.max_seconds:
            raise ValueError(
                f"min_seconds = {self.min_seconds:g} should not exceed "
                f"max_seconds = {self.max_seconds:g}"
            )
        return self
