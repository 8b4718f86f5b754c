"""Every smile is celebrated, and the effect of the newest mood is shown alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device.messages import EMOTIONS
from device.reactions import Rule, load
from tests.support.shows import CELEBRATE, COMFORT, Show

SMILE = Rule(
    name="smile",
    on="smile",
    moods=("happy",),
    effect=("confetti", "stars"),
    sound="celebrate",
    max_seconds=3,
    cooldown_seconds=0,
    max_per_hour=3,
)


def test_every_smile_counts_whatever_the_mood() -> None:
    show = Show(SMILE)
    assert show.play("happy", 5) == [], "a mood is no smile"
    for mood, effect in (("neutral", "confetti"), ("sad", "stars"), (None, "confetti")):
        show.burst(mood)
        (reaction,) = show.state.active
        assert (reaction.emotion, reaction.effect, reaction.started) == (
            "happy",
            effect,
            show.now,
        )
        show.play(mood, 1)
    assert [name for _, name in show.sounds] == ["celebrate"] * 3
    assert show.play("neutral", 1.75) == ["smile"]
    assert show.play("neutral", 0.25) == [], "three seconds after the last one"
    show.burst("happy")
    assert show.active == [], "three times in an hour"


def test_the_first_effect_whose_mood_holds_is_shown_and_no_other() -> None:
    show = Show(CELEBRATE, COMFORT)

    def shown() -> list[str | None]:
        return [one.effect for one in show.state.effects]

    show.play("sad", 3)
    assert shown() == ["tender"]
    show.play("neutral", 0.25)
    assert show.active == ["comfort"], "its music goes on"
    assert shown() == [], "its weather does not"
    show.play("happy", 1.5)
    assert show.active == ["celebrate", "comfort"]
    assert shown() == ["confetti"]
    show.play("sad", 0.25)
    assert shown() == ["tender"]


@given(st.lists(st.sampled_from([*EMOTIONS, None]), max_size=30), st.data())
def test_nothing_bars_the_celebration_of_a_smile(
    moods: list[str | None], data: st.DataObject
) -> None:
    show = Show(*load())
    for mood in moods:
        show.play(mood, data.draw(st.sampled_from([0.5, 3.0, 9.0])))
    show.burst(moods[-1] if moods else "neutral")
    (shown,) = show.state.effects
    assert shown.name == "celebrate"
    assert shown.effect
    assert "celebrate" in [name for _, name in show.sounds[-2:]]


def test_a_smile_s_reaction_rests() -> None:
    show = Show(SMILE.model_copy(update={"cooldown_seconds": 10.0}))
    show.burst("neutral")
    show.play("neutral", 8)
    show.burst("neutral")
    assert show.active == []
    show.play("neutral", 5)
    show.burst("neutral")
    assert show.active == ["smile"]
