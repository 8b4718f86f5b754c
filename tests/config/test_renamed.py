"""Old names of keys are read, reported with their line, and gone after the next change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.cli import doctor, main
from device.config import file, renamed
from device.config.schema import Config
from device.config.settings import Settings
from device.errors import ConfigError
from device.messages import Level

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
[eye]
threads = 2
[panel]
strip = 12
pir = 16
[models]
unsigned = true
slower = 2.0
[web]
names = ["mood.lan"]
visitors = false
[fleet]
host = "broker.lan"
port = 1883
tls = false
ca_file = "/ca.pem"
prefix = "kiosks"
discovery = ""
orders = false
name = "Foyer"
"""
NEW = """\
[vision]
threads = 2
[gpio]
strip = 12
motion_sensor = 16
[models]
allow_unsigned = true
max_latency_ratio = 2.0
[web]
trusted_hosts = ["mood.lan"]
visitor_access = false
[mqtt]
host = "broker.lan"
port = 1883
tls = false
ca_file = "/ca.pem"
topic_prefix = "kiosks"
discovery_prefix = ""
[fleet]
commands = false
name = "Foyer"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def settings_of(path: Path, text: str) -> Settings:
    path.write_text(text, "utf-8")
    return Settings(path, path.parent / "state")


def test_old_names_mean_the_new_ones_and_are_reported_with_their_lines(path: Path) -> None:
    new = settings_of(path, NEW)
    assert (new.fault, new.warnings) == ("", ())
    old = settings_of(path, OLD)
    assert (old.fault, old.config) == ("", new.config)
    read_until = f"; the old name is read until version {renamed.UNTIL}"
    assert f"{path}:1: [eye] is now called [vision]{read_until}" in old.warnings
    assert f"{path}:5: [panel] pir is now called [gpio] motion_sensor{read_until}" in old.warnings
    assert f"{path}:13: [fleet] host is now called [mqtt] host{read_until}" in old.warnings
    assert len(old.warnings) == 14


@pytest.mark.parametrize("text", ["gpio.pir = 16", "panel.pir = 16", "panel = {pir = 16}"])
def test_old_names_in_other_spellings_of_toml(path: Path, text: str) -> None:
    old = settings_of(path, text)
    assert old.config.gpio.motion_sensor == 16
    assert f"{path}:1: " in old.warnings[-1]


def test_every_new_name_is_a_key_and_no_old_one_is() -> None:
    keys = {f"{table}.{name}" for table, section in Config() for name in type(section).model_fields}
    assert set(renamed.KEYS.values()) <= keys
    assert not set(renamed.KEYS) & keys
    assert not set(renamed.TABLES) & set(Config.model_fields)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[eye]\nthreads = -1", ":2: eye.threads = -1: "),
        ("[eye]\nthread = 1", ":2: eye.thread: unknown key; known here: threads, max_rate"),
        ("eye = 3", ":1: eye = 3: "),
        ('[web]\nnames = ["a", "*"]', ":2: web.names.1 = '*': "),
        ('[fleet]\nid = "four"\nport = 0', ":3: fleet.port = 0: "),
        ('[fleet]\n\nusername = "a"', ":3: mqtt: username needs a password_file"),
        ("mqtt = 3\n[fleet]\nport = 1", ":1: mqtt = 3: "),
        (
            "[web]\nvisitors = false\nvisitor_access = true",
            ":2: [web] visitors is now called [web] visitor_access; both are set, remove the old",
        ),
        (
            "[vision]\nthreads = 1\n[eye]\nthreads = 2",
            ":4: [eye] threads is now called [vision] threads; both are set",
        ),
        (
            "[mqtt]\nport = 1\n[fleet]\nport = 1",
            ":4: [fleet] port is now called [mqtt] port; both are set",
        ),
    ],
)
def test_mistakes_under_old_names_are_reported_by_their_line(
    path: Path, text: str, words: str
) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        file.load(path)
    assert f"{path}{words}" in str(caught.value)


def test_both_tables_may_share_the_keys(path: Path) -> None:
    config = settings_of(path, "[eye]\nthreads = 2\n[vision]\nmax_rate = 5.0\n").config
    assert (config.vision.threads, config.vision.max_rate) == (2, 5.0)


def test_the_next_change_writes_settings_under_new_names(path: Path) -> None:
    settings = settings_of(path, "")
    settings.path.parent.mkdir()
    settings.path.write_text(
        "# mine\n[web]\nvisitors = false # no\nviewers = 3\n"
        '[before]\n"web.visitors" = true\n"stage.fps" = 20\n',
        "utf-8",
    )
    settings = settings_of(path, "")
    assert (settings.fault, settings.config.web.visitor_access) == ("", False)
    assert [one.split(": ")[0] for one in settings.warnings] == [
        f"{settings.path}:3", f"{settings.path}:5",
    ]  # fmt: skip
    found = {one.key: one for one in settings.editable()}
    assert found["web.visitor_access"].previous is True
    settings.change({"web.visitor_access": True})
    settings = settings_of(path, "")
    assert (settings.fault, settings.warnings) == ("", ())
    assert (settings.config.web.visitor_access, settings.config.web.viewers) == (True, 3)
    found = {one.key: one for one in settings.editable()}
    assert (found["web.visitor_access"].previous, found["stage.fps"].previous) == (False, 20)
    assert settings.path.read_text("utf-8").startswith("# mine\n[web]\n")


def test_check_config_reports_old_names(
    path: Path, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text("[eye]\nthreads = 1\n", "utf-8")
    assert main.main(["check-config", "--config", str(path)]) == 0
    told = capsys.readouterr()
    line = f"{path}:1: [eye] is now called [vision]; the old name is read until version "
    assert told.err.startswith(f"moodlift: {line}")
    assert told.out.startswith(f"{path}: OK; ")


def test_the_doctor_reports_old_names(path: Path) -> None:
    checks = doctor.checks(settings_of(path, "[eye]\nthreads = 1\n"))
    config = next(iter(checks))
    assert (config.level, config.part) == (Level.DEGRADED, "config")
    assert config.message.startswith(f"{path}:1: [eye] is now called [vision]")
