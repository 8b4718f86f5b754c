"""The pages that people look at, and what they are made of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    send_from_directory,
)

from device import history
from device.messages import Level
from device.web import text
from device.web.auth.roles import allow
from device.web.charts.history import draw
from device.web.context import current
from device.web.openapi import document
from device.web.routes import metrics
from device.web.server import streams

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("pages", __name__)

READY_SECONDS = 5.0
EMOJI_SECONDS = 86400
"""How long a browser may keep an emoji."""


@blueprint.get("/")
@allow("anyone")
def status() -> str:
    """Show how the kiosk is doing; complete without JavaScript, live with it."""
    return render_template("status.html", status=current().view.status.get().as_json())


@blueprint.get("/camera_feed")
def camera() -> str:
    """Show the page with the live picture."""
    site = current()
    status = site.view.status.get().as_json()
    return render_template("get_started.html", status=status, blurred=site.feed.blurred)


@blueprint.get("/history")
def past() -> ResponseReturnValue:
    """Show the last hour, day or week as a picture, and what it adds up to."""
    span = request.args.get("span", "day")
    if span not in history.SPANS:
        abort(404)
    seen = history.read(current().view.history, span, time.time())
    return render_template("history.html", span=span, spans=history.SPANS, chart=draw(seen))


@blueprint.get("/api")
def interface() -> str:
    """Show what programs can ask for."""
    return render_template("api.html", document=document.document())


@blueprint.get("/video_feed")
def video() -> ResponseReturnValue:
    """Stream the live picture with its boxes as MJPEG."""
    site = current()
    if not site.viewers.acquire():
        refusal = f"{text.people(site.viewers.limit)} are watching already: try again later\n"
        return Response(refusal, 503, {"Retry-After": "5"}, mimetype="text/plain")
    mimetype = f"multipart/x-mixed-replace; boundary={streams.BOUNDARY}"
    return streams.respond(site.pictures, site.viewers, mimetype)


@blueprint.get("/emoji/<name>.svg")
@allow("anyone")
def emoji(name: str) -> Response:
    """Send an emoji, or the picture of an empty room."""
    if name == text.EMPTY:
        return current_app.send_static_file("empty.svg")
    if name not in text.PICTURES:
        abort(404)
    folder = current_app.config["EMOJI_FOLDER"]
    return send_from_directory(folder, f"{name}.svg", max_age=EMOJI_SECONDS)


@blueprint.get("/metrics")
@allow("monitor")
def figures() -> Response:
    """Give the kiosk's figures in the form that Prometheus reads."""
    return Response(metrics.text(current()), content_type=metrics.CONTENT_TYPE)


@blueprint.get("/readyz")
@allow("anyone")
def readyz() -> ResponseReturnValue:
    """Say whether the kiosk sees: a frame was understood not long ago, or the camera is paused."""
    status = current().view.status.get()
    fresh = status.freshness is not None and status.freshness < READY_SECONDS
    ready = fresh or status.paused
    return jsonify(ready=ready), 200 if ready else 503


@blueprint.get("/healthz")
@allow("anyone")
def healthz() -> ResponseReturnValue:
    """Say in one word whether the kiosk works, for monitors."""
    level = current().view.status.get().level
    return jsonify(level=level), 503 if level is Level.FAILED else 200
