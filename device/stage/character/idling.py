"""How the character performs each idle act: its face, where it looks, and where it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from device.messages import EMOTIONS
from device.stage.character.expression import EXPRESSIONS, NEUTRAL, PLACES, changed
from device.stage.character.life import Gaze
from device.stage.easing import mix, smooth, wave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from device.stage.character.expression import Expression

HAPPY: Expression = EXPRESSIONS[EMOTIONS.index("happy")]
SURPRISED: Expression = EXPRESSIONS[EMOTIONS.index("surprise")]
WELCOME: Expression = 0.4 * HAPPY + 0.6 * NEUTRAL
"""The expression in an empty room: a slight smile."""
AHEAD = Gaze()
UNDISTURBED = ("peek", "yawn", "sleep", "greet", "blind", "waking")
"""Acts in which its eyes do not follow what moves."""
EYES, HIDDEN = 0.10, 0.78
"""How far the head's middle is above the edge over which the eyes look, and how much further down
nothing of it is seen, in emoji diameters."""
TAPS = (0.9, 1.25, 3.2, 3.55)
"""Seconds into a knock at which the paw meets the glass."""


class Performance(NamedTuple):
    """An expression, where to look (None: about), and a shift to the right in emoji diameters.

    `low` is how far it hides behind the canvas's lower edge: 0 not at all, 1 up to the eyes, 2
    wholly.
    """

    expression: Expression
    gaze: Gaze | None = None
    right: float = 0.0
    low: float = 0.0


class Shift:
    """Follows a shift as a door with a closer does, so that nothing jumps. Times in seconds."""

    def __init__(self) -> None:
        self._at, self._speed, self._now = [0.0, 0.0], [0.0, 0.0], 0.0

    def follow(self, right: float, down: float, now: float) -> tuple[float, float]:
        """Return where it is at `now`, right and down, on its way there."""
        gap, self._now = now - self._now, now
        if not 0.0 <= gap <= LONGEST_GAP:
            self._at, self._speed = [right, down], [0.0, 0.0]
        fade = math.exp(-SHIFT_STIFFNESS * gap) if gap > 0.0 else 1.0
        for axis, goal in enumerate((right, down)):
            away = self._at[axis] - goal
            pull = self._speed[axis] + SHIFT_STIFFNESS * away
            self._at[axis] = goal + (away + pull * gap) * fade
            self._speed[axis] = (self._speed[axis] - SHIFT_STIFFNESS * pull * gap) * fade
        return self._at[0], self._at[1]


def sunk(low: float, depth: float) -> float:
    """Return how far down the head is, in emoji diameters, as it hides; see `Performance`.

    `depth` is how far the head's middle is above the canvas's lower edge otherwise.
    """
    return (depth - EYES) * min(low, 1.0) + HIDDEN * max(0.0, low - 1.0)


def stilled(performance: Performance) -> Performance:
    """Return what is left of a performance for those whom motion makes sick: face and eyes."""
    offered = performance.expression[PLACES["wave"]]
    found = changed(performance.expression, lean=0.0, lift=0.0, wave=0.0, hand=offered)
    return Performance(found, performance.gaze)


GLAD: Expression = changed(0.75 * HAPPY + 0.25 * NEUTRAL, brow_raise=0.1)
CURIOUS: Expression = changed(WELCOME, brow_raise=0.12, open=1.12)
NOTICING: Expression = changed(0.6 * WELCOME + 0.4 * SURPRISED, part=0.05, pout=0.4)
CLOSED: Expression = changed(WELCOME, open=-0.15, squint=0.4)
YAWNING: Expression = changed(
    NEUTRAL, open=-0.1, squint=0.5, part=0.52, pout=1.0, width=0.22, brow_raise=0.14, lift=0.05
)
DROWSY: Expression = changed(NEUTRAL, open=0.45, lift=-0.03)
ASLEEP: Expression = changed(
    NEUTRAL, open=-0.15, squint=0.3, smile=0.06, width=0.2, lift=-0.05, lean=0.1
)
HUMMING: Expression = changed(CLOSED, brow_raise=0.1, width=0.16, part=0.05, pout=0.9, blush=0.6)
BLINDFOLDED: Expression = changed(
    NEUTRAL, blindfold=1.0, brow_raise=0.1, brow_tilt=0.1, width=0.15, part=0.06, pout=0.8
)
CHEEKY: Expression = changed(HAPPY, part=0.1, tongue=1.0, skew=0.08, lean=-0.08, teeth=0.0)
STERN: Expression = changed(NEUTRAL, brow_raise=-0.1, brow_tilt=-0.16, smile=-0.06, squint=0.2)
TRIED: Sequence[Expression] = (HAPPY, SURPRISED, STERN, CHEEKY, HAPPY)
"""The faces that it tries on for itself."""
TRY_SECONDS = 1.6
GLANCES = ((0.2, -0.9, 0.0), (1.7, 0.9, -0.1), (3.2, 0.1, -0.8), (4.5, -0.4, 0.5), (5.4, 0.0, 0.0))
"""Where it looks around: seconds, right, down."""
SHIFT_STIFFNESS = 13.0
"""Of the critically damped spring on which the character follows a shift, in radians a second."""
LONGEST_GAP = 0.5
"""Seconds; after a longer gap between frames it is where it was going."""


def perform(name: str, age: float, aside: float | None = None) -> Performance:
    """Return the performance of an act that started `age` seconds ago.

    `aside` is where something moves, from -1 at the screen's left to 1 at its right.
    """
    act = ACTS.get(name)
    found = act(age) if act else Performance(WELCOME if aside is None else CURIOUS)
    if aside is not None and name not in UNDISTURBED:
        return found._replace(gaze=Gaze(0.9 * aside, 0.1))
    return found


def blink(age: float, at: float, seconds: float) -> float:
    """Return how far the eyes are closed by a slow blink around some second, in [0, 1]."""
    return smooth(1.0 - abs(age - at) / (seconds / 2))


def _wave(age: float) -> Performance:
    swing = smooth(age / 0.6) * smooth((4.4 - age) / 0.6)
    return Performance(changed(GLAD, lean=0.07 * swing * wave(age, 1.2), wave=swing), AHEAD)


def _look(age: float) -> Performance:
    gaze = AHEAD
    for start, right, down in GLANCES:
        if age >= start:
            gaze = Gaze(right, down)
    return Performance(changed(CURIOUS, lean=0.1 * gaze.right), gaze)


def _peek(age: float) -> Performance:
    """Slide down behind the lower edge, peek over it, and hide again."""
    low = 2.0 * smooth(age / 0.9) - smooth((age - 1.5) / 0.5) + smooth((age - 3.5) / 0.35)
    low -= smooth((age - 4.3) / 0.4)
    right = -0.9 if 2.1 < age < 2.8 else 0.9 if 2.8 <= age < 3.5 else 0.0
    return Performance(changed(CURIOUS, open=1.2, pupil=1.1), Gaze(right, -0.2), low=low)


def _peekaboo(age: float) -> Performance:
    lift = 0.12 * smooth((age - 0.2) / 0.3) * smooth((1.6 - age) / 0.8)
    return Performance(changed(HAPPY, lift=lift), AHEAD, low=1.0 - smooth(age / 0.55))


def _knock(age: float) -> Performance:
    taps = any(tap - 0.15 < age < tap + 0.2 for tap in TAPS)
    listens = 1.9 < age < 2.9 or age > 4.1
    found = CURIOUS if listens else changed(GLAD, brow_raise=0.06)
    lean = 0.1 if listens else 0.03
    return Performance(changed(found, lean=lean), Gaze(0.35, 0.1) if taps else AHEAD)


def _yawn(age: float) -> Performance:
    if 0.4 < age < 2.1:
        return Performance(YAWNING, AHEAD)
    closed = max(blink(age, 3.1, 1.0), blink(age, 4.4, 0.9))
    return Performance(changed(DROWSY, open=mix(0.6, -0.1, closed)), Gaze(0.0, 0.2))


def _hum(age: float) -> Performance:
    strength = smooth(age / 0.8) * smooth((8.0 - age) / 0.8)
    sway = strength * wave(age, 2.4)
    open_ = 0.06 + 0.05 * wave(age, 0.6)
    found = changed(HUMMING, lean=0.11 * sway, part=open_, lift=0.02 + 0.02 * wave(age, 1.2))
    return Performance(found, Gaze(0.3 * sway, -0.15), right=0.05 * sway)


def firefly(age: float) -> tuple[float, float]:
    """Return where the light is that drifts by, right and down of the middle in diameters."""
    along = age / 9.0
    x = mix(-1.35, 1.35, along) + 0.16 * wave(age, 2.9)
    return x, -0.40 + 0.13 * wave(age, 3.7, 0.1) - 0.2 * smooth((along - 0.75) / 0.25)


def _firefly(age: float) -> Performance:
    x, y = firefly(age)
    gaze = Gaze(max(-1.0, min(1.0, 1.1 * x)), max(-0.9, min(0.9, 1.6 * (y + 0.1))))
    return Performance(changed(CURIOUS, lean=0.07 * gaze.right), gaze)


def _faces(age: float) -> Performance:
    number = int(age / TRY_SECONDS)
    return Performance(TRIED[min(number, len(TRIED) - 1)], AHEAD)


def _sleep(age: float) -> Performance:
    return Performance(changed(ASLEEP, lift=-0.05 + 0.02 * math.sin(math.tau * age / 5.0)), AHEAD)


def _start(_: float) -> Performance:
    return Performance(changed(SURPRISED, part=0.2, lift=0.14), AHEAD)


def _beckon(age: float) -> Performance:
    if age < 0.3:
        return Performance(NOTICING, AHEAD)
    swing = smooth((age - 0.3) / 0.4) * smooth((4.6 - age) / 0.4)
    return Performance(changed(GLAD, lean=0.06 * swing * wave(age, 1.1), wave=swing), AHEAD)


def _greet(age: float) -> Performance:
    waving = smooth((3.0 - age) / 0.5)
    return Performance(changed(GLAD, lift=0.05 * smooth((1.2 - age) / 0.8), wave=waving))


def _blind(age: float) -> Performance:
    """Feel about in the dark, blindfolded."""
    sway = wave(age, 5.2)
    found = changed(BLINDFOLDED, lean=0.09 * sway, part=0.05 + 0.03 * wave(age, 1.7))
    return Performance(found, AHEAD, right=0.09 * sway)


def _waking(age: float) -> Performance:
    if 1.0 < age < 2.6:
        return Performance(YAWNING, AHEAD)
    closed = max(smooth(1.0 - age), blink(age % 3.0, 1.5, 1.2))
    return Performance(changed(DROWSY, open=mix(0.55, -0.1, closed)), Gaze(0.0, 0.15))


ACTS: dict[str, Callable[[float], Performance]] = {
    "wave": _wave,
    "look": _look,
    "peek": _peek,
    "peekaboo": _peekaboo,
    "knock": _knock,
    "yawn": _yawn,
    "hum": _hum,
    "firefly": _firefly,
    "faces": _faces,
    "sleep": _sleep,
    "start": _start,
    "beckon": _beckon,
    "greet": _greet,
    "blind": _blind,
    "waking": _waking,
}
