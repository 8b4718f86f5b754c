"""The programming interface, version 1. Every error is JSON: {"error": reason}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from device import orders, picture
from device.errors import BundleError, EyeBusy, OrderError, PictureError
from device.status import sighting_json
from device.web.site import here
from device.web.streams import endless, events, over

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

FIELDS = ("image", "file")
"""Names under which a form may send its picture."""
BUSY_SECONDS = "2"
_LONGEST_NAME = 80


@blueprint.get("/status")
def status() -> ResponseReturnValue:
    """Return how the kiosk is doing."""
    return jsonify(here().view.status.get().as_json())


@blueprint.get("/events")
def follow() -> ResponseReturnValue:
    """Stream the status as server-sent events."""
    site = here()
    if not site.followers.take():
        return _busy("too many follow the status already")
    stream = events(site.view.status, over(site.closing))
    return endless(stream, site.followers, "text/event-stream")


@blueprint.post("/classify")
def classify() -> ResponseReturnValue:
    """Return the faces of a JPEG or PNG that is the request's body or a form's file."""
    site = here()
    if not site.uploads.take():
        return _busy("too many pictures at once")
    try:
        data, name = _upload()
        image = picture.read(data, name, picture.UPLOAD_FORMATS)
        return jsonify(sighting_json(site.view.classify(image)))
    except PictureError as error:
        return jsonify(error=str(error)), 400
    except (EyeBusy, BundleError) as error:
        return _busy(str(error))
    finally:
        site.uploads.leave()


@blueprint.post("/order")
def order() -> ResponseReturnValue:
    """Tell the kiosk to pause, mute, be louder, skip a track or show a scene, as JSON says."""
    try:
        wanted = orders.parse(request.get_json(silent=True))
        here().view.orders.give(wanted)
    except OrderError as error:
        return jsonify(error=str(error)), 400
    return jsonify(wanted.model_dump(exclude_unset=True)), 202


def _upload() -> tuple[bytes, str]:
    """Return the picture's bytes and what to call it. Raises PictureError when there is none."""
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=False), "picture"
    for field in FIELDS:
        if field in request.files:
            file = request.files[field]
            return file.read(), (file.filename or "picture")[-_LONGEST_NAME:]
    raise PictureError(f"form: no file in a field named {' or '.join(FIELDS)}")


def _busy(text: str) -> ResponseReturnValue:
    return jsonify(error=text), 503, {"Retry-After": BUSY_SECONDS}
