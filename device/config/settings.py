"""The kiosk's settings: the configuration file, overridden by the keys that were set on the page.

Only people write the configuration file. The page writes settings.toml in the kiosk's state folder,
so that no comment is lost and /etc may be read-only.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.config.editable import EDITABLE
from device.config.file import ConfigFile, parse, read, validate
from device.config.overrides import FILE, Overrides, merge
from device.config.schema import Config
from device.config.stream_url import masked
from device.config.strings import load_strings
from device.errors import ConfigError, OutputError
from device.system.files import write_private
from device.system.paths import SYSTEM_CONFIG, state_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """An editable key and its `value` from the next start on.

    `default` is its value without settings.toml: the configuration file's, or the built-in one.
    `previous` is its value before the last change, None when that equals `value`. `pending` is true
    while the running kiosk still uses another value. A password of an IP camera is masked in all.
    """

    key: str
    value: Any
    default: Any
    previous: Any
    pending: bool


class Settings:
    """The settings of a kiosk whose configuration file is `file`; None is the system's.

    Reading them never fails. `config` has their values at construction. `fault` has a line per
    mistake in a file that could not be used, and `instead` says what the kiosk uses in its place;
    `warnings` has a line for each key with an old name. The methods read the files again.
    """

    def __init__(self, file: Path | None = None, folder: Path | None = None) -> None:
        self._file = file
        self.path = (folder or state_directory()) / FILE
        self._lock = threading.Lock()
        self.config, self.fault, self.instead = Config(), "", ""
        self.warnings: tuple[str, ...] = ()
        try:
            base = self._default_file()
            self.config, self.warnings = validate(base.values, base), base.warnings
        except ConfigError as error:
            self.fault, self.instead = str(error), "running on the defaults"
            return
        try:
            overrides = Overrides(self.path)
            self.config = _overridden(self.config, overrides)
            self.warnings += overrides.file.warnings
        except ConfigError as error:
            self.fault, self.instead = str(error), "running without what was set on the page"

    def editable(self) -> tuple[Setting, ...]:
        """Return the settings that can be changed. Raises ConfigError when a file is invalid."""
        default, overrides = self._default(), Overrides(self.path)
        config = _overridden(default, overrides)
        return tuple(
            self._setting(key, config, default, overrides.previous.get(key)) for key in EDITABLE
        )

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set editable keys to other values: all of them, or none.

        Raises ConfigError when a value or a file is invalid; no file is changed then. Raises
        OutputError when the values cannot be written.
        """
        _check_keys(wanted)
        with self._lock:
            default, overrides = self._default(), Overrides(self.path)
            present = _overridden(default, overrides)
            wanted = {
                key: _unmasked(
                    value,
                    value_of(present, key),
                    overrides.previous.get(key),
                    value_of(default, key),
                )
                for key, value in wanted.items()
            }
            config = parse(merge(present.model_dump(), _tables(wanted)), name="settings")
            if "stage.language" in wanted:
                _check_language(config.stage.language)
            changed = [key for key in wanted if value_of(config, key) != value_of(present, key)]
            values = {key: _override(config, default, key) for key in changed}
            previous = {key: value_of(present, key) for key in changed}
            if changed:
                self._write(overrides.changed(values, previous))

    def reset(self) -> None:
        """Go back to the configuration file alone: settings.toml becomes settings.toml.aside.

        Raises OutputError when it cannot be renamed.
        """
        with self._lock:
            try:
                self.path.replace(self.path.with_name(f"{FILE}.aside"))
            except FileNotFoundError:
                return
            except OSError as error:
                raise OutputError(f"{self.path}: {error.strerror}") from error

    def _default_file(self) -> ConfigFile:
        if self._file is None and not SYSTEM_CONFIG.is_file():
            return ConfigFile()
        return read(self._file or SYSTEM_CONFIG)

    def _default(self) -> Config:
        file = self._default_file()
        return validate(file.values, file)

    def _setting(self, key: str, config: Config, default: Config, previous: Any) -> Setting:
        value = value_of(config, key)
        return Setting(
            key,
            masked(value),
            masked(value_of(default, key)),
            masked(previous) if previous != value else None,
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


def _overridden(default: Config, overrides: Overrides) -> Config:
    return validate(overrides.merged_into(default.model_dump()), overrides.file)


def _override(config: Config, default: Config, key: str) -> Any:
    """Return a key's value, None when it equals the default and needs no override."""
    value = value_of(config, key)
    return None if value == value_of(default, key) else value


def _tables(values: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for key, value in values.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, {})[name] = value
    return tables


def _unmasked(value: Any, *known: Any) -> Any:
    """Return the first of the known values that is shown as the text `value`, else `value`."""
    return next((one for one in known if isinstance(value, str) and masked(one) == value), value)


def _check_keys(wanted: Mapping[str, Any]) -> None:
    unknown = tuple(key for key in wanted if key not in EDITABLE)
    if unknown:
        known = ", ".join(EDITABLE)
        lines = [f"settings: {key}: cannot be set here; editable keys: {known}" for key in unknown]
        raise ConfigError("\n".join(lines), unknown)
    if not wanted:
        raise ConfigError(f"settings: no key is given; editable keys: {', '.join(EDITABLE)}")


def _check_language(language: str) -> None:
    try:
        load_strings(language)
    except ConfigError as error:
        raise ConfigError(str(error), ("stage.language",)) from error
