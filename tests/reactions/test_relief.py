"""Relief: the first smile of somebody who was sad or afraid, once each time."""

from __future__ import annotations

import pytest

from device.messages import Mood
from device.mood.joy import Burst, JoyState, Smile
from device.reactions import ReactionState, load, step
from device.reactions.relief import MIRRORED_SECONDS, NO_RELIEF, PATIENCE_SECONDS
from device.reactions.relief import step as step_relief

TICK = 0.25


def smiling(ring: float, person: int = 1) -> JoyState:
    """Return the joy of a person whose smile has filled its ring so far."""
    return JoyState((Smile(person, 0.5, 0.1, 0.0, ring),))


class Person:
    """Somebody of whom the mood of a room is, on a clock of its own."""

    def __init__(self) -> None:
        self.state, self.now = NO_RELIEF, 100.0

    def feel(
        self,
        emotion: str | None,
        seconds: float = TICK,
        *,
        ring: float = 0.0,
        who: int = 1,
        lead: int | None = 1,
    ) -> int:
        """Return how often relief begins in these seconds."""
        count = 0
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            mood = Mood(emotion, 0.0, lead=lead)
            self.state = step_relief(self.state, mood, smiling(ring, who), self.now)
            count += self.state.begins
        return count


@pytest.mark.parametrize("mood", ["sad", "fear"])
def test_half_a_smile_after_a_low_mood_relieves_once(mood: str) -> None:
    person = Person()
    assert person.feel(mood, MIRRORED_SECONDS + 1.0) == 0
    assert person.feel(mood, ring=0.4) == 0
    assert person.feel(mood, ring=0.5) == 1
    assert person.feel(mood, 10.0, ring=1.0) == 0, "the mood follows the smile late"
    assert person.feel("happy", 5.0, ring=1.0) == 0
    person.feel(mood, MIRRORED_SECONDS + 1.0)
    assert person.feel("neutral", 5.0, ring=0.6) == 1, "it has come back"


@pytest.mark.parametrize("mood", ["neutral", "angry", "surprise", "happy"])
def test_other_moods_need_no_relief(mood: str) -> None:
    person = Person()
    person.feel(mood, 20.0)
    assert person.feel(mood, 5.0, ring=1.0) == 0


def test_a_low_mood_is_mirrored_first() -> None:
    person = Person()
    person.feel("sad", MIRRORED_SECONDS - 0.5)
    assert person.feel("neutral", 5.0, ring=1.0) == 0


def test_a_smile_that_comes_much_later_is_one_like_any_other() -> None:
    person = Person()
    person.feel("sad", 5.0)
    person.feel("neutral", PATIENCE_SECONDS - 5.0)
    assert person.feel("neutral", ring=1.0) == 1
    person.feel("sad", 5.0)
    person.feel("neutral", PATIENCE_SECONDS + 1.0)
    assert person.feel("neutral", 5.0, ring=1.0) == 0


def test_it_is_the_smile_of_the_one_who_was_sad() -> None:
    person = Person()
    person.feel("sad", 5.0)
    assert person.feel("sad", 5.0, ring=1.0, who=2) == 0
    assert person.feel("happy", lead=2, ring=1.0, who=2) == 0
    assert person.feel("happy", lead=2, ring=1.0, who=1) == 1
    person.feel("sad", 5.0, lead=None)
    assert person.feel("neutral", ring=1.0, who=2) == 1, "nobody knows who leads"


def test_the_next_visitor_has_not_been_sad() -> None:
    person = Person()
    person.feel("sad", 5.0)
    person.feel(None, 1.0)
    assert person.feel("neutral", 5.0, ring=1.0) == 0


def test_the_rules_that_ship_celebrate_relief_as_such_and_above_all() -> None:
    state, rules, now = ReactionState(), load(), 0.0
    for _ in range(20):
        now += TICK
        state = step(state, rules, Mood("sad", 0.0, lead=1), now)
    state = step(state, rules, Mood("sad", 0.0, lead=1), now + TICK, smiling(0.6))
    assert state.is_relief
    assert state.active[0].name == state.effects[0].name == "relief"
    assert state.sounds == ("relief",)
    full = JoyState(smiling(1.0).smiles, bursts=(Burst(1, 1),))
    state = step(state, rules, Mood("sad", 0.0, lead=1), now + 2 * TICK, full)
    assert state.effects[0].name == "relief", "the burst of the same smile"
    assert state.sounds == ()
    later = now + 8.0
    state = step(state, rules, Mood("happy", 0.0, lead=1), later)
    state = step(state, rules, Mood("happy", 0.0, lead=1), later + TICK, full)
    assert not state.is_relief
    assert state.effects[0].name == "celebrate", "the next smile"
