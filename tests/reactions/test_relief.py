"""Relief: the first smile of somebody who was sad or afraid, once each time."""

from __future__ import annotations

import pytest

from device.messages import Mood
from device.mood.joy import Burst, JoyState, Smile
from device.reactions import ReactionState, load, step
from device.reactions.relief import MIRRORED_SECONDS, NO_RELIEF, PATIENCE_SECONDS
from device.reactions.relief import step as step_relief
from device.reactions.state import NO_JOY, RELIEF_SECONDS

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


class Room:
    """Somebody sad before the rules that ship, on a clock of its own."""

    def __init__(self) -> None:
        self.state, self.rules, self.now = ReactionState(), load(), 0.0
        for _ in range(20):
            self.feel("sad", NO_JOY)

    def feel(self, emotion: str, joy: JoyState, seconds: float = TICK) -> ReactionState:
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            self.state = step(self.state, self.rules, Mood(emotion, 0.0, lead=1), self.now, joy)
        return self.state


def full(person: int = 1) -> JoyState:
    """Return the joy of a person whose smile fills its ring just now."""
    return JoyState(smiling(1.0, person).smiles, bursts=(Burst(person, 1),))


def test_the_rules_that_ship_celebrate_relief_as_such_and_above_all() -> None:
    room = Room()
    state = room.feel("sad", smiling(0.6))
    assert state.is_relief
    assert state.active[0].name == state.effects[0].name == "relief"
    assert state.sounds == ("relief",)
    state = room.feel("sad", full())
    assert state.effects[0].name == "relief", "the burst of the same smile"
    assert state.sounds == ()
    room.feel("happy", NO_JOY, 1.0)
    assert room.feel("happy", full()).sounds == ("celebrate",), "the next smile"
    room.feel("happy", NO_JOY, 5.0)
    state = room.feel("happy", full())
    assert state.effects[0].name == "celebrate"


def test_a_companion_who_smiles_too_is_celebrated() -> None:
    room = Room()
    room.feel("sad", smiling(0.6))
    assert room.feel("sad", full(person=2)).sounds == ("celebrate",)


def test_relief_is_the_act_while_the_smile_is_there() -> None:
    room = Room()
    wide = JoyState((Smile(1, 0.9, 0.1, 0.0, 0.6),))
    assert room.feel("sad", wide, 4.0).is_relief
    assert not room.feel("sad", NO_JOY).is_relief
    assert room.feel("sad", NO_JOY).effects[0].name == "relief", "it ends in its own time"
    brief = Room()
    brief.feel("sad", wide)
    assert brief.feel("sad", NO_JOY, RELIEF_SECONDS - TICK).is_relief
    assert not brief.feel("sad", NO_JOY).is_relief
