"""The settings as a form: what each field takes comes from the configuration's own model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.config.editable import schema
from device.web.labels import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.settings import Setting
    from device.web.labels import Label


@dataclass(frozen=True, slots=True)
class Field:
    """A setting with its label and the JSON schema of its values."""

    setting: Setting
    label: Label
    schema: dict[str, Any]

    @property
    def kind(self) -> str:
        """What is used to fill it in: a switch, a choice, a number or a text."""
        if "enum" in self.schema:
            return "choice"
        return {"boolean": "switch", "string": "text"}.get(self.schema["type"], "number")

    @property
    def hint(self) -> str:
        """What may be filled in, in words."""
        bounds = ""
        if "maximum" in self.schema:
            bounds = f"{self.schema['minimum']:g} to {self.schema['maximum']:g}"
        numbers = f"{bounds} {self.label.unit}".strip()
        return "; ".join(filter(None, (numbers, self.label.hint)))


def fields(settings: Iterable[Setting]) -> dict[str, list[Field]]:
    """Return the fields of each group of the page."""
    by_key = {one.key: one for one in settings}
    return {
        group: [Field(by_key[key], label, schema(key)) for key, label in labels.items()]
        for group, labels in GROUPS.items()
    }
