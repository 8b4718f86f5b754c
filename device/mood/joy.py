"""Joy: how much each person smiles right now, and the bursts of celebration that smiles earn.

Unlike the mood of the room, which waits until it is sure, joy follows each frame. A smile fills a
ring; the full ring bursts. Every smile counts, so after it has faded the next one fills the ring
again. Everything is relative to the person's own recent level, because some faces look happy at
rest and a photograph of a smile looks happy for ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.mood.person import FORGET_SECONDS

if TYPE_CHECKING:
    from device.messages import Face, FrameResult

FILTER_SECONDS = 0.06
"""Time constant of the low-pass filter on p(happy): less than one frame at 12 frames a second."""
BASE_RISE_SECONDS, BASE_FALL_SECONDS = 12.0, 1.0
"""Time constants of a person's own level: a smile that never ends becomes the usual face."""
MAX_FIRST_BASE = 0.2
"""Highest level at arrival, so that people who arrive with a smile are welcomed."""
DEADBAND, FULL_RISE = 0.08, 0.5
"""Rises of p(happy) above the person's own level that count as no smile and as a full one."""
RING_SECONDS = 0.8
"""A full smile fills the ring in this time, a half smile in twice as long."""
DRAIN_SECONDS = 0.6
"""Without a smile, a full ring drains in this time."""
FADED_SHARE = 0.5
"""A smile has faded once p(happy) is this share of its rise or less; the next one may burst."""
STREAK_SECONDS = 12.0
"""Bursts no further apart than this make a streak."""
FRONT_MARGIN = 0.25
"""Somebody else comes to the front when their smile is wider by this level."""
MAX_STEP_SECONDS = 0.5
"""A loop that was held up longer fills no ring by itself."""

_HAPPY = EMOTIONS.index("happy")


@dataclass(frozen=True, slots=True)
class Smile:
    """One person's smile.

    `happy` is the nearly unfiltered p(happy), `base` the person's own recent level of it. `ring`
    in [0, 1] fills while they smile. Once it has burst, `faded` is the p(happy) at which that smile
    is over, and the ring glows with the smile until then; before, it is None.
    """

    id: int
    happy: float
    base: float
    last_seen: float
    ring: float = 0.0
    faded: float | None = None

    @property
    def level(self) -> float:
        """How much they smile, in [0, 1]."""
        rise = self.happy - self.base
        return min(1.0, max(0.0, (rise - DEADBAND) / (FULL_RISE - DEADBAND)))


@dataclass(frozen=True, slots=True)
class Burst:
    """A smile of person `id` has filled its ring; `streak` counts those in a row, from 1."""

    id: int
    streak: int


@dataclass(frozen=True, slots=True)
class JoyState:
    """The state of `step`; `JoyState()` is the initial one.

    `bursts` are those of this step. `front` is the id of the one whose smile is answered first:
    one that fills its ring before one that has burst, the widest of them, without hurry.
    `streak` is the number of bursts in a row, which ends `STREAK_SECONDS` after the last one.
    """

    smiles: tuple[Smile, ...] = ()
    front: int | None = None
    bursts: tuple[Burst, ...] = ()
    streak: int = 0
    last_burst: float = -math.inf
    clock: float = -math.inf
    newest: tuple[int, float] | None = None

    @property
    def lead(self) -> Smile | None:
        """The smile at the front, if anybody smiles."""
        return next((smile for smile in self.smiles if smile.id == self.front), None)

    @property
    def level(self) -> float:
        """The level of the widest smile, in [0, 1]."""
        return max((smile.level for smile in self.smiles), default=0.0)

    @property
    def ring(self) -> float:
        """The ring of the smile at the front, in [0, 1]."""
        return self.lead.ring if self.lead else 0.0

    @property
    def filling(self) -> float:
        """The ring of the smile at the front if it has not burst, in [0, 1]."""
        return self.lead.ring if self.lead and self.lead.faded is None else 0.0

    @property
    def is_celebrating(self) -> bool:
        """Whether a smile has burst, and has not faded since."""
        return any(smile.faded is not None for smile in self.smiles)


