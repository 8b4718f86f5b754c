"""The file of rules: TOML, one `[[reaction]]` table each, every mistake reported with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from device.config.explain import explain
from device.config.file import find_line, read_text, read_toml
from device.config.section import Section
from device.errors import ConfigError
from device.music import PLAYLISTS
from device.reactions.rule import Rule
from device.system.paths import ASSETS, expand_user

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from device.config.explain import Mistake

DEFAULT_FILE = ASSETS / "reactions.toml"
TABLE = "reaction"


class RuleFile(Section):
    """All rules of a file. Without rules the kiosk only mirrors the mood."""

    reaction: Annotated[tuple[Rule, ...], Field(strict=False)] = ()


def load(file: str | Path = "", playlists: Collection[str] | None = PLAYLISTS) -> tuple[Rule, ...]:
    """Return the rules of a file; without a name, those that ship.

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
        rule_file = RuleFile.model_validate(values, context={"playlists": playlists})
    except ValidationError as error:
        lines = [_line(one, text, name) for one in explain(error, RuleFile)]
        raise ConfigError("\n".join(lines)) from error
    _check_unique_names(rule_file, text, name)
    return rule_file.reaction


def _line(one: Mistake, text: str, name: str) -> str:
    where, key = _locate(one.key, text, name)
    return f"{where}: {one.at(key)}"


def _check_unique_names(rule_file: RuleFile, text: str, name: str) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(rule_file.reaction):
        if rule.name in seen:
            where, dotted = _locate((TABLE, str(index), "name"), text, name)
            raise ConfigError(f"{where}: {dotted} = {rule.name!r}: another reaction has this name")
        seen.add(rule.name)


def _locate(key: tuple[str, ...], text: str, name: str) -> tuple[str, str]:
    """Return "file:line" and the key in words, such as "reaction 2: effect"."""
    if len(key) < 2 or not key[1].isdigit():
        line, dotted = find_line(text, list(key)), ".".join(key)
    else:
        index, inner = int(key[1]), ".".join(key[2:])
        line = _line_in_table(text, index, list(key[2:]))
        dotted = f"{TABLE} {index + 1}" + (f": {inner}" if inner else "")
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
