"""The status and camera pages, their pictures, and the routes for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    render_template,
    send_from_directory,
)

from device.control import schemas
from device.control.schemas import Schema
from device.messages import Level
from device.web import text
from device.web.auth.roles import allow
from device.web.context import current
from device.web.openapi.document import document
from device.web.openapi.operation import operation
from device.web.routes import metrics
from device.web.server import streams

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("pages", __name__)

READY_SECONDS = 5.0
EMOJI_SECONDS = 86400
"""How long a browser may cache an emoji."""


@dataclass(slots=True)
class Readiness(Schema):
    """Whether vision works."""

    ready: bool


@dataclass(slots=True)
class HealthSummary(Schema):
    """The worst level of the components in use."""

    level: Level


@blueprint.get("/")
@allow("anyone")
def status() -> str:
    """Show the status: complete without JavaScript, live with it."""
    status = schemas.Status.of(current().services.status.get())
    return render_template("status.html", status=status)


@blueprint.get("/camera_feed")
def camera() -> str:
    """Show the page with the live picture."""
    context = current()
    status = schemas.Status.of(context.services.status.get())
    return render_template("get_started.html", status=status, blurred=context.live_view.blurred)


@blueprint.get("/api")
def interface() -> str:
    """Show the API's document."""
    return render_template("api.html", document=document(current_app))


@blueprint.get("/video_feed")
def video() -> ResponseReturnValue:
    """Stream the live picture with its boxes as MJPEG."""
    context = current()
    if not context.viewers.acquire():
        refusal = f"{text.people(context.viewers.limit)} are watching: try again later\n"
        return Response(refusal, 503, {"Retry-After": "5"}, mimetype="text/plain")
    mimetype = f"multipart/x-mixed-replace; boundary={streams.BOUNDARY}"
    return streams.respond(context.pictures, context.viewers, mimetype)


@blueprint.get("/emoji/<name>.svg")
@allow("anyone")
def emoji(name: str) -> Response:
    """Return an emoji, or the picture of an empty room."""
    if name == text.EMPTY:
        return current_app.send_static_file("empty.svg")
    if name not in text.PICTURES:
        abort(404)
    folder = current_app.config["EMOJI_FOLDER"]
    return send_from_directory(folder, f"{name}.svg", max_age=EMOJI_SECONDS)


@blueprint.get("/metrics")
@allow("monitor")
@operation("Metrics for Prometheus.", "text/plain")
def prometheus() -> Response:
    """Return the kiosk's metrics for Prometheus."""
    return Response(metrics.text(current()), content_type=metrics.CONTENT_TYPE)


@blueprint.get("/readyz")
@allow("anyone")
@operation("Whether vision works.", Readiness, also={503: "It does not, yet."})
def readyz() -> tuple[Readiness, int]:
    """Return whether a frame was processed recently, or the camera is paused."""
    status = current().services.status.get()
    fresh = status.frame_age is not None and status.frame_age < READY_SECONDS
    ready = fresh or status.paused
    return Readiness(ready), 200 if ready else 503


@blueprint.get("/healthz")
@allow("anyone")
@operation("Whether the kiosk works.", HealthSummary, also={503: "A component has failed."})
def healthz() -> tuple[HealthSummary, int]:
    """Return the kiosk's level, for monitors."""
    level = current().services.status.get().level
    return HealthSummary(level), 503 if level is Level.FAILED else 200
