"""What every key of the configuration is: read off the models, for people and programs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any

from device.config.schema import Config


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """A dotted key, its default, and the JSON schema of its values."""

    key: str
    default: Any
    schema: dict[str, Any]

    @property
    def name(self) -> str:
        """The key within its section."""
        return self.key.partition(".")[2]

    @property
    def title(self) -> str:
        """What the key sets, in a few words."""
        return str(self.schema["title"])

    @property
    def description(self) -> str:
        """Sentences about its values, "" if its title says it all."""
        return str(self.schema.get("description", ""))

    @property
    def unit(self) -> str:
        """The unit of a number."""
        return str(self.schema.get("unit", ""))

    @property
    def empty(self) -> str:
        """What an empty text means, "" if it has no meaning of its own."""
        return str(self.schema.get("empty", ""))

    @property
    def example(self) -> Any:
        """A value for a key without a default, else None."""
        return self.schema.get("examples", [None])[0]

    @property
    def sentences(self) -> str:
        """The description, and what an empty text means."""
        empty = f"Empty: {self.empty}." if self.empty else ""
        return f"{self.description} {empty}".strip()

    @property
    def editable(self) -> bool:
        """Whether the key can be changed on the settings page."""
        return bool(self.schema.get("editable"))

    @property
    def values(self) -> str:
        """The values that it may have, with their unit, as "160 to 3840 pixels"."""
        schema = self.schema.get("anyOf", [self.schema])[0]  # the second is null
        values = ", ".join(str(one) for one in schema.get("enum", ()))
        if "minimum" in schema:
            values = f"{schema['minimum']:g} to {schema['maximum']:g}"
        elif "exclusiveMinimum" in schema:
            values = f"above {schema['exclusiveMinimum']:g} to {schema['maximum']:g}"
        return f"{values} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class ConfigTable:
    """A table of the file, and its keys in their order."""

    name: str
    title: str
    description: str
    keys: tuple[ConfigKey, ...]


@cache
def tables() -> tuple[ConfigTable, ...]:
    """Return all tables of the configuration."""
    definitions = Config.model_json_schema()["$defs"]
    found = []
    for name, section in Config():
        model = type(section)
        properties = definitions[model.__name__]["properties"]
        keys = tuple(ConfigKey(f"{name}.{key}", value, properties[key]) for key, value in section)
        title = str(model.model_config["title"])
        found.append(ConfigTable(name, title, inspect.cleandoc(model.__doc__ or ""), keys))
    return tuple(found)
