"""The stage: everything that people see."""

from device.config.strings import Strings, load_strings
from device.stage.effects.registry import EFFECTS
from device.stage.quality import Quality, QualityScaler
from device.stage.scene import PersonSmile, Scene
from device.stage.stage import Stage

__all__ = [
    "EFFECTS",
    "PersonSmile",
    "Quality",
    "QualityScaler",
    "Scene",
    "Stage",
    "Strings",
    "load_strings",
]
