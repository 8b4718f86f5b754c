"""A script of faces goes through mood, reactions, stage and music on a clock of its own."""

from __future__ import annotations

import json
import time
from datetime import time as local_time
from typing import TYPE_CHECKING, Any

import pytest

from device import reactions
from device.cli.main import main
from device.config.schema import Config
from device.config.strings import load_strings
from device.errors import ScriptError
from device.hardware.audio.musicfile import MusicFile
from device.kiosk import script
from device.kiosk.replay import Replay
from device.messages import EMOTIONS, Box, Face, FrameResult
from device.system.paths import ASSETS

if TYPE_CHECKING:
    from pathlib import Path

    from device.kiosk.replay import Event

BOX = [200, 120, 160, 200]


def line(t: float, **probabilities: float) -> str:
    """Return a line with one face, or none without probabilities."""
    faces = [{"id": 1, "box": BOX, "probabilities": probabilities}] if probabilities else []
    return json.dumps({"t": t, "faces": faces})


def lines(*moods: tuple[float, dict[str, float]], rate: float = 12.0) -> list[str]:
    """Return lines of a face that shows each mood for some seconds."""
    found, start = [], 0.0
    for seconds, probabilities in moods:
        found += [
            line(start + number / rate, **probabilities) for number in range(round(seconds * rate))
        ]
        start += seconds
    return found


def replay(content: list[str], config: Config | None = None, at: int = 12) -> list[Event]:
    """Return the events of a script under the rules that ship."""
    player = Replay(config or Config(), reactions.load(""), local_time(at))
    return list(player.run(script.parse(content, "script")))


def of(events: list[Event], event: str, **fields: Any) -> list[Event]:
    """Return the events of a kind that have some fields."""
    return [one for one in events if one["event"] == event and fields.items() <= one.items()]


SMILE = lines((3, {"neutral": 1.0}), (4, {"happy": 0.9, "neutral": 0.1}), (3, {"neutral": 1.0}))


def test_a_smile_is_answered_at_once_and_celebrated_when_its_ring_is_full() -> None:
    events = replay(SMILE)
    first = of(events, "joy")[0]
    notes = [one for one in of(events, "sound") if one["sound"].startswith("smile-")]
    assert first["level"] > 0.0
    assert 3.0 <= first["t"] <= 3.25, "seen"
    assert 3.0 <= notes[0]["t"] <= 3.25, "heard"
    assert [one["sound"] for one in notes] == ["smile-1", "smile-2", "smile-3", "smile-4"]
    (celebration,) = of(events, "celebrate")
    assert 3.0 < celebration["t"] <= 4.2
    assert celebration["streak"] == 1
    for event, fields in (
        ("effect", {"effect": "confetti", "phase": "start"}),
        ("sound", {"sound": "celebrate"}),
        ("reaction", {"name": "celebrate", "phase": "start"}),
        ("caption", {"act": "happy"}),
    ):
        (one,) = of(events, event, **fields)
        assert one["t"] == celebration["t"]
    assert of(events, "effect", effect="confetti", phase="start")[0]["sky"] == "happy"
    assert of(events, "effect", effect="confetti", phase="end")
    assert [one["t"] for one in events] == sorted(one["t"] for one in events)
    assert of(events, "mood", mood="nobody")[-1]["t"] > 10.0, "after the last line"


def test_ten_smiles_of_a_second_bring_ten_celebrations() -> None:
    smiles = [(5, {"neutral": 1.0}), (1, {"happy": 0.8, "neutral": 0.2})] * 10
    celebrations = of(replay(lines(*smiles)), "celebrate")
    assert [one["streak"] for one in celebrations] == [*range(1, 11)]
    replies = [one["response"] for one in of(replay(lines(*smiles)), "caption", act="happy")]
    streak = load_strings().streak
    assert replies[1] in streak.two
    assert replies[2] in streak.three
    assert all(reply in streak.response(count) for count, reply in enumerate(replies[3:], 4))
    assert len(replies) == len(set(replies)) == 10
    delays = [one["t"] - (5.0 + 6.0 * number) for number, one in enumerate(celebrations)]
    assert min(delays) > 0.0
    assert max(delays) <= 1.2


def test_sadness_brings_music_that_fades_in_and_out() -> None:
    events = replay(lines((2, {"neutral": 1.0}), (10, {"sad": 0.9, "neutral": 0.1})))
    (start,) = of(events, "music", phase="start")
    levels = [one["level"] for one in of(events, "music", phase="level")]
    assert start["level"] == 0.0
    assert max(levels) == 1.0
    assert levels == sorted(levels[: levels.index(1.0)]) + sorted(
        levels[levels.index(1.0) :], reverse=True
    )
    (end,) = of(events, "music", phase="end", track=start["track"])
    assert end["t"] > start["t"] + 8.0


