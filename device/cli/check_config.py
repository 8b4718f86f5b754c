"""`moodlift check-config`: check the configuration and all that it refers to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from device.cli import arguments
from device.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from device.config.schema import Config

FILES = (
    "web.certificate", "web.key", "web.metrics_token_file", "mqtt.ca_file", "mqtt.password_file",
)  # fmt: skip
"""Keys whose files must exist."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    check = commands.add_parser("check-config", help="check the configuration file")
    arguments.add_config(check)
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from device import reactions
    from device.config.settings import Settings
    from device.music import Library
    from device.stage import load_strings
    from device.system.paths import SYSTEM_CONFIG, expand_user
    from device.vision import bundle

    path = options.config or SYSTEM_CONFIG
    settings = Settings(options.config)
    if settings.fault:
        raise ConfigError(settings.fault)
    for line in settings.warnings:
        print(f"moodlift: {line}", file=sys.stderr)
    config = settings.config
    _find_files(config, path)
    library = Library(config.sound.music_folder)
    if library.fault:
        raise ConfigError(f"{path}: sound.music_folder: {library.fault}")
    rules = reactions.load(config.reactions.file, library.playlists())
    load_strings(config.stage.language)
    if config.vision.model:
        bundle.load(expand_user(config.vision.model))
    if path.is_file():
        print(f"{path}: OK; {len(rules)} reactions")
    else:
        print(f"{path}: no such file; the defaults are used")
    if settings.path.is_file():
        print(f"{settings.path}: OK (overrides the file above)")
    return 0


def _find_files(config: Config, path: Path) -> None:
    """Raise ConfigError for a file that is named and cannot be found.

    One that only the kiosk's user may look for is not.
    """
    from device.system.paths import expand_user

    for key in FILES:
        section, _, name = key.partition(".")
        file = getattr(getattr(config, section), name)
        try:
            if file:
                expand_user(file).stat()
        except PermissionError:
            continue
        except OSError as error:
            raise ConfigError(f"{path}: {key} = {file!r}: {error.strerror}") from error
