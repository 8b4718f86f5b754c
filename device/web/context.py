"""The state that the requests of one app share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app

from device.control import schemas
from device.web.auth.rate_limit import RateLimiter
from device.web.live_view import LiveView
from device.web.pictures.decoder import Decoder
from device.web.server.slots import Slots
from device.web.server.streams import events, pictures

if TYPE_CHECKING:
    from device.config.network import WebConfig
    from device.control.status import Status
    from device.web.auth.service import AuthService
    from device.web.server.tls import Certificate
    from device.web.view import KioskServices

FOLLOWERS, FOLLOWERS_PER_CLIENT = 256, 64
"""Browsers that follow the status at once: in all, and from one address."""
ANSWERS, ALL_ANSWERS = 20, 120
"""Answers to "Was I right?" and crops, per minute: from one address, and from all."""
UPLOADS, UPLOADS_PER_CLIENT = 4, 3
"""Pictures classified or waiting for it at once: in all, fewer than the server has threads, and
from one address."""

_KEY = "moodlift"


class WebContext:
    """The state behind an app. `certificate` is that of its server, if it serves over TLS."""

    def __init__(self, services: KioskServices, auth: AuthService, config: WebConfig) -> None:
        self.services, self.auth, self.config = services, auth, config
        self.certificate: Certificate | None = None
        self.live_view = LiveView(services)
        self.events = events(services.status, self.status_json)
        self.pictures = pictures(self.live_view)
        self.followers = Slots(FOLLOWERS, FOLLOWERS_PER_CLIENT)
        self.viewers = Slots(services.viewers)
        self.uploads = Slots(UPLOADS, UPLOADS_PER_CLIENT)
        self.decoder = Decoder()
        self.answers = RateLimiter(per_address=ANSWERS, total=ALL_ANSWERS)
        self._json: tuple[Status, str] | None = None

    def status_json(self, status: Status | None = None) -> str:
        """Return the newest status (or `status`) as JSON, which is encoded once."""
        status, known = status or self.services.status.get(), self._json
        if known is None or known[0] is not status:
            known = self._json = (status, schemas.Status.of(status).to_json().decode())
        return known[1]


def attach(app: Flask, context: WebContext) -> None:
    """Make `context` the state of an app."""
    app.extensions[_KEY] = context


def context_of(app: Flask) -> WebContext:
    """Return the state of an app."""
    context: WebContext = app.extensions[_KEY]
    return context


def current() -> WebContext:
    """Return the state of the app that handles the current request."""
    return context_of(current_app)
