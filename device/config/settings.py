"""The configuration file and what was set on the page, as one; and how that is changed.

The file is written by people and never by the kiosk: what the page sets lies in the kiosk's own
state, over it. So nothing that somebody wrote is lost, and /etc may be read-only.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.config.editable import COMMON
from device.config.overrides import FILE, Overrides, laid_over
from device.config.schema import Config, load, parse
from device.config.strings import load_strings
from device.errors import ConfigError, OutputError
from device.system.files import write_private
from device.system.paths import SYSTEM_CONFIG, state_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """A common key: its `value` from the next start on, and the old ones.

    `beneath` is what the configuration file says, or the default. `before` is what the key was
    before its last change, None where that is no other value. `pending`: the kiosk runs on
    another value until it starts again.
    """

    key: str
    value: Any
    beneath: Any
    before: Any
    pending: bool


class Settings:
    """The settings of a kiosk whose configuration file is `file`, the system's if that is None.

    `config` is what they were when this was made, which never fails: `fault` says, a line per
    mistake, what could not be used, and `instead` what holds. All else is as the files are now.
    """

    def __init__(self, file: Path | None = None, folder: Path | None = None) -> None:
        self._file = file
        self.path = (folder or state_directory()) / FILE
        self._lock = threading.Lock()
        self.config, self.fault, self.instead = Config(), "", ""
        try:
            self.config = self._beneath()
        except ConfigError as error:
            self.fault, self.instead = str(error), "running on the defaults"
            return
        try:
            self.config = self._laid(self.config, Overrides(self.path))
        except ConfigError as error:
            self.fault, self.instead = str(error), "running without what was set on the page"

    def common(self) -> tuple[Setting, ...]:
        """Return the settings that can be changed. Raises ConfigError when a file is wrong."""
        beneath, overlay = self._beneath(), Overrides(self.path)
        laid = self._laid(beneath, overlay)
        return tuple(self._setting(key, laid, beneath, overlay.before) for key in COMMON)

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set common keys to other values: all of them, or none.

        Raises ConfigError: a value is wrong, or a file is, which is then left as it is. Raises
        OutputError when they cannot be written.
        """
        _check_keys(wanted)
        with self._lock:
            beneath, overlay = self._beneath(), Overrides(self.path)
            present = self._laid(beneath, overlay)
            config = parse(laid_over(present.model_dump(), _tables(wanted)), name="settings")
            if "stage.language" in wanted:
                _check_language(config.stage.language)
            changed = [key for key in wanted if value_of(config, key) != value_of(present, key)]
            now = {key: _differing(config, beneath, key) for key in changed}
            before = {key: value_of(present, key) for key in changed}
            if changed:
                self._write(overlay.changed(now, before))

    def set_aside(self) -> None:
        """Go back to the configuration file alone; what was set is kept beside it.

        Raises OutputError.
        """
        with self._lock:
            try:
                self.path.replace(self.path.with_name(f"{FILE}.aside"))
            except FileNotFoundError:
                return
            except OSError as error:
                raise OutputError(f"{self.path}: {error.strerror}") from error

    def _beneath(self) -> Config:
        if self._file is None and not SYSTEM_CONFIG.is_file():
            return Config()
        return load(self._file or SYSTEM_CONFIG)

    def _laid(self, beneath: Config, overlay: Overrides) -> Config:
        return parse(overlay.over(beneath.model_dump()), overlay.text, str(self.path))

    def _setting(
        self, key: str, laid: Config, beneath: Config, befores: Mapping[str, Any]
    ) -> Setting:
        value, before = value_of(laid, key), befores.get(key)
        return Setting(
            key,
            value,
            value_of(beneath, key),
            before if before != value else None,
            value != value_of(self.config, key),
        )

    def _write(self, text: str) -> None:
        try:
            write_private(self.path, text)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror}") from error


def value_of(config: Config, key: str) -> Any:
    """Return the value of a dotted key."""
    table, _, name = key.partition(".")
    return getattr(getattr(config, table), name)


def _differing(config: Config, beneath: Config, key: str) -> Any:
    """Return a key's value, None when it is the one beneath: that need not be said."""
    value = value_of(config, key)
    return None if value == value_of(beneath, key) else value


def _tables(values: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for key, value in values.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, {})[name] = value
    return tables


def _check_keys(wanted: Mapping[str, Any]) -> None:
    unknown = tuple(key for key in wanted if key not in COMMON)
    if unknown:
        known = ", ".join(COMMON)
        lines = [f"settings: {key}: cannot be set here; what can: {known}" for key in unknown]
        raise ConfigError("\n".join(lines), unknown)
    if not wanted:
        raise ConfigError(f"settings: none is named; what can be set: {', '.join(COMMON)}")


def _check_language(language: str) -> None:
    try:
        load_strings(language)
    except ConfigError as error:
        raise ConfigError(str(error), ("stage.language",)) from error
