"""Open what a kiosk shows itself by; what cannot be had is replaced, and the fault told."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from device import reactions, stage
from device.errors import ConfigError, DisplayError
from device.hardware import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.schema import StageConfig
    from device.hardware.display import Display, Mode

    Tell = Callable[[str, str], None]
    """Takes the part that has a fault, and the fault in words."""

log = logging.getLogger(__name__)


def open_display(config: StageConfig, mode: Mode) -> Display:
    """Return the screen, or one in memory: the page goes on without."""
    try:
        return display.open_display(config, mode)
    except DisplayError as error:
        log.warning("%s", error)
        shown = display.open_display(config, "offscreen")
        shown.fault = str(error)
        return shown


def set_stage(config: StageConfig, tell: Tell) -> stage.Stage:
    """Return the stage, in English where its language cannot be had."""
    try:
        return stage.Stage(config, random.Random())
    except ConfigError as error:
        log.warning("%s", error)
        tell("language", str(error))
        english = config.model_copy(update={"language": "en"})
        return stage.Stage(english, random.Random())


def load_rules(file: str, playlists: tuple[str, ...], tell: Tell) -> tuple[reactions.Rule, ...]:
    """Return the owner's rules, or ours where those are wrong.

    One that names a playlist which is not there is kept: the stick that has it may come later.
    """
    try:
        rules = reactions.load(file, None)
    except ConfigError as error:
        log.warning("%s", error)
        tell("reactions", str(error))
        return reactions.load("")
    for rule in rules:
        if rule.playlist not in (None, *playlists):
            log.warning("reaction %s: no playlist %s yet", rule.name, rule.playlist)
    return rules
