"""The settings that can be changed on the page: those that people ask for, and no way out of it.

Where the page is served, which files are read, and what hangs on which pin stay with the file.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from device.config.schema import Config
from device.config.strings import languages

EDITABLE = (
    "camera.source", "camera.width", "camera.height", "camera.rotate",
    "stage.mirror", "stage.rotate", "stage.face", "stage.fps", "stage.reduced_motion",
    "stage.night_hours", "stage.language",
    "sound.enabled", "sound.device", "sound.volume", "sound.volume_cap", "sound.quiet_hours",
    "history.days", "web.viewers", "web.blur_faces", "web.visitor_access",
)  # fmt: skip
"""Their keys, as table and name."""


def schema(key: str) -> dict[str, Any]:
    """Return the JSON schema of a common key's values, as the configuration's model has it."""
    return _schemas()[key]


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    whole = Config.model_json_schema()
    tables = {name: one["$ref"].rpartition("/")[2] for name, one in whole["properties"].items()}
    found = {}
    for key in EDITABLE:
        table, _, name = key.partition(".")
        found[key] = whole["$defs"][tables[table]]["properties"][name]
    del found["stage.language"]["pattern"]
    found["stage.language"]["enum"] = list(languages())
    return found
