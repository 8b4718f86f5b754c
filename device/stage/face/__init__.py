"""The character: one face that mirrors, drawn by code at any size."""

from device.stage.face.expression import EXPRESSIONS, NEUTRAL, blend
from device.stage.face.life import Gaze, Life
from device.stage.face.portrait import Portrait

__all__ = ["EXPRESSIONS", "NEUTRAL", "Gaze", "Life", "Portrait", "blend"]
