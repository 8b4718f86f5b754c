"""The file of rules: TOML, one `[[reaction]]` table each, every mistake told by its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from device.config.file import find_line, read_text, read_toml
from device.config.schema import Section
from device.errors import ConfigError
from device.music import PLAYLISTS
from device.reactions.rule import Rule
from device.system.paths import ASSETS, expand_user

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pydantic_core import ErrorDetails

DEFAULT_FILE = ASSETS / "reactions.toml"
TABLE = "reaction"


class RuleFile(Section):
    """All rules of a file; none at all is a kiosk that only mirrors."""

    reaction: Annotated[tuple[Rule, ...], Field(strict=False)] = ()


def load(file: str | Path = "", playlists: Collection[str] | None = PLAYLISTS) -> tuple[Rule, ...]:
    """Read the rules of a file; without a name, those that ship.

    `playlists` are the names that a rule may use; None takes every name that a folder can have.
    Raises ConfigError with one line per mistake: file, line, key, what is wrong and what is right.
    """
    path = expand_user(str(file)) if file else DEFAULT_FILE
    return parse(read_text(path), str(path), playlists)


def parse(
    text: str, name: str = "reactions", playlists: Collection[str] | None = PLAYLISTS
) -> tuple[Rule, ...]:
    """Read the rules of a file's text. Raises ConfigError as `load` does."""
    values = read_toml(text, name)
    try:
        book = RuleFile.model_validate(values, context={"playlists": playlists})
    except ValidationError as error:
        lines = [_explain(one, text, name) for one in error.errors(include_url=False)]
        raise ConfigError("\n".join(lines)) from error
    _refuse_twins(book, text, name)
    return book.reaction


def _explain(error: ErrorDetails, text: str, name: str) -> str:
    loc = error["loc"]
    where, dotted = _place(loc, text, name)
    if error["type"] == "extra_forbidden":
        known = Rule.model_fields if len(loc) > 1 else RuleFile.model_fields
        return f"{where}: {dotted}: unknown key; known here: {', '.join(known)}"
    if error["type"] == "missing":
        return f"{where}: {dotted}: has to be given"
    message = error["msg"].removeprefix("Value error, ")
    message = f"{message[0].lower()}{message[1:]}"
    if isinstance(error["input"], dict | list):
        return f"{where}: {dotted}: {message}"
    return f"{where}: {dotted} = {error['input']!r}: {message}"


def _refuse_twins(book: RuleFile, text: str, name: str) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(book.reaction):
        if rule.name in seen:
            where, dotted = _place((TABLE, index, "name"), text, name)
            raise ConfigError(f"{where}: {dotted} = {rule.name!r}: another reaction has this name")
        seen.add(rule.name)


def _place(loc: tuple[int | str, ...], text: str, name: str) -> tuple[str, str]:
    """Return "file:line" and the key in words, such as "reaction 2: effect"."""
    if len(loc) < 2 or not isinstance(loc[1], int):
        line = find_line(text, [str(part) for part in loc])
        dotted = ".".join(str(part) for part in loc)
    else:
        line = _line_in_table(text, loc[1], [str(part) for part in loc[2:]])
        dotted = ".".join(str(part) for part in loc[2:])
        dotted = f"{TABLE} {loc[1] + 1}" + (f": {dotted}" if dotted else "")
    return (f"{name}:{line}" if line else name), dotted


def _line_in_table(text: str, index: int, key: list[str]) -> int | None:
    """Return the line of a key of the table with this index, else the line of its header."""
    lines = text.splitlines()
    header = rf"\s*\[\[\s*['\"]?{TABLE}['\"]?\s*\]\]"
    heads = [number for number, line in enumerate(lines) if re.match(header, line)]
    if index >= len(heads):
        return None
    begin = heads[index]
    end = heads[index + 1] if index + 1 < len(heads) else len(lines)
    inside = find_line("\n".join(lines[begin + 1 : end]), key) if key else None
    return begin + 1 + (inside or 0)
