"""What every key is, is said once: the file that ships, the documentation and the schema follow."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from device.cli import main
from device.config import file, render
from device.config.fields import tables
from device.config.schema import Config

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "systemd" / "config.toml"


def uncommented(text: str) -> dict[str, dict[str, object]]:
    return tomllib.loads(re.sub(r"^#(?=\w+ = )", "", text, flags=re.MULTILINE))


def test_every_key_has_a_title_and_every_number_its_limits() -> None:
    for table in tables():
        assert table.description
        for key in table.keys:
            assert key.title
            assert not key.title.endswith(".")
            assert key.sentences == "" or key.sentences[-1] in ".)"
            if isinstance(key.default, int | float) and not isinstance(key.default, bool):
                assert " to " in key.values or "," in key.values, key.key
            if re.search("_(seconds|minutes)$", key.key):
                assert key.unit


def test_the_commented_file_shows_every_key_and_sets_none() -> None:
    text = render.commented({})
    assert tomllib.loads(text) == {name: {} for name in Config.model_fields}
    defaults = Config().model_dump()
    for name, section in uncommented(text).items():
        assert section.keys() == defaults[name].keys()
        wrong = {key for key, value in section.items() if value != defaults[name][key]}
        assert all(defaults[name][key] is None for key in wrong)
    assert file.parse(uncommented(text)).gpio.rgb == (17, 27, 22), "the examples are right"
    assert max(map(len, text.splitlines())) <= render.WIDTH


def test_the_file_that_ships_is_the_commented_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["config", "--commented", "--config", str(SHIPPED)]) == 0
    again = "run: moodlift config --commented --config systemd/config.toml > FILE"
    assert SHIPPED.read_text("utf-8") == capsys.readouterr().out, again
    assert file.load(SHIPPED) == file.parse({"web": {"host": "0.0.0.0"}})
    assert '\n#source = "auto"\n' in SHIPPED.read_text("utf-8"), "install/appliance.sh replaces it"


def test_the_commented_file_keeps_values_and_renews_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[eye]\nthreads = 2\n[web]\nnames = ["a.lan"]\n[sound]\ndevice = "a\\"b\\\\"\n')
    assert main.main(["config", "--commented", "--config", str(path)]) == 0
    values = tomllib.loads(capsys.readouterr().out)
    set_keys = {name: section for name, section in values.items() if section}
    assert set_keys == {
        "vision": {"threads": 2}, "web": {"trusted_hosts": ["a.lan"]}, "sound": {"device": 'a"b\\'},
    }  # fmt: skip
    path.write_text("[web]\nport = 0\n")
    assert main.main(["config", "--commented", "--config", str(path)]) == 2
    assert f"{path}:2: web.port = 0: " in capsys.readouterr().err


def test_the_documentation_has_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["config", "--markdown"]) == 0
    keys = (ROOT / "docs" / "CONFIG.md").read_text("utf-8").partition("### [camera]")
    assert keys[1] + keys[2] == capsys.readouterr().out, "run: moodlift config --markdown"


def test_the_schema_takes_what_the_kiosk_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["config", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(uncommented(render.commented({})), schema)
    with pytest.raises(jsonschema.ValidationError, match="is greater than the maximum"):
        jsonschema.validate({"web": {"port": 65536}}, schema)
