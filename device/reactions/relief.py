"""Relief: the first smile of somebody who was sad or afraid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.messages import Mood
    from device.mood import JoyState

LOW = ("sad", "fear")
"""The moods that a smile relieves."""
MIRRORED_SECONDS = 3.0
"""The mood is mirrored for so long before a smile relieves it."""
HALF_SMILE = 0.5
"""How full the ring of a smile is that relieves."""
PATIENCE_SECONDS = 60.0
"""The smile comes no later than this after the mood has passed."""


@dataclass(frozen=True, slots=True)
class ReliefState:
    """The state of `step`; `ReliefState()` is the initial one.

    A low mood is there since `low_since` (None while another is). The smile of the person `whom`
    (None if nobody leads) is awaited until `awaited_until`. `begins` is whether it came just now;
    it is `unfinished` until its ring is full or empty. `bursts` is whether it fills it just now.
    """

    low_since: float | None = None
    whom: int | None = None
    awaited_until: float = -math.inf
    begins: bool = False
    unfinished: bool = False
    bursts: bool = False


NO_RELIEF = ReliefState()


def step(state: ReliefState, mood: Mood, joy: JoyState, now: float) -> ReliefState:
    """Return the state at `now`, in monotonic seconds. Each low mood is relieved once."""
    if mood.emotion is None:
        return NO_RELIEF
    state = _follow(state, joy)
    is_low = mood.emotion in LOW
    since = (now if state.low_since is None else state.low_since) if is_low else None
    state = replace(state, low_since=since, begins=False)
    if since is not None and now - since >= MIRRORED_SECONDS:
        state = replace(state, whom=mood.lead, awaited_until=now + PATIENCE_SECONDS)
    if now <= state.awaited_until and _ring(joy, state.whom) >= HALF_SMILE:
        # The mood takes a second to follow the smile: what is left of it counts no more.
        ignored = math.inf if is_low else None
        return ReliefState(ignored, state.whom, begins=True, unfinished=not joy.bursts)
    return state


def _follow(state: ReliefState, joy: JoyState) -> ReliefState:
    """Return the state after the smile that relieved has gone on."""
    own = state.whom is None or any(burst.id == state.whom for burst in joy.bursts)
    bursts = state.unfinished and bool(joy.bursts) and own
    unfinished = state.unfinished and not bursts and _ring(joy, state.whom) > 0.0
    return replace(state, bursts=bursts, unfinished=unfinished)


def _ring(joy: JoyState, whom: int | None) -> float:
    """Return how full the ring of a person's smile is, of anybody's if it is unknown whose."""
    rings = {smile.id: smile.ring for smile in joy.smiles}
    return max(rings.values(), default=0.0) if whom is None else rings.get(whom, 0.0)
