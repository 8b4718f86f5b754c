"""What Home Assistant receives has the form that its documentation asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from jinja2 import Environment, StrictUndefined

from device.fleet import commands, discovery, report
from device.fleet.topics import Topics
from device.hardware.board import Reading
from device.messages import NOBODY, Health, Level
from tests.support.fleets import sample

if TYPE_CHECKING:
    from collections.abc import Callable

TOPICS = Topics("moodlift", "kiosk-0123456789abcdef")
TEXT = {"type": "string", "minLength": 1}
TOPIC = {"type": "string", "pattern": "^[^+#\u0000]+$"}
COMMON = {
    "platform": {"enum": ["sensor", "binary_sensor", "switch", "button"]},
    "name": TEXT,
    "unique_id": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    "icon": {"type": "string", "pattern": "^mdi:[a-z-]+$"},
    "entity_category": {"enum": ["config", "diagnostic"]},
}
STATEFUL = {**COMMON, "value_template": TEXT}
LASTING = {**STATEFUL, "expire_after": {"type": "integer", "minimum": 1}}
OPTIONS = {
    "sensor": {
        **LASTING,
        "device_class": {"enum": ["enum", "frequency", "temperature"]},
        "options": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
        "state_class": {"enum": ["measurement", "total", "total_increasing"]},
        "unit_of_measurement": {"enum": ["Hz", "°C"]},
    },
    "binary_sensor": {**LASTING, "device_class": {"enum": ["problem"]}},
    "switch": {
        **STATEFUL,
        "command_topic": TOPIC,
        "payload_on": TEXT,
        "payload_off": TEXT,
        "state_on": TEXT,
        "state_off": TEXT,
    },
    "button": {**COMMON, "command_topic": TOPIC, "payload_press": TEXT},
}
"""Of what each platform's page lists, what we use."""
NEEDED = {
    "sensor": ["value_template"],
    "binary_sensor": ["value_template"],
    "switch": ["command_topic", "value_template"],
    "button": ["command_topic"],
}


def component(platform: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"platform": {"const": platform}}},
        "then": {
            "properties": OPTIONS[platform],
            "required": ["platform", "unique_id", "name", *NEEDED[platform]],
            "additionalProperties": False,
        },
    }


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
    "properties": {
        "device": {
            "type": "object",
            "required": ["identifiers"],
            "additionalProperties": False,
            "properties": {
                "identifiers": {"type": "array", "items": TEXT, "minItems": 1},
                **dict.fromkeys(("name", "manufacturer", "model", "sw_version"), TEXT),
            },
        },
        "origin": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": TEXT, "sw_version": TEXT},
        },
        "availability": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["topic"],
                "additionalProperties": False,
                "properties": {
                    "topic": TOPIC,
                    "payload_available": TEXT,
                    "payload_not_available": TEXT,
                },
            },
        },
        "state_topic": TOPIC,
        "components": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["platform"],
                "properties": COMMON,
                "allOf": [component(platform) for platform in OPTIONS],
            },
        },
    },
}
"""The device discovery payload of Home Assistant's MQTT integration, as its pages describe it."""


def message(commands: bool = True) -> dict[str, Any]:
    return discovery.device(TOPICS, "Foyer", "0.1.0", 180, commands)


@pytest.mark.parametrize("with_commands", [True, False])
def test_it_is_a_device_as_home_assistant_wants_it(with_commands: bool) -> None:
    jsonschema.validate(message(with_commands), SCHEMA)


def test_the_schema_finds_what_is_wrong() -> None:
    changes: tuple[Callable[[dict[str, Any]], object], ...] = (
        lambda one: one.pop("origin"),
        lambda one: one["components"]["mood"].pop("unique_id"),
        lambda one: one["components"]["pause"].update(state_topic="a/b"),
        lambda one: one["components"]["mood"].update(platform="camera"),
    )
    for change in changes:
        wrong = json.loads(json.dumps(message()))
        change(wrong)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)


def test_everything_that_was_asked_for_is_there() -> None:
    components = message()["components"]
    platforms = {key: one["platform"] for key, one in components.items()}
    sensors = dict.fromkeys(("mood", "faces", "rate", "temperature"), "sensor")
    wanted = {**sensors, "problem": "binary_sensor", "pause": "button", "mute": "button"}
    assert wanted.items() <= platforms.items()
    ids = [one["unique_id"] for one in components.values()]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(TOPICS.id) for one in ids)
    assert message()["availability"][0]["topic"] == TOPICS.online
    assert TOPICS.discovery("homeassistant") == f"homeassistant/device/{TOPICS.id}/config"


def shown(**changes: Any) -> dict[str, str]:
    """Return what Home Assistant would show of a status: its templates are Jinja's."""
    environment = Environment(undefined=StrictUndefined)
    state = report.state(sample(**changes))
    return {
        key: environment.from_string(one["value_template"]).render(value_json=state)
        for key, one in message()["components"].items()
        if "value_template" in one
    }


def test_the_templates_show_the_state() -> None:
    got = shown()
    assert (got["mood"], got["faces"], got["rate"], got["temperature"]) == (
        "happy",
        "0",
        "14.9",
        "52",
    )
    assert (got["problem"], got["problems"], got["model"]) == ("OFF", "none", "0.5.0")
    assert (got["paused"], got["muted"]) == ("resume", "unmute")
    parts = (Health("camera", Level.FAILED, "no camera found", 0.0),)
    got = shown(mood=NOBODY, paused=True, health=parts, machine=Reading())
    assert (got["mood"], got["paused"], got["temperature"]) == ("nobody", "pause", "None")
    assert (got["problem"], got["problems"]) == ("ON", "camera")


def test_every_mood_is_an_option_and_every_word_a_command() -> None:
    components = message()["components"]
    assert report.state(sample(mood=NOBODY))["mood"] in components["mood"]["options"]
    words = {
        word
        for one in components.values()
        for key, word in one.items()
        if key in ("payload_on", "payload_off", "payload_press")
    }
    assert words == {*commands.COMMANDS, *commands.TOGGLES}
