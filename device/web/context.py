"""What the requests of one app share: the view, the live picture, and the places for guests."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from flask import Flask, current_app

from device.web.auth.rate_limit import RateLimiter
from device.web.live_view import LiveView
from device.web.server.broadcast import Broadcast
from device.web.server.slots import Slots
from device.web.server.streams import EVENT_SECONDS, event, part

if TYPE_CHECKING:
    from device.control.status import Status
    from device.web.auth.service import AuthService
    from device.web.view import KioskServices

FOLLOWERS = 256
"""Most browsers that follow the status at once."""
ANSWERS, ALL_ANSWERS = 20, 120
"""Answers to "Was I right?", crops among them, a minute: from one address, and from all."""
UPLOADS = 4
"""Most pictures that are being classified or wait for it: fewer than the server has threads."""

_KEY = "moodlift"


class WebContext:
    """The state behind an app."""

    def __init__(self, view: KioskServices, auth: AuthService) -> None:
        self.view, self.auth = view, auth
        self.feed = LiveView(view)
        self.news = Broadcast(
            lambda: contextlib.nullcontext(view.status),
            lambda _: event(self.told()),
            EVENT_SECONDS,
        )
        self.film = Broadcast(self.feed.watch, part, after=0)
        self.followers = Slots(FOLLOWERS)
        self.viewers = Slots(view.viewers)
        self.uploads = Slots(UPLOADS)
        self.answers = RateLimiter(per_address=ANSWERS, total=ALL_ANSWERS)
        self._told: tuple[Status, str] | None = None

    def told(self) -> str:
        """Return the newest status as JSON, which is written once however many ask."""
        status, told = self.view.status.get(), self._told
        if told is None or told[0] is not status:
            told = self._told = (status, json.dumps(status.as_json()))
        return told[1]


def attach(app: Flask, site: WebContext) -> None:
    """Make `site` the state of an app."""
    app.extensions[_KEY] = site


def context_of(app: Flask) -> WebContext:
    """Return the state of an app."""
    site: WebContext = app.extensions[_KEY]
    return site


def current() -> WebContext:
    """Return the state of the app whose request is being answered."""
    return context_of(current_app)
