"""The stage: everything that people see."""

from device.config.strings import Strings, load_strings
from device.stage.effects.registry import EFFECTS
from device.stage.quality import Ladder, Quality
from device.stage.scene import Scene
from device.stage.stage import Stage

__all__ = ["EFFECTS", "Ladder", "Quality", "Scene", "Stage", "Strings", "load_strings"]
