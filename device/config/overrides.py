"""settings.toml: the keys that were set on the page, which override the configuration file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from device.config import renamed
from device.config.file import ConfigFile, read_text
from device.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "settings.toml"
PREVIOUS = "previous"
"""The table with the value of each key before its last change."""
HEAD = f"""\
# Set on the settings page. These keys override the configuration file; [{PREVIOUS}] has the value
# of each key before its last change. Without this file, the configuration file alone is used.
"""
Values = dict[str, Any]


class Overrides:
    """The keys of such a file; a file that does not exist has none.

    `previous` maps dotted keys to their values before the last change. Raises ConfigError when the
    file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        text = read_text(path) if os.access(path, os.F_OK) else HEAD
        self.file = ConfigFile.parse(text, str(path))
        self._values = dict(self.file.values)
        previous = self._values.pop(PREVIOUS, {})
        if not isinstance(previous, dict):
            raise ConfigError(f"{path}: {PREVIOUS}: should be a table")
        self.previous: Values = {renamed.new_name(key): one for key, one in previous.items()}

    def merged_into(self, values: Values) -> Values:
        """Return tables of values, overridden by the keys of this file."""
        return merge(values, self._values)

    def changed(self, values: Mapping[str, Any], previous: Mapping[str, Any]) -> str:
        """Return the file's text with dotted keys set to other values; None removes a key.

        Everything else in the file stays as it is. Raises ConfigError when the text cannot be
        changed.
        """
        try:
            document = tomlkit.parse(self.file.text)
            _rename(document)
            for key, value in values.items():
                table, _, name = key.partition(".")
                _set(document, table, name, value)
            for key, value in previous.items():
                _set(document, PREVIOUS, key, value)
            return tomlkit.dumps(document)
        except TOMLKitError as error:
            raise ConfigError(f"{self.file.name}: cannot be changed: {error}") from error


def merge(values: Values, overrides: Values) -> Values:
    """Return tables of values, overridden key by key."""
    merged = dict(values)
    for table, content in overrides.items():
        default = values.get(table)
        if isinstance(content, dict) and isinstance(default, dict):
            merged[table] = {**default, **content}
        else:
            merged[table] = content  # no table, or an unknown one: an error once it is validated
    return merged


def _rename(document: tomlkit.TOMLDocument) -> None:
    """Move keys with old names to their new ones."""
    for table, content in document.unwrap().items():
        names = content if isinstance(content, dict) else {}
        for name, value in names.items():
            new = renamed.new_name(f"{table}.{name}")
            if new != f"{table}.{name}":
                new_table, _, new_name = new.partition(".")
                _set(document, table, name, None)
                _set(document, new_table, new_name, value)
        if table in renamed.TABLES:
            del document[table]


def _set(document: tomlkit.TOMLDocument, table: str, name: str, value: object) -> None:
    if value is not None:
        document.setdefault(table, tomlkit.table())[name] = value
    elif name in document.get(table, {}):
        del document[table][name]
