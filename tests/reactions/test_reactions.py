"""Reactions to a mood over time, case by case and as properties."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.messages import EMOTIONS, Mood
from device.reactions import ReactionState, Rule, load, step
from tests.support.shows import CELEBRATE, COMFORT, TICK, Show


def test_it_starts_after_a_while_and_not_before() -> None:
    show = Show(COMFORT)
    assert show.play("sad", 2.0) == []
    assert show.play("sad", 0.25) == ["comfort"]
    reaction = show.state.active[0]
    assert (reaction.emotion, reaction.started) == ("sad", show.now)
    assert (reaction.effect, reaction.playlist, reaction.light) == ("tender", "uplifting", "warm")


def test_moods_of_one_rule_count_together() -> None:
    show = Show(COMFORT)
    show.play("sad", 1.0)
    assert show.play("fear", 1.5) == ["comfort"]
    assert show.state.active[0].emotion == "fear"


def test_a_mood_in_between_begins_the_wait_again() -> None:
    show = Show(COMFORT)
    for _ in range(10):
        show.play("sad", 1.75)
        show.play("neutral", 0.5)
    assert show.events == []


def test_the_music_goes_on_while_the_person_smiles() -> None:
    show = Show(COMFORT, CELEBRATE)
    show.play("sad", 12)
    assert show.play("happy", 2) == ["celebrate", "comfort"]
    assert show.play("happy", 2) == ["celebrate", "comfort"]
    show.play("happy", 2)
    assert show.active == ["celebrate"]
    assert show.events[2] == (17.25, "end", "comfort")


def test_min_seconds_keep_it_going() -> None:
    show = Show(COMFORT)
    show.play("sad", 2.25)
    assert show.play("neutral", 9.75) == ["comfort"]
    assert show.play("neutral", 0.5) == []


def test_a_mood_that_returns_while_it_lingers_continues_it() -> None:
    show = Show(COMFORT)
    show.play("sad", 12)
    for _ in range(4):
        show.play("neutral", 4)
        show.play("sad", 4)
    assert show.starts("comfort") == [2.25]
    assert show.active == ["comfort"]


@pytest.mark.parametrize("minimum", [0, 50])
def test_silence_soon_after_everybody_left(minimum: float) -> None:
    show = Show(COMFORT.model_copy(update={"min_seconds": minimum}), CELEBRATE)
    show.play("sad", 4)
    show.play("happy", 2)
    left = show.now - 1000.0
    show.play(None, 10)
    assert show.active == []
    ends = [at for at, what, _ in show.events if what == "end"]
    assert max(ends) == left + TICK + COMFORT.empty_seconds


def test_a_poster_of_a_sad_face_gets_no_endless_concert() -> None:
    show = Show(COMFORT)
    show.play("sad", 7200)
    first = [2.25 + i * 90.25 for i in range(4)]
    assert show.starts("comfort")[:4] == pytest.approx(first, abs=1.0)
    assert len([at for at in show.starts("comfort") if at < 3600]) == COMFORT.max_per_hour
    playing = sum(
        end - start
        for (start, _, _), (end, what, _) in pairwise(show.events)
        if what == "end" and end < 3600
    )
    assert playing <= COMFORT.max_per_hour * (COMFORT.max_seconds + TICK)


def test_the_cool_down_holds_after_another_mood() -> None:
    show = Show(COMFORT)
    show.play("sad", 5)
    show.play("happy", 12)
    assert show.active == []
    assert show.play("sad", 20) == []
    assert show.play("sad", 10) == ["comfort"]


def test_the_next_visitor_is_greeted_afresh() -> None:
    show = Show(COMFORT)
    show.play("sad", 5)
    show.play(None, 5)
    assert show.play("sad", 2.5) == ["comfort"]


def test_but_never_more_often_than_the_cap() -> None:
    show = Show(COMFORT)
    for _ in range(20):
        show.play("sad", 5)
        show.play(None, 5)
    assert len(show.starts("comfort")) == COMFORT.max_per_hour
    show.play(None, 3600)
    assert show.play("sad", 3) == ["comfort"]


def test_each_rule_counts_for_itself() -> None:
    other = COMFORT.model_copy(update={"name": "other", "moods": ("angry",)})
    show = Show(COMFORT, other)
    show.play("sad", 5)
    assert show.play("angry", 3) == ["other", "comfort"]


def test_the_first_rule_of_a_mood_has_the_say() -> None:
    late = CELEBRATE.model_copy(update={"name": "late", "after_seconds": 3.0, "effect": "glow"})
    assert Show(CELEBRATE, late).play("happy", 4) == ["celebrate", "late"]
    assert Show(late, CELEBRATE).play("happy", 4) == ["late", "celebrate"]


def test_what_lingers_comes_after_the_mood_that_is_there() -> None:
    wonder = Rule(name="wonder", moods=("surprise",), after_seconds=0, linger_seconds=9)
    show = Show(COMFORT, CELEBRATE, wonder)
    show.play("surprise", 1)
    show.play("sad", 3)
    assert show.active == ["comfort", "wonder"]
    assert show.play("neutral", 1) == ["comfort", "wonder"]
    assert show.play("surprise", 1) == ["wonder", "comfort"]


def test_a_sound_is_reported_once_per_start() -> None:
    show = Show(COMFORT, CELEBRATE)
    show.play("happy", 6)
    assert show.sounds == [(1.25, "celebrate")]


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf, -5.0, 0.0])
def test_a_clock_that_is_wrong_stands_still(now: float) -> None:
    show = Show(COMFORT)
    show.play("sad", 5)
    state = step(show.state, show.rules, Mood("sad", 0.0), now)
    assert (state.active, state.clock) == (show.state.active, show.state.clock)


def test_a_sound_is_not_told_again_while_the_clock_stands_still() -> None:
    show = Show(CELEBRATE)
    show.play("happy", 1.25)
    assert show.state.sounds == ("celebrate",)
    assert step(show.state, show.rules, Mood("happy", 0.0), show.now).sounds == ()


def test_rules_may_change_on_the_way() -> None:
    show = Show(COMFORT, CELEBRATE)
    show.play("sad", 5)
    show.rules = (CELEBRATE,)
    assert show.play("sad", 1) == []
    assert show.play("happy", 2) == ["celebrate"]


def test_the_rules_that_ship_for_a_whole_visit() -> None:
    show = Show(*load())
    show.play("neutral", 2)
    assert show.sounds == [(0.25, "arrive")]
    show.play("sad", 5)
    assert show.state.active[0].playlist == "uplifting"
    show.burst("happy")
    assert show.state.active[0].effect == "confetti"
    assert "comfort" in show.active
    show.play("happy", 5)
    assert show.state.active[0].effect == "glow"
    show.play(None, 6)
    assert show.active == []


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_poster_before_the_rules_that_ship(emotion: str) -> None:
    state, rules, playing = ReactionState(), load(), 0
    for second in range(3600):
        state = step(state, rules, Mood(emotion, 0.0), float(second))
        playing += any(one.playlist for one in state.active)
    assert playing <= 1800


moods = st.lists(
    st.tuples(
        st.sampled_from([None, "sad", "happy", "fear", "neutral"]),
        st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 8.0, 20.0, 70.0, 400.0]),
    ),
    max_size=40,
)
rules = st.builds(
    COMFORT.model_copy,
    update=st.fixed_dictionaries(
        {
            "after_seconds": st.sampled_from([0.0, 2.0]),
            "min_seconds": st.sampled_from([0.0, 10.0]),
            "linger_seconds": st.sampled_from([0.0, 5.0, 30.0]),
            "max_seconds": st.sampled_from([10.0, 60.0]),
            "cooldown_seconds": st.sampled_from([0.0, 30.0]),
            "max_per_hour": st.sampled_from([1, 3, 1000]),
        }
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moods, rules)
def test_what_holds_whatever_the_moods(stream: list[tuple[str | None, float]], rule: Rule) -> None:
    show = Show(rule)
    end: float | None = None
    empty: float | None = None
    for emotion, seconds in stream:
        for _ in range(round(seconds / TICK)):
            show.play(emotion, TICK)
            empty = None if emotion else (show.now if empty is None else empty)
            if empty is not None and show.now - empty >= rule.empty_seconds:
                assert show.active == [], "silence after everybody left"
            if empty is not None:
                end = None if not show.active else end
            for reaction in show.state.active:
                assert show.now - reaction.started < rule.max_seconds, "no endless concert"
                if reaction.started == show.now:
                    assert emotion in rule.moods
                    assert end is None or show.now - end >= rule.cooldown_seconds, "cool-down"
            if show.events and show.events[-1][:2] == (show.now - 1000.0, "end"):
                end = show.now
    starts = show.starts("comfort")
    for i, start in enumerate(starts):
        within = [at for at in starts[i:] if at - start < 3600]
        assert len(within) <= rule.max_per_hour, "cap"
