from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from device.config.section import Section
from device.config.strings import FOLDER, WORDS, languages, load_strings
from device.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.strings import Strings

ENGLISH = (FOLDER / "en.toml").read_text("utf-8")
SAD = next(line for line in ENGLISH.splitlines() if "A little sad?" in line)


def broken(tmp_path: Path, old: str, new: str) -> str:
    assert old in ENGLISH
    (tmp_path / "xx.toml").write_text(ENGLISH.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as error:
        load_strings("xx", tmp_path)
    return str(error.value)


def kinds(strings: Strings) -> list[tuple[str, ...]]:
    """Return every list of texts to choose from."""
    found: list[tuple[str, ...]] = []
    for name in WORDS:
        value = getattr(strings, name)
        parts = [value] if isinstance(value, dict) else _sections(value)
        for part in parts:
            found += part.values() if isinstance(part, dict) else [texts for _, texts in part]
    return found


def _sections(value: Section) -> list[Section]:
    """Return the sections of a section, or the section itself."""
    return [part for _, part in value if isinstance(part, Section)] or [value]


def labels(strings: Strings) -> list[str]:
    """Return every large line."""
    signs = strings.arrival, strings.relief, strings.farewell, strings.attract
    signs += tuple(sign for _, sign in strings.everybody)
    signs += tuple(sign for _, sign in strings.idle)
    texts = [*strings.labels.values(), *(sign.label for sign in signs)]
    return [text for one in texts for text in one]


@pytest.mark.parametrize("language", languages())
def test_each_mood_and_moment_has_at_least_four_lines(language: str) -> None:
    strings = load_strings(language)
    pastimes = [texts for _, sign in strings.idle for _, texts in sign]
    for texts in kinds(strings):
        least = 2 if texts in pastimes else 4
        few = (strings.relief.label, strings.everybody.invite.label)
        assert len(texts) >= least or texts in few


@pytest.mark.parametrize("language", languages())
def test_no_line_stands_twice(language: str) -> None:
    texts = [text for texts in kinds(load_strings(language)) for text in texts]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("language", languages())
def test_labels_are_short(language: str) -> None:
    assert max(map(len, labels(load_strings(language)))) < 24


def test_labels_do_not_accuse() -> None:
    for label in labels(load_strings()):
        assert label.upper() != label
        assert not {"sad!", "angry!", "afraid"} & set(label.lower().split())


def test_one_line_will_do(tmp_path: Path) -> None:
    text = re.sub(
        r"^(\w+) = \[\s*(\".*?\"),.*?\]$", r"\1 = \2", ENGLISH, flags=re.MULTILINE | re.DOTALL
    )
    assert "[\n" not in text
    (tmp_path / "xx.toml").write_text(text, "utf-8")
    strings = load_strings("xx", tmp_path)
    assert strings.labels["sad"] == ("A little sad?",)
    assert strings.streak.response(5) == ("5 in a row!",)


def test_another_order_has_the_same_texts() -> None:
    strings = load_strings()
    one, other = (strings.shuffled(random.Random(seed)) for seed in (1, 2))
    assert one != other
    assert one == strings.shuffled(random.Random(1))
    assert [*map(set, kinds(one))] == [*map(set, kinds(strings))]


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert "paused.label: missing" in broken(tmp_path, 'label = "Camera paused"', "")


def test_a_missing_emotion_is_named(tmp_path: Path) -> None:
    assert "labels: missing: sad" in broken(tmp_path, "sad = [", "glad = [")


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    message = broken(tmp_path, "[muted]", '[muted]\nvolume = "x"')
    assert "muted.volume: unknown key" in message
    number = ENGLISH.splitlines().index("[muted]") + 2
    assert f"xx.toml:{number}:" in message


@pytest.mark.parametrize("value", ['""', '"  "', "3"])
def test_a_line_must_have_words(tmp_path: Path, value: str) -> None:
    assert "muted.text" in broken(tmp_path, 'text = "Sound off"', f"text = {value}")


def test_a_line_of_a_list_must_have_words(tmp_path: Path) -> None:
    message = broken(tmp_path, '"A little sad?"', '""')
    assert f"xx.toml:{ENGLISH.splitlines().index(SAD) + 1}: labels.sad.0 = ''" in message
    assert "labels.sad: value should have at least 1 item" in broken(tmp_path, SAD, "sad = []")


def test_the_count_of_further_faults_must_be_there(tmp_path: Path) -> None:
    words = "health.more = 'more': should contain {count}"
    assert words in broken(tmp_path, "+{count} more", "more")
    words = "streak.more.0 = 'in a row!': should contain {count}"
    assert words in broken(tmp_path, "{count} in a row!", "in a row!")


def test_not_toml(tmp_path: Path) -> None:
    assert "not TOML" in broken(tmp_path, "[labels]", "[labels")


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="languages here: de, en"):
        load_strings("qq")
