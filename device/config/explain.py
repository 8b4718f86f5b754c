"""What pydantic finds wrong with values, as sentences: the only place that words its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from device.config.stream_url import redacted

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MAX_VALUE_LENGTH = 200
"""Characters of a wrong value that are shown."""
MAX_REDACTED = 5000
"""Characters of a wrong value that are searched for a password: more than an address may have."""
_UNKNOWN, _MISSING = "extra_forbidden", "missing"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong value: the path of its key, the value if it is a short one, and the problem."""

    key: tuple[str, ...]
    value: str
    problem: str

    def __str__(self) -> str:
        return self.at(".".join(self.key))

    def at(self, key: str) -> str:
        """Return the sentence, with `key` as the name of the key."""
        value = f" = {self.value}" if self.value else ""
        return f"{key}{value}: {self.problem}" if key else self.problem


def explain(error: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """Return every mistake in values that `model` has refused."""
    return [_mistake(one, model) for one in error.errors(include_url=False)]


def _mistake(error: ErrorDetails, model: type[BaseModel]) -> Mistake:
    # An error that is found in several sections at once names its key itself.
    key = tuple(str(part) for part in error["loc"]) or _named_key(error)
    if error["type"] == _UNKNOWN:
        known = _section(model, key[:-1])
        keys = f"; known here: {', '.join(known.model_fields)}" if known else ""
        return Mistake(key, "", f"unknown key{keys}")
    if error["type"] == _MISSING:
        return Mistake(key, "", "missing")
    message = error["msg"].removeprefix("Value error, ")
    return Mistake(key, _shown(error["input"]), f"{message[0].lower()}{message[1:]}")


def _named_key(error: ErrorDetails) -> tuple[str, ...]:
    key = error.get("ctx", {}).get("key")
    return tuple(key.split(".")) if key else ()


def _shown(value: object) -> str:
    """Return a wrong value as the message shows it; nothing for tables, lists and the like."""
    if not isinstance(value, str | int | float | bool | None):
        return ""
    if isinstance(value, str):
        value = redacted(value[:MAX_REDACTED])
        if len(value) > MAX_VALUE_LENGTH:
            return f"{value[:MAX_VALUE_LENGTH]!r}…"
    return repr(value)


def _section(model: type[BaseModel], path: tuple[str, ...]) -> type[BaseModel] | None:
    """Return the section at a path below a model, None where there is none."""
    section: type[BaseModel] | None = model
    for part in path:
        if part.isdigit():
            continue  # an item of a list
        field = section.model_fields.get(part) if section else None
        section = _section_type(field.annotation) if field else None
    return section


def _section_type(annotation: object) -> type[BaseModel] | None:
    """Return the section that a field holds, also in a list or as an option."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section_type, get_args(annotation))), None)
