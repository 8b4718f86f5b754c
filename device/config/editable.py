"""The keys that can be changed on the settings page.

Others stay with the file: where the page is served, which files are read, and what is connected to
which pin. So no change on the page can make the kiosk unreachable.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from device.config.fields import tables
from device.config.strings import languages

EDITABLE = tuple(key.key for table in tables() for key in table.keys if key.editable)
"""Dotted keys, in the order of the page."""


def schema(key: str) -> dict[str, Any]:
    """Return the JSON schema of an editable key's values."""
    return _schemas()[key]


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    found = {key.key: dict(key.schema) for table in tables() for key in table.keys if key.editable}
    del found["stage.language"]["pattern"]
    found["stage.language"]["enum"] = list(languages())
    return found
