"""The models, as programs ask for them and as the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.deployment.models import STATES, Models
from device.errors import OutputError
from device.models.archive import LARGEST
from device.web.problems import MIMETYPE
from device.web.text import MODEL_LEVELS
from tests.support.answers import content
from tests.support.bundles import OTHER_KEY, SHIPPED, archive, files, trust

if TYPE_CHECKING:
    from flask.testing import FlaskClient

CALL = "/api/v1/models"
NOW = SHIPPED.name.removeprefix("emotion-")


def told(client: FlaskClient) -> list[tuple[str, str]]:
    return [(one["version"], one["state"]) for one in content(client.get(CALL))["models"]]


def test_every_state_has_its_colour() -> None:
    assert tuple(MODEL_LEVELS) == STATES


def test_a_model_is_installed_used_and_taken_back(client: FlaskClient) -> None:
    key = trust()
    assert told(client) == [(NOW, "in use")]
    answer = client.post(CALL, data=archive(files("9.0.0")))
    assert (answer.status_code, answer.json) == (201, client.get(CALL).json)
    assert content(answer)["previous"] == NOW
    first = content(answer)["models"][0]
    assert first.pop("accuracy") == pytest.approx(0.7, abs=0.2)
    assert first.pop("date")
    assert first == {
        "version": "9.0.0", "state": "on trial", "message": "", "installed": True, "signed_by": key,
    }  # fmt: skip
    answer = client.post(f"{CALL}/rollback")
    assert (answer.status_code, content(answer)["previous"]) == (200, "")
    assert told(client) == [(NOW, "in use"), ("9.0.0", "ready")]
    assert client.post(f"{CALL}/use", json={"version": "9.0.0"}).status_code == 200
    assert told(client) == [("9.0.0", "on trial"), (NOW, "last good")]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", 400, "not a model archive: not a zip file"),
        (archive(files(), None), 400, "not signed; this kiosk requires a signature"),
        (archive(files(), OTHER_KEY), 400, "which this kiosk does not trust"),
        (archive(files(schema=0)), 400, "manifest.json: schema is 0, this device needs 1"),
        (archive(files(NOW, date="other")), 409, f"there is a model {NOW} already"),
        (bytes(LARGEST + 1), 413, "larger than 8 MB"),
    ],
)
def test_what_is_refused_is_reported_in_words(
    client: FlaskClient, data: bytes, code: int, words: str
) -> None:
    trust()
    answer = client.post(CALL, data=data)
    assert (answer.status_code, answer.mimetype) == (code, MIMETYPE)
    assert words in content(answer)["detail"]
    assert told(client) == [(NOW, "in use")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "body: should be a JSON object"),
        (b"[]", "body: should be a JSON object"),
        (b"{}", "version: missing"),
        (b'{"version": 3}', "version = 3: input should be a valid string"),
        (b"\xff", "body: should be a JSON object"),
    ],
)
def test_what_is_no_choice_is_reported(client: FlaskClient, body: bytes, reason: str) -> None:
    answer = client.post(f"{CALL}/use", data=body, content_type="application/json")
    assert (answer.status_code, content(answer)["detail"]) == (400, reason)


def test_there_may_be_nothing_to_go_back_to(client: FlaskClient) -> None:
    answer = client.post(f"{CALL}/rollback")
    assert (answer.status_code, content(answer)["detail"]) == (409, "there is no previous model")
    answer = client.post(f"{CALL}/use", json={"version": "<b>"})
    assert (answer.status_code, content(answer)["detail"]) == (
        409, f"no model <b> (available: {NOW})",
    )  # fmt: skip


def test_a_disk_that_cannot_be_written_is_reported(client: FlaskClient, kiosk: Any) -> None:
    def full(data: bytes) -> None:
        raise OutputError("models: No space left on device")

    kiosk.models.install = full
    answer = client.post(CALL, data=b"x")
    assert (answer.status_code, content(answer)["detail"]) == (
        503,
        "models: No space left on device",
    )


def test_the_page_tells_why_a_model_was_given_up(client: FlaskClient, kiosk: Any) -> None:
    trust()
    client.post(CALL, data=archive(files("9.0.0")))
    text = client.get("/models").text
    assert f"Go back to {NOW}" in text
    assert "Came with Moodlift." in text
    kiosk.models.reject("9.0.0", "it was <slow>")
    text = client.get("/models").text
    assert "it was &lt;slow&gt;" in text
    assert "Go back to" not in text
    assert 'data-version="9.0.0"' in text


def test_where_the_configuration_chooses_the_page_says_so(client: FlaskClient, app: Any) -> None:
    from device.web.context import context_of

    vars(context_of(app).services)["models"] = Models(configured="/models/mine")
    text = client.get("/models").text
    assert "<code>/models/mine</code>" in text
    assert "<button class=" not in text
    answer = client.post(CALL, data=archive(files("9.0.0")))
    assert answer.status_code == 409
    assert "vision.model is /models/mine" in content(answer)["detail"]
