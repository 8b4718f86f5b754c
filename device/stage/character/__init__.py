"""The character: one face that mirrors, drawn by code at any size."""

from device.stage.character.expression import EXPRESSIONS, NEUTRAL, blend
from device.stage.character.life import Gaze, Life
from device.stage.character.portrait import Portrait

__all__ = ["EXPRESSIONS", "NEUTRAL", "Gaze", "Life", "Portrait", "blend"]
