"""Which words are on stage: new ones for each act and celebration, none twice in a visit."""

from __future__ import annotations

import random

import pytest

from device.config.strings import Strings, languages, load_strings
from device.messages import EMOTIONS
from device.stage.wording import FAREWELL_SECONDS, Wording


class Talk:
    """A wording on a clock that moves a second at each step."""

    def __init__(self, strings: Strings) -> None:
        self.strings, self.wording, self.now = strings, Wording(strings), 0.0

    def say(
        self, act: str, streak: int = 0, relief: bool = False, cue: str | None = None
    ) -> tuple[str, str]:
        self.now += 1.0
        self.wording.update(act, self.now, streak, relief, cue)
        sign = self.wording.current.sign
        return sign.label, sign.response


@pytest.fixture(scope="module", params=languages())
def talk_strings(request: pytest.FixtureRequest) -> Strings:
    return load_strings(request.param)


@pytest.fixture
def talk(talk_strings: Strings) -> Talk:
    return Talk(talk_strings)


def test_each_return_of_a_mood_has_other_words(talk: Talk) -> None:
    for emotion in EMOTIONS:
        spoken: list[str] = []
        for _ in range(4):
            talk.say("paused")
            spoken += talk.say(emotion)
        assert len(spoken) == len(set(spoken)), emotion
        talk.say("paused")
        assert talk.say(emotion)[1] == spoken[1], "all had their turn: from the start"


def test_words_stay_while_the_act_does(talk: Talk) -> None:
    first = talk.say("sad")
    assert {talk.say("sad") for _ in range(60)} == {first}


def test_somebody_calm_who_comes_is_greeted(talk: Talk) -> None:
    talk.say("attract")
    assert talk.say("neutral")[0] in talk.strings.arrival.label
    talk.say("surprise")
    assert talk.say("neutral")[0] in talk.strings.labels["neutral"], "only once"
    talk.say("attract")
    assert talk.say("sad")[0] in talk.strings.labels["sad"], "a mood is mirrored at once"


def test_each_smile_in_a_row_has_its_own_words(talk: Talk) -> None:
    strings = talk.strings
    talk.say("neutral")
    assert talk.say("happy", streak=1)[1] in strings.celebration.response
    assert talk.say("happy", streak=2)[1] in strings.streak.two
    assert talk.say("happy", streak=3)[1] in strings.streak.three
    assert "4" in talk.say("happy", streak=4)[1]
    last = talk.say("happy", streak=5)
    assert "5" in last[1]
    assert talk.say("happy", streak=0) == last, "the end of a streak is no news"
    assert talk.say("happy", streak=1)[1] in strings.celebration.response
    talk.say("neutral")
    assert talk.say("happy")[1] in strings.responses["happy"]


def test_relief_has_the_say_while_it_lasts(talk: Talk) -> None:
    talk.say("sad")
    there_it_is = talk.say("happy", relief=True)
    assert there_it_is[0] in talk.strings.relief.label
    assert there_it_is[1] in talk.strings.relief.response
    assert talk.say("happy", streak=1, relief=True) == there_it_is
    assert talk.say("happy", streak=1) == there_it_is
    assert talk.say("happy", streak=2)[1] in talk.strings.streak.two
    assert talk.say("happy", streak=2, relief=True)[0] in talk.strings.relief.label


def test_those_who_leave_are_seen_off_and_then_others_invited(talk: Talk) -> None:
    strings = talk.strings
    assert talk.say("attract")[0] in strings.attract.label
    talk.say("happy")
    assert talk.say("attract")[0] in strings.farewell.label
    later = [talk.say("attract")[0] for _ in range(round(FAREWELL_SECONDS))]
    assert later[0] in strings.farewell.label
    assert later[-1] in strings.attract.label
    talk.say("blind")
    assert talk.say("attract")[0] in strings.attract.label, "nobody has left"


def test_the_last_words_are_known(talk: Talk) -> None:
    sad = talk.say("sad")
    assert talk.wording.last is None
    talk.say("angry")
    assert talk.wording.last is not None
    assert (talk.wording.last.sign.label, talk.wording.last.sign.response) == sad
    assert (talk.wording.last.since, talk.wording.current.since) == (1.0, 2.0)


def test_a_clock_that_goes_backwards_begins_again() -> None:
    wording = Wording(load_strings())
    with pytest.raises(LookupError):
        _ = wording.current
    wording.update("sad", 100.0)
    wording.update("sad", 5.0)
    assert wording.current.since == 5.0


def test_two_kiosks_differ_and_one_repeats_itself() -> None:
    acts = [*EMOTIONS, "attract"] * 3
    one, same, other = (
        [talk.say(act) for act in acts]
        for talk in (Talk(load_strings().shuffled(random.Random(seed))) for seed in (1, 1, 2))
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize("act", ["knock", "peekaboo", "yawn", "hum", "firefly", "faces", "sleep"])
def test_idle_acts_have_words_of_their_own(talk: Talk, act: str) -> None:
    texts = getattr(talk.strings.idle, act)
    first = talk.say("attract", cue="rest")
    assert first[0] in talk.strings.attract.label
    assert talk.say("attract", cue="wave") == first, "a wave goes with the invitation"
    label, response = talk.say("attract", cue=act)
    assert label in texts.label
    assert response in texts.response
    assert talk.say("attract", cue=act) == (label, response)
    assert talk.say("attract", cue="rest")[0] in set(talk.strings.attract.label) - {first[0]}


def test_there_are_no_words_where_it_hides(talk: Talk) -> None:
    talk.say("attract")
    assert talk.say("attract", cue="peek") == ("", "")


def test_a_call_is_the_same_when_it_wakes_with_a_start(talk: Talk) -> None:
    words = talk.say("attract", cue="start")
    assert words[0] in talk.strings.idle.beckon.label
    assert talk.say("attract", cue="beckon") == words


def test_who_was_greeted_is_not_greeted_again_when_the_mood_comes(talk: Talk) -> None:
    talk.say("attract")
    words = talk.say("attract", cue="greet")
    assert words[0] in talk.strings.arrival.label
    since = talk.wording.current.since
    assert talk.say("neutral") == words
    assert talk.wording.current.since == since, "without a new fade"
    talk.say("attract")
    talk.say("attract", cue="greet")
    assert talk.say("sad")[0] in talk.strings.labels["sad"]


def test_a_pause_names_another_way_when_there_is_one(talk: Talk) -> None:
    paused = talk.strings.paused
    assert talk.say("paused")[1] == paused.page
    assert talk.say("paused", cue="key")[1] == paused.key
    assert talk.say("paused", cue="touch")[1] == paused.touch
    assert talk.say("paused")[1] == paused.touch, "while the pause still fades"


def test_a_game_speaks_at_each_of_its_phases(talk: Talk) -> None:
    talk.say("neutral")
    texts = talk.strings.everybody
    invited = talk.say("everybody", cue="invite")
    assert invited[0] in texts.invite.label
    assert talk.say("everybody", cue="waiting") == invited, "it is read on while they smile"
    assert talk.say("everybody", cue="last")[0] in texts.last.label
    won = talk.say("everybody", cue="won")
    assert won[0] in texts.won.label
    assert talk.say("everybody") == won, "the act outlasts the game for a moment"
    talk.say("neutral")
    assert talk.say("everybody")[0] in texts.invite.label, "a game that was over at once"
    assert talk.say("everybody", cue="over")[0] in texts.over.label
