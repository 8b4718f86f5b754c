"""Pictures sent to the API, good and bad."""

from __future__ import annotations

import io
import tempfile
import threading
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from device.control import schemas
from device.web.context import UPLOADS
from tests.support.answers import content
from tests.support.pictures import encode
from tests.support.waiting import until

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PATH = "/api/v1/classify"
IMAGE = np.full((48, 64, 3), 120, np.uint8)
JPEG = cv2.imencode(".jpg", IMAGE)[1].tobytes()
PNG = cv2.imencode(".png", IMAGE)[1].tobytes()
EIGHT_MB = 8 * 1024 * 1024


def form(data: bytes, field: str = "image", name: str = "me.jpg") -> dict[str, Any]:
    """A form with a file, made here since Flask's test client would put a large one on the disk."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return {
        "data": head.encode() + data + b"\r\n--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    }


@pytest.mark.parametrize("data", [JPEG, PNG], ids=["jpeg", "png"])
@pytest.mark.parametrize(
    "kind",
    ["image/jpeg", "image/png", "application/octet-stream", "application/x-www-form-urlencoded"],
)
def test_a_body_is_classified(client: FlaskClient, kiosk: Any, data: bytes, kind: str) -> None:
    answer = client.post(PATH, data=data, content_type=kind)
    assert answer.status_code == 200
    assert answer.json == schemas.Faces.of(kiosk.classify(IMAGE)).to_dict()
    assert content(answer)["faces"][0]["emotion"] == "happy"
    assert kiosk.classified[0] == (48, 64, 3)


@pytest.mark.parametrize("field", ["image", "file"])
def test_a_form_is_classified(client: FlaskClient, field: str) -> None:
    answer = client.post(PATH, **form(PNG, field))
    assert answer.status_code == 200
    assert content(answer)["width"] == 64


def test_a_turned_picture_is_set_upright(client: FlaskClient, kiosk: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    client.post(PATH, data=encode(Image.fromarray(IMAGE), "JPEG", exif=exif))
    assert kiosk.classified == [(64, 48, 3)]


def test_16_bit_and_cmyk_are_worked_on(client: FlaskClient) -> None:
    deep = cv2.imencode(".png", IMAGE.astype(np.uint16) * 257)[1].tobytes()
    for data in (deep, encode(Image.fromarray(IMAGE).convert("CMYK"), "JPEG")):
        assert client.post(PATH, data=data).status_code == 200


GREY = Image.new("L", (32, 32))
BAD = {
    "empty": (b"", "picture: empty file"),
    "text": (b"hello", "picture: not a JPEG or PNG picture"),
    "json": (b'{"image": "x"}', "picture: not a JPEG or PNG picture"),
    "webp": (encode(GREY, "WEBP"), "picture: not a JPEG or PNG picture"),
    "gif": (encode(GREY, "GIF"), "picture: not a JPEG or PNG picture"),
    "truncated jpeg": (JPEG[:-100], "picture: truncated or damaged: "),
    "truncated png": (PNG[:-30], "picture: truncated or damaged: "),
    "1x1": (encode(Image.new("L", (1, 1)), "PNG"), "picture: 1 x 1 pixels: too small to hold"),
    "12000x12000": (
        encode(Image.new("1", (12000, 12000)), "PNG"),
        "picture: 12000 x 12000 pixels: more than 50 megapixels",
    ),
    "animated": (
        encode(GREY, "PNG", save_all=True, append_images=[Image.new("L", (32, 32), 9)] * 3),
        "picture: animated with 4 frames: give one picture, or a video file",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_pictures_are_refused_with_the_reason(
    client: FlaskClient, kiosk: Any, kind: str
) -> None:
    data, reason = BAD[kind]
    answer = client.post(PATH, data=data)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert content(answer)["detail"].startswith(reason)
    assert not kiosk.classified


def test_a_form_names_its_file_in_the_reason(client: FlaskClient) -> None:
    answer = client.post(PATH, **form(b"text"))
    assert answer.status_code == 400
    assert content(answer)["detail"] == "me.jpg: not a JPEG or PNG picture"


@pytest.mark.parametrize("fields", [{}, {"other": (io.BytesIO(PNG), "a")}, {"image": "text"}])
def test_a_form_without_a_file(client: FlaskClient, fields: dict[str, Any]) -> None:
    answer = client.post(PATH, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert content(answer)["detail"] == "form: no file in a field named image or file"


def test_a_broken_form(client: FlaskClient) -> None:
    answer = client.post(PATH, data=b"--x\r\njunk", content_type="multipart/form-data; boundary=y")
    assert answer.status_code == 400
    assert content(answer)["detail"]


@pytest.mark.parametrize("as_form", [False, True])
def test_more_than_8_mb_is_too_large(client: FlaskClient, as_form: bool) -> None:
    data = bytes(EIGHT_MB + 1)
    answer = client.post(PATH, **(form(data) if as_form else {"data": data}))
    assert (answer.status_code, content(answer)["detail"]) == (413, "larger than 8 MB")


def test_8_mb_are_not_too_large(client: FlaskClient) -> None:
    """A JPEG followed by padding is still a JPEG."""
    assert client.post(PATH, data=JPEG.ljust(EIGHT_MB, b"\0")).status_code == 200


def test_a_worker_that_cannot_respond(client: FlaskClient, kiosk: Any, unable: Exception) -> None:
    kiosk.fault = unable
    answer = client.post(PATH, data=PNG)
    assert (answer.status_code, content(answer)["detail"]) == (503, str(unable))
    assert int(answer.headers["Retry-After"]) > 0


def test_uploads_never_touch_the_disk(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        pytest.fail("a picture went to a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    large = JPEG.ljust(5_000_000, b"\0")
    assert client.post(PATH, **form(large)).status_code == 200


def test_too_many_pictures_at_once(client: FlaskClient, kiosk: Any, app: Any) -> None:
    kiosk.delay = 0.5
    owner = {"headers": {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}}

    def send(address: str) -> None:
        here = {"REMOTE_ADDR": address}
        app.test_client().post(PATH, data=PNG, environ_overrides=here, **owner)

    others = [threading.Thread(target=send, args=[f"192.0.2.{one}"]) for one in range(UPLOADS)]
    for other in others:
        other.start()
    until(lambda: len(kiosk.classified) == UPLOADS)
    answer = client.post(PATH, data=PNG)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    for other in others:
        other.join()
    kiosk.delay = 0.0
    assert client.post(PATH, data=PNG).status_code == 200
