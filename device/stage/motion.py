"""How an emoji moves: coming in, living, and going."""

from __future__ import annotations

from dataclasses import dataclass, replace

from device.stage.easing import gather, mix, smooth, spring, wave

ENTER_DELAY = 0.2
"""Seconds for which an old emoji has the stage for itself while it goes."""
LEAVE_TIME = 0.5
"""Seconds that an emoji needs to go."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A scale, a shift in emoji diameters (right and down), and an opacity."""

    scale: float = 1.0
    right: float = 0.0
    down: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Temper:
    """How an emoji lives: breath as a share of its size, the others in diameters; seconds."""

    breath: float = 0.016
    period: float = 4.2
    hop: float = 0.012
    hop_period: float = 4.2
    sway: float = 0.0
    sway_period: float = 6.0


TEMPERS = {
    "happy": Temper(
        breath=0.02, period=1.5, hop=0.035, hop_period=1.5, sway=0.014, sway_period=3.0
    ),
    "sad": Temper(breath=0.012, period=5.0, hop=0.008, hop_period=5.0),
    "fear": Temper(breath=0.012, period=2.6, hop=0.006, sway=0.006, sway_period=1.3),
    "angry": Temper(breath=0.022, period=3.4, hop=0.0),
    "disgust": Temper(breath=0.012, sway=0.014, sway_period=3.6),
    "surprise": Temper(breath=0.018, period=2.8, hop=0.022, hop_period=2.8),
    "neutral": Temper(),
    "attract": Temper(sway=0.012, sway_period=8.0),
    "paused": Temper(breath=0.008, period=6.0),
    "blind": Temper(sway=0.012, sway_period=8.0),
    "everybody": Temper(breath=0.02, period=2.4, hop=0.03, hop_period=2.4),
    "waking": Temper(breath=0.008, period=6.0),
}


def living(act: str, age: float) -> Pose:
    """Return the pose of an emoji that has been there for `age` seconds."""
    temper = TEMPERS[act]
    # Hops go up only, so that nothing ever dips into the caption.
    hop = 0.5 - 0.5 * wave(age, temper.hop_period, 0.25)
    return Pose(
        scale=1.0 + temper.breath * wave(age, temper.period),
        right=temper.sway * wave(age, temper.sway_period),
        down=-temper.hop * hop,
    )


def entering(act: str, age: float, still: bool = False) -> Pose:
    """Return the pose `age` seconds after an emoji was called: a springy pop, then `living`.

    One that is `still` fades in, and stays as it is.
    """
    age -= ENTER_DELAY
    if age <= 0.0:
        return Pose(opacity=0.0)
    if still:
        return Pose(opacity=smooth(age / LEAVE_TIME))
    life = living(act, age)
    settled = smooth(age / 0.8)
    return Pose(
        scale=mix(0.4, 1.0, spring(age)) * mix(1.0, life.scale, settled),
        right=life.right * settled,
        down=mix(0.1, 0.0, smooth(age / 0.35)) + life.down * settled,
        opacity=smooth(age / 0.22),
    )


def leaving(act: str, age: float, gone: float, still: bool = False) -> Pose:
    """Return the pose of an emoji of some age, `gone` seconds after it was sent away."""
    life = entering(act, age, still)
    if still:
        return replace(life, opacity=life.opacity * (1.0 - smooth(gone / LEAVE_TIME)))
    away = smooth(gone / LEAVE_TIME)
    return Pose(
        scale=life.scale * mix(1.0, 0.42, away),
        right=life.right - 1.0 * away,
        down=life.down + 0.05 * away,
        opacity=life.opacity * (1.0 - gather(gone / LEAVE_TIME)),
    )
