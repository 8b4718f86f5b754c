"""The base of every section of the configuration, and what a key says of itself."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A table of values: unknown keys and wrong types are errors, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ConfigSection(Section):
    """A table of the configuration file.

    Its validator is built when it is first used: the vision worker unpickles sections and validates
    none, and starts 30 ms of CPU time sooner on a PC.
    """

    model_config = ConfigDict(defer_build=True)


def setting(
    default: Any,
    title: str,
    description: str = "",
    *,
    unit: str = "",
    empty: str = "",
    example: Any = None,
    editable: bool = False,
    **constraints: Any,
) -> Any:
    """Return the field of a key, for which everything about it is said here and nowhere else.

    The settings page, the JSON schema, the commented configuration file and docs/CONFIG.md take
    `title` and `description` (sentences), the `unit` of a number, the meaning of an `empty` text,
    and an `example` for a key without a default. `editable` keys can be changed on the page.
    `constraints` are those of pydantic, such as ge and le.
    """
    extra: dict[str, str | bool] = {"unit": unit, "empty": empty, "editable": editable}
    return Field(
        default,
        title=title,
        description=description or None,
        examples=None if example is None else [example],
        json_schema_extra={name: value for name, value in extra.items() if value},
        **constraints,
    )
