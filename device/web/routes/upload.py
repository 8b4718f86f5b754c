"""Reads an uploaded picture and classifies its faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request
from werkzeug.exceptions import ServiceUnavailable

from device.errors import BundleError, PictureError, VisionBusy
from device.web.context import current

if TYPE_CHECKING:
    from device.messages import FrameResult
    from device.web.pictures.decoder import Picture

MEDIA_TYPES = ("image/jpeg", "image/png", "application/octet-stream")
FIELDS = ("image", "file")
"""Fields of a form that may hold the picture."""
BUSY_SECONDS = 2
_MAX_NAME_LENGTH = 80


def classify() -> tuple[Picture, FrameResult]:
    """Return the JPEG or PNG in the request's body or form, and the faces in its `image`.

    Aborts with 400 for anything else, and with 503 while the kiosk cannot classify.
    """
    context, address = current(), request.remote_addr or ""
    if not context.uploads.acquire(address):
        raise busy("too many pictures at once")
    try:
        data, name = _read()
        picture = context.decoder.read(data, name)
        return picture, context.services.classify(picture.image)
    except PictureError as error:
        abort(400, str(error))
    except (VisionBusy, BundleError) as error:
        raise busy(str(error)) from error
    finally:
        context.uploads.release(address)


def busy(text: str) -> ServiceUnavailable:
    """Return a 503 that asks the client to retry in a moment."""
    return ServiceUnavailable(text, retry_after=BUSY_SECONDS)


def _read() -> tuple[bytes, str]:
    """Return the picture's bytes and name. Raises PictureError if the form has none."""
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=False), "picture"
    for field in FIELDS:
        if field in request.files:
            file = request.files[field]
            return file.read(), (file.filename or "picture")[-_MAX_NAME_LENGTH:]
    raise PictureError(f"form: no file in a field named {' or '.join(FIELDS)}")
