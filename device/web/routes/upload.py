"""A picture that somebody sends, and what the kiosk sees in it."""

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

FIELDS = ("image", "file")
"""Names under which a form may send its picture."""
BUSY_SECONDS = 2
DECODING_SECONDS = 5.0
"""A Pi takes one for a phone's picture of 12 megapixels."""
_LONGEST_NAME = 80


def look() -> tuple[NDArray[np.uint8], FrameResult]:
    """Return the JPEG or PNG that is the request's body or a form's file, and its faces.

    Aborts with 400 for what is no picture, and with 503 while the kiosk cannot look at it.
    """
    site = current()
    if not site.uploads.acquire():
        raise busy("too many pictures at once")
    try:
        data, name = _sent()
        image = images.read(data, name, images.UPLOAD_FORMATS, DECODING_SECONDS)
        return image, site.view.classify(image)
    except PictureError as error:
        abort(400, str(error))
    except (VisionBusy, BundleError) as error:
        raise busy(str(error)) from error
    finally:
        site.uploads.release()


def busy(text: str) -> ServiceUnavailable:
    """Return the problem of whoever should come again in a moment."""
    return ServiceUnavailable(text, retry_after=BUSY_SECONDS)


def _sent() -> tuple[bytes, str]:
    """Return the picture's bytes and what to call it. Raises PictureError when there is none."""
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=False), "picture"
    for field in FIELDS:
        if field in request.files:
            file = request.files[field]
            return file.read(), (file.filename or "picture")[-_LONGEST_NAME:]
    raise PictureError(f"form: no file in a field named {' or '.join(FIELDS)}")
