"""The model's figures on the owner's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema
import pytest

from device.messages import Feedback
from device.web.openapi.document import document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from device.control.status import Status
    from tests.web.conftest import Kiosk

CALL = "/api/v1/model-health"


def test_a_new_kiosk_says_that_it_is_too_early(client: FlaskClient) -> None:
    page = client.get("/model-health").text
    assert "Not enough data yet" in page
    assert "<svg" not in page


@pytest.mark.usefixtures("drifted")
def test_what_has_drifted_is_reported_drawn_and_taken_as_the_baseline(client: FlaskClient) -> None:
    page = client.get("/model-health").text
    assert "Faces are darker than in the first days, since Sunday: clean the lens" in page
    assert page.count('<polyline class="shifted"') == 1
    assert page.count('<polyline class="steady"') == 9
    assert page.count("<circle") == 10 * 12
    told = client.post(f"{CALL}/baseline").json
    assert told is not None
    assert told["findings"] == []
    assert "Not enough data yet" in client.get("/model-health").text


@pytest.mark.usefixtures("drifted")
def test_the_model_s_own_figures_are_those_of_the_one_that_serves(
    client: FlaskClient, kiosk: Kiosk, make_status: Callable[..., Status]
) -> None:
    for model, told in (("0.4.0", True), ("0.5.0", False)):
        kiosk.status.publish(make_status(model=model))
        answer = client.get(CALL).json
        assert answer is not None
        assert ("confidence" in {one["name"] for one in answer["findings"]}) is told
        assert ("Expressions</h2>" in client.get("/model-health").text) is told


@pytest.mark.usefixtures("drifted")
def test_programs_get_what_the_description_says(
    app: Flask, client: FlaskClient, kiosk: Kiosk
) -> None:
    kiosk.feedback.count(Feedback("happy", "happy")).result(5)
    kiosk.feedback.count(Feedback("happy", "sad")).result(5)
    told = client.get(CALL).json
    assert told is not None
    schema = {"$ref": "#/components/schemas/ModelHealth", **document(app)}
    jsonschema.validate(told, schema)
    assert [one["day"] for one in told["days"]] == list(range(20_400, 20_412))
    (answers,) = told["answers"]
    assert (answers["agreeing"], answers["answers"]) == (1, 2)
    page = client.get("/model-health").text
    assert "Answers that agree" in page
    assert "50.0 % of 2, 95 % interval 9 to 91 %" in page
    shifted = [one["name"] for one in told["findings"] if one["shifted"]]
    assert shifted == ["brightness"]


def test_nobody_else_sees_it(nobody: FlaskClient) -> None:
    assert nobody.get(CALL).status_code == 401
    assert nobody.post(f"{CALL}/baseline").status_code == 401


def test_a_disk_that_cannot_be_written_is_reported(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(exist_ok=True)
    (tmp_path / "kept" / "drift").write_text("in the way")
    answer = client.post(f"{CALL}/baseline")
    assert answer.status_code == 503
    assert "the baseline cannot be saved" in answer.text
