"""The status page: what the kiosk tells and shows to browsers on its network."""

from device.web.app import create_app
from device.web.server import Server
from device.web.view import View

__all__ = ["Server", "View", "create_app"]
