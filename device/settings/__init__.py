"""The kiosk's settings: its configuration file, and over it what was set on the page."""

from device.settings.common import COMMON, schema
from device.settings.settings import Setting, Settings

__all__ = ["COMMON", "Setting", "Settings", "schema"]
