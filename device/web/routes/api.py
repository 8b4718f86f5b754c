"""The API's general routes: status, events, classification and commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app, request

from device.config.section import Section
from device.control import schemas
from device.control.commands import Command, require_change
from device.control.schemas import Schema
from device.errors import CommandError
from device.web.auth.roles import allow
from device.web.context import current
from device.web.openapi.document import document
from device.web.openapi.operation import operation
from device.web.routes import upload
from device.web.server import streams

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


class BlurChoice(Section):
    """Whether faces are to be hidden in the live picture."""

    blurred: bool


@dataclass(slots=True)
class Blur(Schema):
    """Whether faces are hidden in the live picture."""

    blurred: bool


@blueprint.get("/status")
@allow("anyone")
@operation("The kiosk's status.", schemas.Status)
def status() -> Response:
    """Return the kiosk's status."""
    return Response(current().status_json(), mimetype="application/json")


@blueprint.get("/events")
@allow("anyone")
@operation(
    "The status whenever it changes: server-sent events whose data is a Status.",
    "text/event-stream",
    errors=(503,),
)
def follow() -> ResponseReturnValue:
    """Stream the status as server-sent events."""
    context, address = current(), request.remote_addr or ""
    if not context.followers.acquire(address):
        raise upload.busy("too many clients follow the status")
    return streams.respond(context.events, context.followers, "text/event-stream", address)


@blueprint.post("/classify")
@allow("visitor")
@operation(
    "Classify the faces of a picture: JPEG or PNG, at most 8 MB and 50 megapixels.",
    schemas.Faces,
    body=upload.MEDIA_TYPES,
    errors=(503,),
)
def classify() -> schemas.Faces:
    """Return the faces of the picture in the request's body or form."""
    picture, frame_result = upload.classify()
    return schemas.Faces.of(picture.scale(frame_result))


@blueprint.post("/commands")
@operation(
    "Pause, mute, set the volume, skip a track, show a scene, or restart.",
    Command,
    status=202,
    body=Command,
)
def command(body: Command) -> Command:
    """Queue a command for the kiosk."""
    try:
        require_change(body)
        current().services.commands.put(body)
    except CommandError as error:
        abort(400, str(error))
    return body


@blueprint.post("/camera")
@operation("Hide the faces in the live picture, or show them.", Blur, body=BlurChoice)
def set_blur(body: BlurChoice) -> Blur:
    """Hide the faces in the live picture, or show them, for all viewers."""
    current().live_view.blurred = body.blurred
    return Blur(body.blurred)


@blueprint.get("/openapi.json")
@operation("This document.", dict[str, Any])
def openapi() -> dict[str, Any]:
    """Return this API as OpenAPI."""
    return {**document(current_app), "servers": [{"url": f"{request.script_root}/"}]}
