"""Creates the Flask app: routes, limits, headers, errors."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from flask import Flask, Request, Response
from werkzeug.exceptions import Conflict, HTTPException, ServiceUnavailable

from device import __version__
from device.errors import FeedbackError, HistoryError, ProbeError
from device.system.paths import ASSETS
from device.web import problems, text
from device.web.context import WebContext, attach
from device.web.routes import (
    api,
    auth,
    certificate,
    devices,
    drift,
    feedback,
    history,
    models,
    pages,
    settings,
    try_it,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from device.web.auth.service import AuthService
    from device.web.view import KioskServices

ROUTES = (
    auth, pages, api, history, try_it, models, settings, devices, feedback, drift, certificate,
)  # fmt: skip
UPLOAD_BYTES = 8 * 1024 * 1024
"""Largest body of a request."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
"""Of every response. Cross-Origin-Resource-Policy stops other sites from embedding the camera."""


class MemoryRequest(Request):
    """A request that keeps uploads in memory: people's pictures never touch a disk."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


def create_app(services: KioskServices, auth_service: AuthService) -> Flask:
    """Return a kiosk's page and API as a WSGI app; serve it with `Server`."""
    app = Flask(__name__)
    app.request_class = MemoryRequest
    app.config.update(MAX_CONTENT_LENGTH=UPLOAD_BYTES, EMOJI_FOLDER=ASSETS / "emoji")
    app.jinja_env.globals.update(words=text, version=__version__)
    app.jinja_env.globals.update(is_logged_in=auth.is_logged_in, has_authority=certificate.exists)
    attach(app, WebContext(services, auth_service))
    auth.protect(app)
    for routes in ROUTES:
        app.register_blueprint(routes.blueprint)
    app.register_error_handler(HTTPException, problems.respond)
    app.register_error_handler(HistoryError, _unavailable)
    app.register_error_handler(FeedbackError, _unavailable)
    app.register_error_handler(ProbeError, _conflict)
    app.after_request(_add_headers)
    return app


def _unavailable(error: HistoryError | FeedbackError) -> ResponseReturnValue:
    return problems.respond(ServiceUnavailable(str(error)))


def _conflict(error: ProbeError) -> ResponseReturnValue:
    return problems.respond(Conflict(str(error)))


def _add_headers(response: Response) -> Response:
    """Add the headers of every response; caches keep only static files."""
    response.headers.extend(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
