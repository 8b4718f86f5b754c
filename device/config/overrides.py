"""What was set on the page: a file of its own, laid over the configuration file key by key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from device.config.schema import read_text, read_toml
from device.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "settings.toml"
BEFORE = "before"
"""The table of what each key was before its last change."""
HEAD = f"""\
# What was set on the status page. It holds over the configuration file; [{BEFORE}] is what each
# setting was before its last change. Without this file, the configuration file alone holds.
"""
Values = dict[str, Any]


class Overrides:
    """What is in such a file; nothing is in one that is not there.

    Raises ConfigError when it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        self.text = read_text(path) if os.access(path, os.F_OK) else HEAD
        self._values = read_toml(self.text, self._name)
        self.before: Values = self._values.pop(BEFORE, {})
        if not isinstance(self.before, dict):
            raise ConfigError(f"{path}: {BEFORE}: should be a table")

    def over(self, values: Values) -> Values:
        """Return values by table and name with these over them."""
        return laid_over(values, self._values)

    def changed(self, now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
        """Return the file's text with other values of dotted keys; None takes a key out.

        Whatever else somebody has written there stays. Raises ConfigError when that cannot be.
        """
        try:
            document = tomlkit.parse(self.text)
            for key, value in now.items():
                table, _, name = key.partition(".")
                _set(document, table, name, value)
            for key, value in before.items():
                _set(document, BEFORE, key, value)
            return tomlkit.dumps(document)
        except TOMLKitError as error:
            raise ConfigError(f"{self._name}: cannot be changed: {error}") from error


def laid_over(values: Values, others: Values) -> Values:
    """Return tables of values with those of others over them, key by key."""
    laid = dict(values)
    for table, given in others.items():
        beneath = values.get(table)
        if isinstance(given, dict) and isinstance(beneath, dict):
            laid[table] = {**beneath, **given}
        else:
            laid[table] = given  # no table, or an unknown one: whoever checks it will say so
    return laid


def _set(document: tomlkit.TOMLDocument, table: str, name: str, value: object) -> None:
    if value is not None:
        document.setdefault(table, tomlkit.table())[name] = value
    elif name in document.get(table, {}):
        del document[table][name]
