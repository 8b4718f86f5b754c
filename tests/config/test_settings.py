"""What the page sets lies over the file, loses nothing, and never keeps the kiosk from starting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from device.config.editable import EDITABLE, schema
from device.config.overrides import Overrides
from device.config.schema import Config
from device.config.settings import Setting, Settings, value_of
from device.errors import ConfigError, OutputError

FILE = "# by hand\n[sound]\nvolume = 0.5  # not so loud\n\n[web]\nport = 8081\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def settings(file: Path, tmp_path: Path) -> Settings:
    return Settings(file, tmp_path / "state")


def one(settings: Settings, key: str) -> Setting:
    return next(each for each in settings.editable() if each.key == key)


def again(settings: Settings, file: Path | None) -> Settings:
    """What the kiosk has when it starts again."""
    return Settings(file, settings.path.parent)


def test_what_is_set_holds_from_the_next_start_on(settings: Settings, file: Path) -> None:
    settings.change({"sound.volume": 0.2, "stage.mirror": True})
    assert settings.config.sound.volume == 0.5
    assert one(settings, "sound.volume") == Setting("sound.volume", 0.2, 0.5, 0.5, True)
    assert one(settings, "stage.mirror") == Setting("stage.mirror", True, False, False, True)
    assert one(settings, "stage.fps") == Setting("stage.fps", 30, 30, None, False)
    later = again(settings, file)
    assert (later.fault, later.config.web.port) == ("", 8081)
    assert (later.config.sound.volume, later.config.stage.mirror) == (0.2, True)
    assert not any(each.pending for each in later.editable())
    assert file.read_text("utf-8") == FILE


def test_the_value_before_the_last_change_is_known(settings: Settings) -> None:
    settings.change({"sound.volume": 0.2})
    settings.change({"sound.volume": 0.3})
    assert one(settings, "sound.volume").previous == 0.2
    settings.change({"sound.volume": 0.3})
    assert one(settings, "sound.volume").previous == 0.2, "no change is no change"
    settings.change({"sound.volume": 0.2})
    assert one(settings, "sound.volume").previous == 0.3, "what was undone can be done again"


def test_a_value_that_the_file_has_follows_the_file(settings: Settings, file: Path) -> None:
    settings.change({"sound.volume": 0.2})
    settings.change({"sound.volume": 0.5})
    file.write_text("[sound]\nvolume = 0.6\n", "utf-8")
    assert one(settings, "sound.volume").value == 0.6


def test_no_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.config.settings.SYSTEM_CONFIG", tmp_path / "none.toml")
    settings = Settings(folder=tmp_path / "new" / "state")
    assert (settings.config, settings.fault) == (Config(), "")
    settings.change({"history.days": 7})
    assert again(settings, None).config.history.days == 7
    assert not (tmp_path / "none.toml").exists()


def test_what_somebody_wrote_into_the_settings_stays(settings: Settings, file: Path) -> None:
    settings.path.parent.mkdir()
    settings.path.write_text("# mine\n[mood]\nenter = 0.5 # higher\n\n[stage]\nfps=20\n", "utf-8")
    settings.change({"stage.fps": 25, "stage.mirror": True})
    text = settings.path.read_text("utf-8")
    assert text.startswith("# mine\n[mood]\nenter = 0.5 # higher\n\n[stage]\nfps=25\n")
    later = again(settings, file).config
    assert (later.mood.enter, later.stage.fps, later.stage.mirror) == (0.5, 25, True)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"stage.fps": 500}, {"stage.fps": "stage.fps = 500: input should be less than or equal"}),
        (
            {"stage.mirror": 1, "sound.volume": "loud"},
            {"stage.mirror": "should be a valid boolean", "sound.volume": "valid number"},
        ),
        ({"camera.source": "webcam"}, {"camera.source": "should be auto, picamera2, usb:<name"}),
        ({"stage.language": "xx"}, {"stage.language": "languages here: de, en"}),
        ({"sound.device": "a\0b"}, {"sound.device": "should be one line of at most 4096"}),
        ({"sound.device": "a" * 4097}, {"sound.device": "should be one line of at most 4096"}),
        ({"sound.quiet_hours": "late"}, {"sound.quiet_hours": 'should be like "22:00-07:30"'}),
        ({"stage.fps": None}, {"stage.fps": "valid integer"}),
        ({"stage.fps": {"a": 1}}, {"stage.fps": "valid integer"}),
        ({"web.port": 80}, {"web.port": "cannot be set here; editable keys: camera.source"}),
        ({"nonsense": 1}, {"nonsense": "cannot be set here"}),
    ],
)
def test_a_wrong_value_is_reported_and_nothing_is_written(
    settings: Settings, wanted: dict[str, Any], told: dict[str, str]
) -> None:
    settings.change({"history.days": 7})
    before = settings.path.read_bytes()
    with pytest.raises(ConfigError) as caught:
        settings.change({"history.days": 8, **wanted})
    lines = dict(zip(caught.value.keys, str(caught.value).splitlines(), strict=True))
    assert lines.keys() == told.keys()
    assert all(words in lines[key] for key, words in told.items())
    assert settings.path.read_bytes() == before


def test_nothing_to_change_is_reported(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="no key is given"):
        settings.change({})


BROKEN = [
    ("[stage\n", "not TOML"),
    ("[stage]\nfps = 0\n", "settings.toml:2: stage.fps = 0"),
    ("stage = 3\n", "settings.toml:1: stage"),
    ("[stage]\nfsp = 3\n", "settings.toml:2: stage.fsp: unknown key"),
    ("\x00", "not TOML"),
    ("previous = 3\n", "previous: should be a table"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_broken_settings_are_reported_and_left_out(
    settings: Settings, file: Path, text: str, words: str
) -> None:
    settings.path.parent.mkdir()
    settings.path.write_text(text, "utf-8")
    later = again(settings, file)
    assert later.config.sound.volume == 0.5
    assert words in later.fault
    assert later.instead == "running without what was set on the page"
    with pytest.raises(ConfigError) as caught:
        later.change({"stage.fps": 20})
    assert words in str(caught.value)
    assert settings.path.read_text("utf-8") == text, "it is left as it is"
    later.reset()
    later.change({"stage.fps": 20})
    assert settings.path.with_name("settings.toml.aside").read_text("utf-8") == text
    assert again(settings, file).config.stage.fps == 20


def test_settings_that_are_no_text_are_left_out(settings: Settings, file: Path) -> None:
    settings.path.parent.mkdir()
    settings.path.write_bytes(b"\xff\xfe")
    assert "not UTF-8 text" in again(settings, file).fault
    settings.path.unlink()
    settings.path.mkdir()
    assert "Is a directory" in again(settings, file).fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stage = {fps = 20}\n",
        "stage.fps = 20\n",
        "\"stage\".'fps' = 20",
        "[stage]\r\nfps = 20\r\n",
        "[before]\n[stage]\nfps = 20 # so\n\n[sound]\nvolume = 0.1\n",
        'before = {"stage.fps" = 3}\n[mood]\nenter = 0.5\n',
        "[before]\nstage.fps = 3\n",
    ],
)
def test_however_somebody_wrote_the_settings_they_are_changed(
    settings: Settings, file: Path, text: str
) -> None:
    settings.path.parent.mkdir()
    settings.path.write_text(text, "utf-8")
    for fps in (25, 30):
        settings.change({"stage.fps": fps, "stage.mirror": fps == 25})
        later = again(settings, file)
        assert later.fault == ""
        assert (later.config.stage.fps, later.config.stage.mirror) == (fps, fps == 25)
    assert one(settings, "stage.fps").previous == 25


@pytest.mark.parametrize("text", ["[sound\n", "[sound]\nvolume = 2\n", None])
def test_a_broken_file_is_reported_and_never_touched(
    settings: Settings, file: Path, text: str | None
) -> None:
    settings.change({"stage.fps": 20})
    if text is None:
        file.unlink()
    else:
        file.write_text(text, "utf-8")
    later = again(settings, file)
    assert later.config == Config()
    assert str(file) in later.fault
    assert later.instead == "running on the defaults"
    before = settings.path.read_bytes()
    with pytest.raises(ConfigError, match="config.toml"):
        later.change({"stage.fps": 25})
    assert settings.path.read_bytes() == before
    assert text is None or file.read_text("utf-8") == text


def test_where_nothing_can_be_written_that_is_reported(file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(file, tmp_path / "file" / "state")
    with pytest.raises(OutputError, match="settings.toml: Not a directory"):
        settings.change({"stage.fps": 20})
    assert one(settings, "stage.fps").value == 30


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
def test_a_full_disk_keeps_the_old_settings(settings: Settings) -> None:
    settings.change({"stage.fps": 20})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(OutputError, match="No space left on device"):
            settings.change({"stage.fps": 25})
    assert one(settings, "stage.fps").value == 20


def _full(_: int) -> None:
    os.write(os.open("/dev/full", os.O_WRONLY), b"x")


KILLED = """
import os, pathlib, signal, sys
from device.config.settings import Settings
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Settings(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])).change({"stage.fps": 25})
"""


def test_who_is_killed_while_writing_loses_nothing(settings: Settings, file: Path) -> None:
    settings.change({"stage.fps": 20})
    command = [sys.executable, "-c", KILLED, str(file), str(settings.path.parent)]
    assert subprocess.run(command, check=False, timeout=30).returncode == -signal.SIGKILL
    assert settings.path.with_name("settings.toml.partial").exists()
    assert again(settings, file).config.stage.fps == 20
    settings.change({"stage.fps": 22})
    assert again(settings, file).config.stage.fps == 22
    assert [path.name for path in settings.path.parent.iterdir()] == ["settings.toml"]


def test_many_who_change_at_once_all_count(settings: Settings, file: Path) -> None:
    wanted = [("stage.fps", 20), ("history.days", 7), ("web.viewers", 3), ("stage.mirror", True)]
    threads = [threading.Thread(target=settings.change, args=({key: v},)) for key, v in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    config = again(settings, file).config
    assert [(key, value_of(config, key)) for key, _ in wanted] == wanted


def test_there_may_be_nothing_to_put_aside(settings: Settings) -> None:
    settings.reset()
    assert not settings.path.parent.exists()


def some(key: str) -> st.SearchStrategy[Any]:
    """Values of all kinds for a key, right ones and wrong ones."""
    known = schema(key)
    if "enum" in known:
        return st.sampled_from(known["enum"])
    right: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(-10, 5000),
        "number": st.floats(),
        "string": st.text(max_size=20) | st.just("usb:a \"b\" 'c' \\ #[x]") | st.just(""),
    }
    return right[known["type"]]


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(EDITABLE).flatmap(lambda key: st.tuples(st.just(key), some(key))),
        max_size=8,
    )
)
def test_whatever_is_set_is_what_holds(tmp_path: Path, wanted: list[tuple[str, Any]]) -> None:
    settings = Settings(tmp_path / "config.toml", tmp_path / "state")
    (tmp_path / "config.toml").write_text(FILE, "utf-8")
    settings.reset()
    expected = {each.key: each.value for each in settings.editable()}
    for key, value in wanted:
        try:
            settings.change({key: value})
        except ConfigError:
            continue
        expected[key] = value
        later = Settings(tmp_path / "config.toml", tmp_path / "state")
        assert later.fault == ""
        assert {each.key: each.value for each in later.editable()} == expected
    if settings.path.exists():
        assert set(Overrides(settings.path).previous) <= set(EDITABLE)