def test_a_piece_ends_after_its_own_length() -> None:
    events = replay(lines((200, {"sad": 0.9, "neutral": 0.1}), rate=4.0))
    first, second, *_ = of(events, "music", phase="start")
    assert second["t"] - first["t"] > 20.0
    assert first["track"] != second["track"]


def test_levels_are_shares_of_what_the_volume_allows() -> None:
    sad = lines((12, {"sad": 0.9, "neutral": 0.1}))
    capped = Config.model_validate({"sound": {"volume": 0.9, "volume_cap": 0.3}})
    assert max(one["level"] for one in of(replay(sad, capped), "music", phase="level")) == 1.0
    silent = Config.model_validate({"sound": {"volume": 0.0}})
    assert {one["level"] for one in of(replay(sad, silent), "music", phase="start")} == {0.0}


def test_a_piece_of_unknown_length_plays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MusicFile, "measure", lambda _: 0.0)
    sad = replay(lines((140, {"sad": 0.9, "neutral": 0.1}), rate=4.0))
    assert len(of(sad, "music", phase="start")) == 1


def test_quiet_hours_hold() -> None:
    config = Config.model_validate({"sound": {"quiet_hours": "22:00-06:00"}})
    sad = lines((8, {"sad": 0.9, "neutral": 0.1}))
    assert not of(replay(sad, config, at=23), "music")
    assert of(replay(sad, config, at=12), "music")


def test_the_same_script_gives_the_same_events() -> None:
    assert replay(SMILE) == replay(SMILE)


def test_results_go_stale_as_in_the_kiosk() -> None:
    gap = [*lines((3, {"happy": 1.0})), line(60.0)]
    nobody = of(replay(gap), "mood", mood="nobody")[-1]
    assert 4.0 < nobody["t"] < 8.0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("[]", "script:2: "),
        ("{", "script:2: invalid JSON"),
        ('{"t": -1}', "t = -1: "),
        ('{"faces": []}', "script:2: t: missing"),
        ('{"t": 0.1, "mood": "happy"}', "script:2: mood: unknown key"),
        ('{"t": 0.1, "faces": [{"id": 1, "box": [0, 0, 0, 9]}]}', "script:2: faces.0"),
        (line(0.1, happy=0.5), "should sum to 1, not 0.5"),
        (line(0.1, glad=1.0), "script:2: faces.0.probabilities"),
        (line(0.0), "t = 0: should not be before 1"),
    ],
)
def test_a_wrong_line_is_named(wrong: str, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        replay([line(1.0, happy=1.0), wrong])
    assert words in str(caught.value)


def test_empty_lines_and_an_empty_script_are_allowed() -> None:
    (result,) = script.parse(["", line(0.0, happy=1.0), "\n"], "script")
    assert result.faces[0].emotion == "happy"
    assert [one["mood"] for one in of(replay([]), "mood")] == ["nobody"]


def test_what_see_writes_is_a_script() -> None:
    probabilities = (0.1, 0.0, 0.0, 0.6, 0.0, 0.0, 0.3)
    face = Face(3, Box(1.0, 2.0, 30.0, 40.0), 0.8, (), probabilities)
    seen = FrameResult(7, 1.0, 1.0, 640, 480, (face,), motion=0.04, motion_at=-0.6)
    (read,) = script.parse([json.dumps(script.line_of(seen, 2.5))], "script")
    assert (read.motion, read.motion_at) == (0.04, -0.6)
    assert script.line_of(FrameResult(7, 1.0, 1.0, 640, 480), 2.5) == {"t": 2.5, "faces": []}
    assert (read.captured_at, read.faces[0].box) == (2.5, face.box)
    assert read.faces[0].id == 3
    assert read.faces[0].probabilities == pytest.approx(probabilities)
    assert len(EMOTIONS) == len(read.faces[0].probabilities)


def test_the_command_prints_events_and_reports_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "smile.jsonl"
    path.write_text("\ufeff" + "\r\n".join(SMILE), "utf-8")
    assert main(["replay", str(path), "--json"]) == 0
    events = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert events == replay(SMILE)
    assert main(["replay", str(path)]) == 0
    assert "celebrate" in capsys.readouterr().out
    assert main(["replay", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"moodlift: {tmp_path / 'none'}: No such file or directory\n"


def test_a_picture_makes_no_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["see", str(ASSETS / "clip" / "face.png"), "--script"]) == 2
    assert "a picture makes no script; give a video" in capsys.readouterr().err


@pytest.mark.pace
def test_a_minute_takes_less_than_a_second() -> None:
    content = lines(*[(5, {"neutral": 1.0}), (5, {"happy": 0.9, "neutral": 0.1})] * 6)
    replay(SMILE)
    started = time.process_time()
    replay(content)
    assert time.process_time() - started < 1.0
