from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.config.strings import FOLDER, load_strings
from device.errors import ConfigError
from device.messages import EMOTIONS

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = (FOLDER / "en.toml").read_text("utf-8")


def broken(tmp_path: Path, old: str, new: str) -> str:
    assert old in ENGLISH
    (tmp_path / "xx.toml").write_text(ENGLISH.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as error:
        load_strings("xx", tmp_path)
    return str(error.value)


def test_english_has_two_lines_for_every_act() -> None:
    strings = load_strings()
    for act in (*EMOTIONS, "attract", "paused"):
        assert strings.sign(act).label
        assert strings.sign(act).response


def test_labels_do_not_accuse() -> None:
    for label in load_strings().labels.values():
        assert label.upper() != label
        assert not {"sad!", "angry!", "afraid"} & set(label.lower().split())


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert "attract.label: missing" in broken(tmp_path, 'label = "Come closer and smile"', "")


def test_a_missing_emotion_is_named(tmp_path: Path) -> None:
    assert "labels: missing: sad" in broken(tmp_path, 'sad = "A little sad?"', "")


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    message = broken(tmp_path, "[muted]", '[muted]\nvolume = "x"')
    assert "muted.volume: unknown key" in message
    number = ENGLISH.splitlines().index("[muted]") + 2
    assert f"xx.toml:{number}:" in message


@pytest.mark.parametrize("value", ['""', '"  "', "3"])
def test_a_line_must_have_words(tmp_path: Path, value: str) -> None:
    assert "muted.text" in broken(tmp_path, 'text = "Sound off"', f"text = {value}")


def test_the_count_of_further_faults_must_be_there(tmp_path: Path) -> None:
    words = "health.more = 'more': should contain {count}"
    assert words in broken(tmp_path, "+{count} more", "more")


def test_not_toml(tmp_path: Path) -> None:
    assert "not TOML" in broken(tmp_path, "[labels]", "[labels")


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="languages here: de, en"):
        load_strings("qq")
