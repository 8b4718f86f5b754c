"""The status page: what the kiosk tells and shows to browsers on its network."""

from device.web.app import create_app
from device.web.auth.service import Door
from device.web.server.server import Server
from device.web.view import View

__all__ = ["Door", "Server", "View", "create_app"]
