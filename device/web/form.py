"""The settings page's form: what each field takes comes from the configuration's models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.config.editable import schema
from device.config.fields import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.fields import ConfigKey
    from device.config.settings import Setting


@dataclass(frozen=True, slots=True)
class Field:
    """A setting, what its key is, and the JSON schema of its values."""

    setting: Setting
    key: ConfigKey
    schema: dict[str, Any]

    @property
    def kind(self) -> str:
        """The control that edits it: a switch, a choice, a number or a text."""
        if "enum" in self.schema:
            return "choice"
        return {"boolean": "switch", "string": "text"}.get(self.schema["type"], "number")

    @property
    def hint(self) -> str:
        """The values that it may have, in words."""
        limits = self.key.unit if self.kind == "choice" else self.key.values
        return " ".join(filter(None, (f"{limits}." if limits else "", self.key.sentences)))


def fields(settings: Iterable[Setting]) -> dict[str, list[Field]]:
    """Return the fields of each table that has editable keys, by the table's title."""
    by_key = {one.key: one for one in settings}
    groups = {
        table.title: [
            Field(by_key[key.key], key, schema(key.key)) for key in table.keys if key.editable
        ]
        for table in tables()
    }
    return {title: group for title, group in groups.items() if group}
