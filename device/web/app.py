"""Creates the Flask app: routes, limits, headers, errors."""

from __future__ import annotations

import functools
import io
from typing import IO, TYPE_CHECKING

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from device import __version__
from device.config.network import WebConfig
from device.errors import FeedbackError, HistoryError, ProbeError
from device.system.paths import ASSETS
from device.web import cors, problems, text
from device.web.addresses import TrustedProxies
from device.web.context import WebContext, attach
from device.web.openapi.operation import takes_files
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
from device.web.server.handlers import HEAD_ONLY, MAX_KEPT_BYTES, SMALL_BYTES
from device.web.server.server import PROXIES

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from device.web.auth.service import AuthService
    from device.web.view import KioskServices

ROUTES = (
    auth, pages, api, history, try_it, models, settings, devices, feedback, drift, certificate,
)  # fmt: skip
POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: (
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


def create_app(
    services: KioskServices, auth_service: AuthService, config: WebConfig | None = None
) -> Flask:
    """Return a kiosk's page and API as a WSGI app; serve it with `Server`."""
    config = config or WebConfig()
    app = Flask(__name__)
    app.request_class = MemoryRequest
    app.config.update(MAX_CONTENT_LENGTH=MAX_KEPT_BYTES, EMOJI_FOLDER=ASSETS / "emoji")
    app.config[PROXIES] = TrustedProxies(config.trusted_proxies)
    app.jinja_env.globals.update(words=text, version=__version__)
    app.jinja_env.globals.update(is_logged_in=auth.is_logged_in, has_authority=certificate.exists)
    attach(app, WebContext(services, auth_service, config))
    if config.cors_origins:
        app.before_request(cors.preflight)
        app.after_request(cors.add_headers)
    auth.protect(app)
    app.before_request(_check_body)
    for routes in ROUTES:
        app.register_blueprint(routes.blueprint)
    app.register_error_handler(HTTPException, problems.respond)
    app.register_error_handler(HistoryError, _unavailable)
    app.register_error_handler(FeedbackError, _unavailable)
    app.register_error_handler(ProbeError, _conflict)
    app.after_request(functools.partial(_add_headers, _headers(config.frame_ancestors)))
    return app


def _check_body() -> Response | None:
    """Refuse a body that is too large for its route, also while only the head is here."""
    if "CONTENT_LENGTH" not in request.environ or request.routing_exception:
        return None
    view = current_app.view_functions[request.endpoint or ""]
    if not takes_files(view):
        request.max_content_length = SMALL_BYTES
    if (request.content_length or 0) > (request.max_content_length or 0):
        raise RequestEntityTooLarge
    return Response(status=100) if HEAD_ONLY in request.environ else None


def _unavailable(error: HistoryError | FeedbackError) -> ResponseReturnValue:
    return problems.respond(ServiceUnavailable(str(error)))


def _conflict(error: ProbeError) -> ResponseReturnValue:
    return problems.respond(Conflict(str(error)))


def _headers(frame_ancestors: list[str]) -> dict[str, str]:
    """Return `HEADERS` for sites that may frame the page."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    policy = HEADERS[POLICY].replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")
    return {**HEADERS, POLICY: policy}


def _add_headers(headers: dict[str, str], response: Response) -> Response:
    """Add the headers of every response; caches keep only static files."""
    response.headers.extend(headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
