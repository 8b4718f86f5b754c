"""Read the kiosk's configuration from TOML; every mistake names its file, line and key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from device.config import renamed
from device.config.explain import explain
from device.config.schema import Config
from device.errors import ConfigError
from device.system import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from device.config.explain import Mistake

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file's values under their present names, with its text to find lines in.

    `old_names` has the name that the file uses for each table and key with an old one.
    """

    name: str = "configuration"
    text: str = ""
    values: Values = field(default_factory=dict)
    old_names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, name: str) -> ConfigFile:
        """Read a TOML text. Raises ConfigError: no TOML, or a key has both its names."""
        try:
            values, old_names = renamed.update(read_toml(text, name))
        except renamed.BothNamesError as error:
            where = _where(name, find_line(text, error.old.split(".")))
            raise ConfigError(f"{where}: {error}") from error
        return cls(name, text, values, old_names)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each old name in the file."""
        return tuple(
            f"{_where(self.name, find_line(self.text, old.split('.')))}: "
            f"{renamed.warning(old, new)}"
            for new, old in self.old_names.items()
        )

    def spelled(self, key: list[str]) -> list[str]:
        """Return a key as the file spells it."""
        for length in range(len(key), 0, -1):
            if old := self.old_names.get(".".join(key[:length])):
                return [*old.split("."), *key[length:]]
        return key

    def where(self, key: list[str]) -> str:
        """Return the file's name, with the line that sets a key if it is found."""
        line = find_line(self.text, key) or find_line(self.text, self.spelled(key))
        if line is None and len(key) == 1:  # a table in which every key has an old name
            moved = [old for new, old in self.old_names.items() if new.startswith(f"{key[0]}.")]
            line = find_line(self.text, moved[0].split(".")) if moved else None
        return _where(self.name, line)


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises ConfigError with one line per mistake: file, line, key, what is wrong and what is right.
    """
    file = read(path)
    return validate(file.values, file)


def read(path: Path) -> ConfigFile:
    """Read a file's keys and values without validating them. Raises ConfigError."""
    return ConfigFile.parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return the text of a file of settings. Raises ConfigError, naming the file and why."""
    try:
        return files.read_text(path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def read_toml(text: str, name: str) -> Values:
    """Return the values of a TOML text. Raises ConfigError, which names the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not TOML: {error}") from error


def parse(values: Values, name: str = "configuration") -> Config:
    """Validate values that are in no file; messages begin with `name`. Raises ConfigError."""
    return validate(values, ConfigFile(name))


def validate(values: Values, file: ConfigFile) -> Config:
    """Validate values, some of which may come from `file`. Raises ConfigError as `load` does."""
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        mistakes = explain(error, Config)
        keys = tuple(".".join(one.key) for one in mistakes)
        raise ConfigError("\n".join(_line(one, file) for one in mistakes), keys) from error


def _line(one: Mistake, file: ConfigFile) -> str:
    key = list(one.key)
    return f"{file.where(key)}: {one.at('.'.join(file.spelled(key)))}"


def _where(name: str, line: int | None) -> str:
    return f"{name}:{line}" if line else name


def find_line(text: str, key: list[str]) -> int | None:
    """Return the number of the line that sets a key such as ["web", "port"], from 1, if found."""
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            table = [part.strip(" \"'") for part in header[1].split(".")]
            if table == key:
                return number
            continue
        setting = re.match(r"\s*([^=#]+?)\s*=", line)
        if setting:
            full = table + [part.strip(" \"'") for part in setting[1].split(".")]
            if full == key[: len(full)] and full:
                return number
    return None
