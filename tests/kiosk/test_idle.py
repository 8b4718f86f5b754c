"""An empty room, movement in it and somebody who comes, played from a script."""

from __future__ import annotations

import itertools
import json
from datetime import time as local_time
from typing import TYPE_CHECKING, Any

import pytest

from device import reactions
from device.config.schema import Config
from device.config.strings import load_strings
from device.kiosk import script
from device.kiosk.replay import Replay
from device.messages import MOVING
from device.stage.idle import PASTIMES
from tests.support.driven_kiosks import driven

if TYPE_CHECKING:
    from device.kiosk.replay import Event

FACE = {"id": 1, "box": [200, 120, 160, 200], "probabilities": {"neutral": 1.0}}
RATE = 12.0


def lines(*parts: tuple[float, dict[str, Any]]) -> list[str]:
    """Return the lines of frames that are alike for some seconds each."""
    found: list[str] = []
    for seconds, fields in parts:
        for _ in range(round(seconds * RATE)):
            found.append(json.dumps({"t": len(found) / RATE, "faces": [], **fields}))
    return found


def replay(content: list[str], at: int = 12, **stage: Any) -> list[Event]:
    config = Config.model_validate({"stage": stage})
    show = Replay(config, reactions.load(""), local_time(at))
    return list(show.run(script.parse(content, "script")))


def acts(events: list[Event]) -> list[tuple[float, str | None]]:
    return [(one["t"], one["act"]) for one in events if one["event"] == "idle"]


def captions(events: list[Event], start: float, end: float) -> list[str]:
    """Return the large lines that came within some seconds."""
    found = [one for one in events if one["event"] == "caption"]
    return [one["label"] for one in found if start <= one["t"] < end]


def test_ten_minutes_have_six_acts_and_more_and_none_twice_in_a_row() -> None:
    events = replay(lines((600, {})))
    names = [name for _, name in acts(events) if name != "rest"]
    assert set(names) >= set(PASTIMES)
    assert all(one != other for one, other in itertools.pairwise(names))
    assert len(set(captions(events, 0, 600))) > 15
    assert replay(lines((60, {}))) == replay(lines((60, {})))


@pytest.mark.parametrize("quiet", [7.0, 21.0, 33.0, 48.0])
def test_movement_is_answered_within_a_second(quiet: float) -> None:
    moves = {"motion": 2 * MOVING, "motion_at": -0.5}
    events = replay(lines((quiet, {}), (2, moves), (5, {})))
    ((at, _),) = [one for one in acts(events) if one[1] == "beckon"]
    assert quiet < at <= quiet + 0.3
    words = captions(events, quiet, quiet + 0.4)
    assert words[-1] in load_strings().idle.beckon.label, "0.6 s later they are wholly there"


def test_less_than_movement_is_nothing() -> None:
    events = replay(lines((20, {"motion": 0.9 * MOVING})))
    assert "beckon" not in [name for _, name in acts(events)]


@pytest.mark.parametrize("quiet", [10.0, 14.0, 22.0, 30.0, 38.0, 46.0])
def test_a_face_is_greeted_within_a_fifth_of_a_second(quiet: float) -> None:
    events = replay(lines((quiet, {}), (5, {"faces": [FACE]})))
    ((at, _),) = [one for one in acts(events) if one[1] == "greet"]
    assert quiet <= at <= quiet + 0.2
    greetings = captions(events, quiet, quiet + 4)
    assert set(greetings) == {greetings[0]}, "once, also when the mood has settled"
    assert greetings[0] in load_strings().arrival.label


def test_it_sleeps_at_night_until_something_moves() -> None:
    moves = {"motion": 0.03}
    events = replay(lines((60, {}), (1, moves), (120, {})), at=23)
    names = [name for _, name in acts(events)]
    first = names.index("sleep")
    assert names[first : first + 3] == ["sleep", "start", "beckon"]
    start = next(at for at, name in acts(events) if name == "start")
    assert 60.0 <= start <= 60.1
    assert "sleep" in names[first + 3 :], "and falls asleep again"
    assert "sleep" not in [name for _, name in acts(replay(lines((120, {})), at=12))]


def test_movement_wakes_a_dim_stage(own_signals: None) -> None:
    with driven(stage={"night_hours": "00:00-23:59"}) as one:
        one.see()
        assert one.frames(1)[0].night
        one.see(motion=2 * MOVING)
        assert not one.frames(1)[0].night
