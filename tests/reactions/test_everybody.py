"""The game "Everybody smile!": who is invited, how it is won, and that it always ends kindly."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.messages import EMOTIONS, Box, Face, FrameResult
from device.mood import JoyState, step_joy
from device.reactions.everybody import (
    LAST_CALL_SECONDS,
    LAST_SECONDS,
    LIMIT_SECONDS,
    MAX_PLAYERS,
    MIN_SECONDS,
    REST_SECONDS,
    SETTLED_SECONDS,
    EverybodyState,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Person = Callable[[float], float | None]
    States = list[tuple[float, EverybodyState]]

TICKS, FRAMES = 30, 12


def face(number: int, happy: float) -> Face:
    rest = (1.0 - happy) / 6
    values = tuple(happy if one == "happy" else rest for one in EMOTIONS)
    return Face(number, Box(100.0 * number, 100.0, 90.0, 90.0), 0.9, (), values)


def play(
    *people: Person, seconds: float, may_play: Callable[[float], bool] | None = None
) -> States:
    """Return the states while people show p(happy) as functions of time; None is away."""
    state, joy, frame, found = EverybodyState(), JoyState(), None, []
    for tick in range(round(seconds * TICKS)):
        now = tick / TICKS
        if tick * FRAMES % TICKS < FRAMES:
            values = [person(now) for person in people]
            faces = tuple(face(n, value) for n, value in enumerate(values) if value is not None)
            frame = FrameResult(tick, now, now, 640, 480, faces)
        joy = step_joy(joy, frame, now)
        state = step(state, joy, now, may_play is None or may_play(now))
        found.append((now, state))
    return found


def smile(*spans: tuple[float, float], high: float = 0.9) -> Person:
    """Return p(happy) of somebody who smiles from one time to another."""
    return lambda now: high if any(start <= now < end for start, end in spans) else 0.05


def here(since: float, until: float, person: Person) -> Person:
    return lambda now: person(now) if since <= now < until else None


CALM = smile()


def phases(states: States) -> list[tuple[float, str | None]]:
    """Return when each phase begins; None is without a game."""
    found = [(now, state.game.phase if state.game else None) for now, state in states]
    return [found[0], *(b for a, b in itertools.pairwise(found) if a[1] != b[1])]


def names(states: States) -> list[str | None]:
    return [name for _, name in phases(states)]


def wins(states: States) -> list[float]:
    return [now for now, state in states if state.has_won]


@pytest.mark.parametrize("person", [CALM, smile((1.0, 3.0), (6.0, 9.0)), smile((0.0, 40.0))])
def test_a_lone_person_never_sees_it(person: Person) -> None:
    assert names(play(person, seconds=40)) == [None]


def test_a_couple_plays_to_its_firework() -> None:
    states = play(smile((5.0, 8.0)), smile((6.0, 8.0)), seconds=20)
    assert names(states) == [None, "invite", "waiting", "won", None]
    invited = phases(states)[1][0]
    assert SETTLED_SECONDS <= invited <= SETTLED_SECONDS + 0.2
    (won,) = wins(states)
    assert 6.5 < won < 7.3, "a second after the last one began"
    game = next(state.game for now, state in states if now == won)
    assert game is not None
    assert game.shares == {0: 1.0, 1: 1.0}
    assert game.progress == 1.0


def test_they_need_not_smile_at_the_same_moment() -> None:
    states = play(smile((4.0, 5.3)), smile((6.5, 8.0)), seconds=12)
    assert len(wins(states)) == 1


def test_a_share_stays_with_a_smile_and_drains_gently_after_it() -> None:
    states = play(smile((4.0, 7.0)), CALM, seconds=12)
    shares = {round(now, 1): state.game.shares[0] for now, state in states if state.game}
    assert shares[3.5] == 0.0
    assert 0.2 < shares[4.5] < 0.7
    assert shares[5.5] == shares[6.8] == 1.0
    assert 0.7 < shares[8.5] < 0.95


def test_half_a_smile_fills_it_slowly() -> None:
    times = []
    for high in (0.9, 0.35):
        states = play(smile((5.0, 10.0), high=high), smile((5.0, 10.0)), seconds=12)
        times.append(wins(states)[0])
    assert 0.3 < times[1] - times[0] < 2.5


def test_the_last_one_is_teased_and_the_others_wait() -> None:
    late = smile((11.0, 14.0))
    states = play(smile((4.0, 14.0)), smile((4.5, 14.0)), late, seconds=20)
    assert names(states) == [None, "invite", "waiting", "last", "won", None]
    teased = {name: now for now, name in phases(states)}["last"]
    assert teased >= 5.0 + LAST_SECONDS
    (last,) = {state.game.last for _, state in states if state.game and state.game.phase == "last"}
    assert last == 2


def test_somebody_who_has_begun_to_smile_is_not_teased() -> None:
    slow = smile((5.0, 20.0), high=0.3)
    assert "last" not in names(play(smile((4.0, 20.0)), slow, seconds=20))


def test_it_ends_kindly_when_nobody_plays() -> None:
    states = play(CALM, CALM, seconds=30)
    assert names(states) == [None, "invite", "over", None]
    (_, begin), (_, end), *_ = ((name, now) for now, name in phases(states)[1:])
    assert end - begin == pytest.approx(LIMIT_SECONDS, abs=0.1)
    assert not wins(states)


def test_it_waits_a_little_longer_for_somebody_who_has_just_begun() -> None:
    begin = SETTLED_SECONDS
    at = begin + LIMIT_SECONDS - 0.4
    assert wins(play(smile((4.0, 20.0)), smile((at, 22.0)), seconds=25))
    weak = smile((at, 60.0), high=0.22)
    ends = {name: now for now, name in phases(play(CALM, weak, CALM, seconds=30))}
    assert ends["over"] - ends["invite"] <= LAST_CALL_SECONDS + 0.1


def test_the_same_people_are_invited_once_in_two_minutes() -> None:
    states = play(CALM, CALM, seconds=150)
    first, second = (now for now, name in phases(states) if name == "invite")
    assert second - first >= REST_SECONDS


def test_other_people_are_invited_afresh() -> None:
    first, second = here(0.0, 20.0, CALM), here(26.0, 60.0, CALM)
    assert names(play(first, first, second, second, seconds=40)).count("invite") == 2


def test_six_play_and_a_seventh_looks_on() -> None:
    people = [smile((4.0 + 0.4 * number, 12.0)) for number in range(6)]
    states = play(*people, seconds=14)
    assert len(wins(states)) == 1
    more = play(*people, CALM, seconds=14)
    assert len(wins(more)) == 1
    assert max(len(state.game.shares) for _, state in more if state.game) == MAX_PLAYERS


def test_who_leaves_takes_their_share_along() -> None:
    states = play(smile((4.0, 12.0)), smile((4.0, 12.0)), here(0.0, 7.0, CALM), seconds=12)
    (won,) = wins(states)
    assert 7.0 < won < 8.3, "nobody else has to smile any more"
    alone = play(smile((4.0, 6.0)), here(0.0, 7.0, CALM), seconds=12)
    assert names(alone)[-1] is None
    assert phases(alone)[-1][0] < 8.3, "at once"
    assert "over" not in names(alone)


def test_who_joins_gets_a_share() -> None:
    joins = here(5.0, 20.0, smile((9.0, 12.0)))
    states = play(smile((4.0, 12.0)), CALM, joins, seconds=12)
    sizes = [len(state.game.shares) for _, state in states if state.game]
    assert sizes[0] == 2
    assert sizes[-1] == 3
    assert not wins(states)


def test_somebody_who_passes_by_does_not_keep_a_couple_from_it() -> None:
    passes = [here(start, start + 1.5, CALM) for start in (1.0, 2.4, 3.9)]
    assert "invite" in names(play(CALM, CALM, *passes, seconds=6))


@pytest.mark.parametrize("end", [0.0, 6.0])
def test_comfort_comes_first(end: float) -> None:
    states = play(CALM, CALM, seconds=10, may_play=lambda now: now < end)
    assert names(states) == ([None, "invite", None] if end else [None])


def test_nobody_is_invited_in_the_middle_of_a_celebration() -> None:
    invited = {name: now for now, name in phases(play(smile((1.5, 4.5)), CALM, seconds=8))}
    assert invited["invite"] >= 1.5 + 0.7 + 2.0


def test_no_game_is_too_short_to_be_read() -> None:
    states = play(smile((2.9, 9.0)), smile((2.9, 9.0)), seconds=12)
    starts = {name: now for now, name in phases(states)}
    assert starts["won"] - starts["invite"] >= MIN_SECONDS


def test_the_clock_may_stand_still_or_jump() -> None:
    state, joy = EverybodyState(), JoyState()
    for now in (5.0, 4.0, 5.0, float("nan"), 100.0, 1.0):
        state = step(state, joy, now)
    assert state.clock == 100.0
    assert state.game is None


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 8))
def test_shares_stay_shares_and_every_game_ends(seed: int, count: int) -> None:
    rng = random.Random(seed)
    people = []
    for start in (rng.uniform(0, 40) for _ in range(count)):
        smiles = smile((start, start + rng.uniform(0.2, 5.0)), high=rng.uniform(0.1, 1.0))
        people.append(here(rng.uniform(0, 5), rng.uniform(5, 60), smiles))
    states = play(*people, lambda _: None, seconds=70)
    for (now, state), (_, after) in itertools.pairwise(states):
        if state.game:
            assert all(0.0 <= share <= 1.0 for share in state.game.shares.values())
            assert now - state.began < LAST_CALL_SECONDS + 10.0
            assert (state.game.last is not None) == (state.game.phase == "last")
        assert not (state.has_won and after.has_won)
    assert states[-1][1].game is None
