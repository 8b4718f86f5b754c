"""The status page: what the kiosk shows to browsers on its network."""

from device.web.app import create_app
from device.web.auth.service import AuthService
from device.web.server.server import Server
from device.web.view import KioskServices

__all__ = ["AuthService", "KioskServices", "Server", "create_app"]
