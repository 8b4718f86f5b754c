"""Reads an uploaded picture and classifies its faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request
from werkzeug.exceptions import ServiceUnavailable

from device import images
from device.errors import BundleError, PictureError, VisionBusy
from device.web.context import current

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from device.messages import FrameResult

MEDIA_TYPES = ("image/jpeg", "image/png", "application/octet-stream")
FIELDS = ("image", "file")
"""Fields of a form that may hold the picture."""
BUSY_SECONDS = 2
DECODING_SECONDS = 5.0
"""A Pi takes 1 s for a phone's picture of 12 megapixels."""
_MAX_NAME_LENGTH = 80


def classify() -> tuple[NDArray[np.uint8], FrameResult]:
    """Return the JPEG or PNG in the request's body or form, uint8 BGR (h, w, 3), and its faces.

    Aborts with 400 for anything else, and with 503 while the kiosk cannot classify.
    """
    context = current()
    if not context.uploads.acquire():
        raise busy("too many pictures at once")
    try:
        data, name = _read()
        image = images.read(data, name, images.UPLOAD_FORMATS, DECODING_SECONDS)
        return image, context.services.classify(image)
    except PictureError as error:
        abort(400, str(error))
    except (VisionBusy, BundleError) as error:
        raise busy(str(error)) from error
    finally:
        context.uploads.release()


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
