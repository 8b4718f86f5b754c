"""The settings and the devices, as programs ask for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from device.config.editable import EDITABLE
from device.messages import Health, Level
from device.web.problems import MIMETYPE
from tests.support.answers import content

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from device.control.status import Status

CALL = "/api/v1/settings"


def test_the_page_has_every_editable_key_with_its_title_and_limits(client: FlaskClient) -> None:
    text = client.get("/settings").text
    assert re.findall(r'data-key="([^"]+)"', text) == list(EDITABLE)
    assert '<label for="stage.fps">Pictures a second</label>' in text
    assert '<p class="faint" id="stage.fps-hint">5 to 120 pictures.</p>' in text
    assert "Local time, such as 22:00-07:30. Empty: never.</p>" in text


def test_settings_are_reported_and_changed(client: FlaskClient, kiosk: Any) -> None:
    told = content(client.get(CALL))
    assert told["pending"] is False
    assert told["settings"].keys() == set(EDITABLE)
    assert told["settings"]["sound.volume"] == {
        "value": 0.5, "default": 0.5, "previous": None, "pending": False,
    }  # fmt: skip
    answer = client.patch(CALL, json={"sound.volume": 0.3, "stage.face": "emoji"})
    assert (answer.status_code, answer.json) == (200, client.get(CALL).json)
    assert content(answer)["pending"] is True
    assert content(answer)["settings"]["sound.volume"] == {
        "value": 0.3, "default": 0.5, "previous": 0.5, "pending": True,
    }  # fmt: skip
    answer = client.delete(CALL)
    assert answer.json == told
    assert kiosk.settings.path.with_name("settings.toml.aside").exists()


def test_wrong_values_are_reported_at_their_keys(client: FlaskClient, kiosk: Any) -> None:
    answer = client.patch(CALL, json={"stage.fps": 500, "stage.mirror": 1, "history.days": 5})
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    wrong = {
        "stage.fps": "settings: stage.fps = 500: input should be less than or equal to 120",
        "stage.mirror": "settings: stage.mirror = 1: input should be a valid boolean",
    }
    assert content(answer)["errors"] == wrong
    assert sorted(content(answer)["detail"].splitlines()) == sorted(wrong.values())
    assert not kiosk.settings.path.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b"\xff"])
def test_what_are_no_changes_is_reported(client: FlaskClient, body: bytes) -> None:
    answer = client.patch(CALL, data=body, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    assert content(answer)["detail"] == "body: should be a JSON object"
    assert client.patch(CALL, json={}).status_code == 400


def test_a_broken_file_is_reported_by_its_line_and_left(client: FlaskClient, kiosk: Any) -> None:
    file = kiosk.settings.path.parents[2] / "config.toml"
    file.write_text("[stage]\nfps = 0\n", "utf-8")
    for answer in (client.get(CALL), client.patch(CALL, json={"stage.fps": 20})):
        assert (answer.status_code, answer.mimetype) == (409, MIMETYPE)
        assert "config.toml:2: stage.fps = 0" in content(answer)["detail"]
    page = client.get("/settings")
    assert page.status_code == 409
    assert "config.toml:2: stage.fps = 0" in page.text
    assert "Put it aside" not in page.text
    assert file.read_text("utf-8") == "[stage]\nfps = 0\n"


def test_settings_that_cannot_be_kept_are_reported(client: FlaskClient, kiosk: Any) -> None:
    kiosk.settings.path.parent.parent.touch()
    answer = client.patch(CALL, json={"stage.fps": 20})
    assert (answer.status_code, answer.mimetype) == (503, MIMETYPE)
    assert content(answer)["detail"].endswith("settings.toml: Not a directory")
    assert client.delete(CALL).status_code == 503


def test_the_page_shows_what_holds_and_what_may_be(client: FlaskClient, kiosk: Any) -> None:
    kiosk.settings.change({"stage.rotate": 90, "sound.device": '"><b>'})
    text = client.get("/settings").text
    assert "<option selected>90</option>" in text
    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert 'type="number" value="30" min="5" max="120" step="1"' in text
    assert " style=" not in text


def test_a_camera_is_tried(client: FlaskClient) -> None:
    assert content(client.get("/api/v1/cameras"))[:2] == [
        {"value": "picamera2", "name": "Pi camera", "in_use": True},
        {"value": "usb:Good", "name": "Good (/dev/video0)", "in_use": False},
    ]
    answer = client.post("/api/v1/cameras/picture", json={"source": "usb:Good"})
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    answer = client.post("/api/v1/cameras/picture", json={"source": "usb:Bad"})
    assert (answer.status_code, content(answer)["detail"]) == (409, "usb:Bad: not connected")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "body: should be a JSON object"),
        ([], "body: should be a JSON object"),
        ({}, "source: missing"),
        ({"source": 3}, "source = 3: input should be a valid string"),
        ({"source": "webcam"}, "device: camera.source = "),
    ],
)
def test_what_is_no_camera_is_not_tried(
    client: FlaskClient, kiosk: Any, body: Any, reason: str
) -> None:
    answer = client.post("/api/v1/cameras/picture", json=body)
    assert answer.status_code == 400
    assert content(answer)["detail"].startswith(reason)
    assert kiosk.probe.tried == []


def test_the_kiosk_s_own_sound_device_is_tried_by_the_kiosk(
    client: FlaskClient, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    def chime() -> tuple[int, str]:
        answer = client.post("/api/v1/speakers/chime", json={"device": ""})
        return answer.status_code, content(answer).get("detail") or content(answer)["message"]

    assert chime() == (200, "The kiosk plays it now on plays on the HDMI output.")
    assert [order.chime for order in kiosk.commands.drain()] == [True]
    kiosk.status.publish(make_status(health=(Health("sound", Level.DEGRADED, "it is gone", 0.0),)))
    assert chime() == (409, "it is gone")
    kiosk.status.publish(make_status(health=()))
    assert chime() == (409, "the kiosk is starting; try again")
    answer = client.post("/api/v1/speakers/chime", json={"device": "Bad"})
    assert (answer.status_code, content(answer)["detail"]) == (
        409,
        "Bad cannot be opened: it is busy",
    )
    assert list(kiosk.commands.drain()) == []
