"""Scripts of one face for `moodlift replay`, and what comes of them."""

from __future__ import annotations

import json
import math
from datetime import time
from typing import TYPE_CHECKING, Any

from device import reactions
from device.config.schema import Config
from device.kiosk import script
from device.kiosk.replay import Replay
from device.messages import EMOTIONS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from device.kiosk.replay import Event

RATE = 12.0
BOX = [200, 120, 160, 200]
Shown = dict[str, float]


def spread(**parts: float) -> Shown:
    """Return probabilities with these parts; what is left is spread evenly."""
    rest = (1.0 - sum(parts.values())) / (len(EMOTIONS) - len(parts))
    return {emotion: parts.get(emotion, rest) for emotion in EMOTIONS}


def jittered(shown: Shown, deviation: float, rng: random.Random) -> Shown:
    """Return probabilities whose logits are off by this much, as those of a still under noise."""
    powers = {one: p * math.exp(rng.gauss(0.0, deviation)) for one, p in shown.items()}
    total = sum(powers.values())
    return {one: power / total for one, power in powers.items()}


def face(shown: Shown, number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a script's face."""
    return {"id": number, "box": BOX, "probabilities": shown, **fields}


def lines(frames: Iterable[dict[str, Any] | None], start: float = 0.0) -> list[str]:
    """Return the lines of faces in a row; None is a frame without one."""
    return [
        json.dumps({"t": start + number / RATE, "faces": [one] if one else []})
        for number, one in enumerate(frames)
    ]


def held(*parts: tuple[float, Shown]) -> list[dict[str, Any]]:
    """Return the faces of somebody who shows each for some seconds."""
    return [face(shown) for seconds, shown in parts for _ in range(round(seconds * RATE))]


def replay(content: Iterable[str], **settings: dict[str, Any]) -> list[Event]:
    """Return the events of a script under the rules that ship."""
    player = Replay(Config.model_validate(settings), reactions.load(""), time(12))
    return list(player.run(script.parse(content, "script")))


def moods(events: Iterable[Event]) -> list[tuple[float, str]]:
    """Return the changes of the mood: seconds and emotion, or "nobody"."""
    found: list[tuple[float, str]] = []
    for one in events:
        if one["event"] == "mood" and (not found or found[-1][1] != one["mood"]):
            found.append((one["t"], one["mood"]))
    return found


def starts(events: Iterable[Event], *names: str) -> list[float]:
    """Return when reactions of these names start."""
    return [
        one["t"]
        for one in events
        if one["event"] == "reaction" and one["phase"] == "start" and one["name"] in names
    ]