def step(state: JoyState, frame_result: FrameResult | None, now: float) -> JoyState:
    """Return the state at `now`, with the newest frame result, which may be passed again.

    `now` is in monotonic seconds; one that goes backwards stands still.
    """
    clock = now if state.clock < now < math.inf else state.clock
    elapsed = min(clock - state.clock, MAX_STEP_SECONDS) if state.clock > -math.inf else 0.0
    streak = state.streak if clock - state.last_burst <= STREAK_SECONDS else 0
    state = replace(state, clock=clock, bursts=(), streak=streak)
    if frame_result is not None and state.newest != (frame_result.number, frame_result.captured_at):
        key = frame_result.number, frame_result.captured_at
        smiles = _update(state.smiles, frame_result.faces, clock)
        state = replace(state, newest=key, smiles=smiles)
    smiles = tuple(one for one in state.smiles if clock - one.last_seen <= FORGET_SECONDS)
    state = replace(state, smiles=tuple(_fill(one, elapsed) for one in smiles))
    for smile in state.smiles:
        if smile.ring >= 1.0 and smile.faded is None:
            state = _burst(state, smile)
    return replace(state, front=_front(state))


def _front(state: JoyState) -> int | None:
    """Return who is at the front: whoever was, unless they stop or somebody smiles much more."""
    smiling = [one for one in state.smiles if one.level > 0.0 or one.ring > 0.0]
    filling = [one for one in smiling if one.faded is None and one.level >= FRONT_MARGIN]
    choice = filling or smiling
    widest = max(choice, key=lambda one: (one.level, one.ring), default=None)
    present = next((one for one in choice if one.id == state.front), None)
    if widest is None or present is None:
        return widest.id if widest else None
    has_passed = present.level <= 0.0 < widest.level
    return widest.id if has_passed or widest.level > present.level + FRONT_MARGIN else present.id


def _update(smiles: tuple[Smile, ...], faces: tuple[Face, ...], now: float) -> tuple[Smile, ...]:
    """Return the smiles after a frame with these faces."""
    known = {smile.id: smile for smile in smiles}
    for face in faces:
        happy = face.probabilities[_HAPPY]
        smile = known.get(face.id)
        if smile is None:
            known[face.id] = Smile(face.id, happy, min(happy, MAX_FIRST_BASE), now)
            continue
        elapsed = now - smile.last_seen
        filtered = _approach(smile.happy, happy, elapsed, FILTER_SECONDS)
        constant = BASE_RISE_SECONDS if filtered > smile.base else BASE_FALL_SECONDS
        base = _approach(smile.base, filtered, elapsed, constant)
        known[face.id] = replace(smile, happy=filtered, base=base, last_seen=now)
    return tuple(known.values())


def _approach(value: float, target: float, elapsed: float, seconds: float) -> float:
    """Return a first-order low-pass filter's value after some time."""
    return target + (value - target) * math.exp(-elapsed / seconds)


def _fill(smile: Smile, elapsed: float) -> Smile:
    """Return a smile after some time: its ring fills or drains, and may burst again later."""
    level = smile.level
    if smile.faded is not None:
        if smile.happy > smile.faded:
            return replace(smile, ring=level)
        smile = replace(smile, ring=0.0, faded=None)
    change = level / RING_SECONDS if level > 0.0 else -1.0 / DRAIN_SECONDS
    return replace(smile, ring=min(1.0, max(0.0, smile.ring + change * elapsed)))


def _burst(state: JoyState, smile: Smile) -> JoyState:
    streak = state.streak + 1
    burst = Burst(smile.id, streak)
    faded = smile.base + FADED_SHARE * (smile.happy - smile.base)
    smiles = tuple(replace(one, faded=faded) if one.id == smile.id else one for one in state.smiles)
    return replace(
        state,
        smiles=smiles,
        bursts=(*state.bursts, burst),
        streak=streak,
        last_burst=state.clock,
    )
