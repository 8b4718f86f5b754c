"""Whatever pydantic refuses is one sentence: key, value, problem."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from device.config.explain import MAX_VALUE_LENGTH, explain
from device.config.schema import Config
from device.control.commands import Command
from device.reactions.rules_file import RuleFile


def sentences(model: Any, values: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return [str(one) for one in explain(caught.value, model)]


@pytest.mark.parametrize(
    ("model", "values", "expected"),
    [
        (Config, {"web": {"port": 0}}, "web.port = 0: input should be greater than or equal to 1"),
        (Config, {"web": 3}, "web = 3: input should be a valid dictionary or instance of"),
        (Config, {"gpio": {"red": 1}}, "gpio: an RGB light needs three different pins"),
        (Config, {"fleet": {"releases": True}}, "fleet.releases: needs a broker: set [mqtt] host"),
        (Config, {"gpio": {"rde": 1}}, "gpio.rde: unknown key; known here: red, green, blue"),
        (Config, {"x": {}}, "x: unknown key; known here: camera, vision"),
        (Command, {"show": {}}, "show.emotion: missing"),
        (Command, {"show": {"to": 1}}, "show.to: unknown key; known here: emotion, seconds"),
        (Command, 3, "input should be a valid dictionary"),
        (RuleFile, {"reaction": [{"x": 1}]}, "reaction.0.x: unknown key; known here: name, moods"),
    ],
)
def test_a_mistake_is_a_sentence(model: Any, values: object, expected: str) -> None:
    assert any(one.startswith(expected) for one in sentences(model, values))


def test_of_a_long_value_the_beginning_is_shown() -> None:
    (sentence,) = sentences(Config, {"web": {"host": "a" * 100_000}})
    assert sentence.startswith("web.host = 'aaa")
    assert len(sentence) < MAX_VALUE_LENGTH + 200
