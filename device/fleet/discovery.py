"""The message that describes a kiosk to Home Assistant, which then adds it by itself.

Its form is the "Device discovery payload" of Home Assistant's MQTT integration
(https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload); entities are described
on the pages of MQTT sensor, binary sensor, switch and button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device.fleet import report
from device.fleet.topics import OFFLINE, ONLINE
from device.messages import EMOTIONS

if TYPE_CHECKING:
    from device.fleet.topics import Topics

Component = dict[str, Any]


def device(
    topics: Topics, name: str, version: str, expire_after: int, commands: bool
) -> dict[str, Any]:
    """Return the message for a kiosk whose display name is `name`.

    Readings expire after `expire_after` seconds. With `commands`, there are switches and buttons.
    """
    expiry = {"expire_after": expire_after}
    components = {key: one | expiry for key, one in _readings().items()}
    if commands:
        components |= _controls(topics.command)
    return {
        "device": {
            "identifiers": [topics.id],
            "name": name,
            "manufacturer": "Moodlift",
            "model": "Kiosk",
            "sw_version": version,
        },
        "origin": {"name": "moodlift", "sw_version": version},
        "availability": [
            {
                "topic": topics.online,
                "payload_available": ONLINE,
                "payload_not_available": OFFLINE,
            }
        ],
        "state_topic": topics.state,
        "components": {
            key: one | {"unique_id": f"{topics.id}_{key}"} for key, one in components.items()
        },
    }


def _readings() -> dict[str, Component]:
    moods = [*EMOTIONS, report.NOBODY]
    return {
        "mood": _sensor("Mood", "mood", "mdi:emoticon-outline", device_class="enum", options=moods),
        "faces": _sensor("Faces", "faces", "mdi:account-multiple", state_class="measurement"),
        "rate": _sensor(
            "Rate",
            "rate_hz",
            device_class="frequency",
            unit_of_measurement="Hz",
            state_class="measurement",
            entity_category="diagnostic",
        ),
        "temperature": _sensor(
            "Temperature",
            "temperature_c",
            device_class="temperature",
            unit_of_measurement="°C",
            state_class="measurement",
            entity_category="diagnostic",
        ),
        "model": _sensor("Model", "model", "mdi:brain", entity_category="diagnostic"),
        "problem": {
            "platform": "binary_sensor",
            "name": "Problem",
            "device_class": "problem",
            "value_template": "{{ 'OFF' if value_json.level == 'ok' else 'ON' }}",
            "entity_category": "diagnostic",
        },
        "problems": {
            "platform": "sensor",
            "name": "Problems",
            "icon": "mdi:alert-outline",
            "value_template": "{{ value_json.problems | join(', ') or 'none' }}",
            "entity_category": "diagnostic",
        },
    }


def _sensor(name: str, key: str, icon: str = "", **more: Any) -> Component:
    more |= {"icon": icon} if icon else {}
    template = f"{{{{ value_json.{key} }}}}"
    return {"platform": "sensor", "name": name, "value_template": template, **more}


def _controls(topic: str) -> dict[str, Component]:
    return {
        "paused": _switch("Paused", "paused", topic, ("pause", "resume"), "mdi:camera-off"),
        "muted": _switch("Muted", "muted", topic, ("mute", "unmute"), "mdi:volume-off"),
        "pause": _button("Pause or resume", topic, "toggle-pause", "mdi:play-pause"),
        "mute": _button("Mute or unmute", topic, "toggle-mute", "mdi:volume-variant-off"),
    }


def _switch(name: str, key: str, topic: str, words: tuple[str, str], icon: str) -> Component:
    on, off = words
    return {
        "platform": "switch",
        "name": name,
        "command_topic": topic,
        "payload_on": on,
        "payload_off": off,
        "state_on": on,
        "state_off": off,
        "value_template": f"{{{{ '{on}' if value_json.{key} else '{off}' }}}}",
        "icon": icon,
    }


def _button(name: str, topic: str, word: str, icon: str) -> Component:
    return {
        "platform": "button",
        "name": name,
        "command_topic": topic,
        "payload_press": word,
        "icon": icon,
    }
