"""Bodies that are no JSON, or other JSON than a route wants, are refused; none breaks the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.web.auth.rate_limit import RateLimiter
from device.web.problems import MIMETYPE
from tests.support.answers import content
from tests.web.test_auth import BODY, JSON

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from device.web import AuthService

METHODS = {"/api/v1/settings": "PATCH"}
NO_JSON = {
    "brackets": b"[" * 50_000,
    "nested lists": b"[" * 30_000 + b"]" * 30_000,
    "nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a deep value": b'{"token":' + b"[" * 900 + b"]" * 900 + b"}",
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "a word": b"token",
    "two values": b"{}{}",
    "NaN": b'{"volume": NaN, "token": "x"}',
    "infinity": b'{"volume": -Infinity}',
    "a number that is too large": b'{"volume": 1e999, "stage.fps": 1e999, "token": 1e999}',
    "a long integer": b'{"volume": ' + b"9" * 400 + b', "stage.fps": ' + b"9" * 400 + b"}",
    "a longer integer": b'{"volume": ' + b"9" * 5000 + b"}",
    "half a character": rb'{"token": "\ud800", "source": "\udfff", "stage.face": "\ud800"}',
    "half a character as a key": rb'{"\ud800": 1}',
    "no UTF-8": b'{"token": "\xff"}',
    "UTF-16": '{"muted": true}'.encode("utf-16"),
    "a byte-order mark": b'\xef\xbb\xbf{"muted": true}',
    "a NUL": b'{"token": "\x00"}',
    "an unknown key": b'{"__class__": {"__init__": 1}}',
    "a key twice": b'{"muted": true, "muted": false}',
}


@pytest.mark.parametrize("path", BODY)
@pytest.mark.parametrize("kind", NO_JSON)
def test_what_is_no_json_of_the_right_shape_is_a_400(
    client: FlaskClient, auth: AuthService, path: str, kind: str
) -> None:
    auth.rate_limiter = RateLimiter()
    method = METHODS.get(path, "POST")
    answer = client.open(path, method=method, data=NO_JSON[kind], headers=JSON)
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE), answer.text
    assert content(answer)["detail"]


@pytest.mark.parametrize("kind", NO_JSON)
def test_nobody_gets_more_than_a_400(nobody: FlaskClient, kind: str) -> None:
    assert nobody.post("/api/v1/login", data=NO_JSON[kind], headers=JSON).status_code == 400


def test_a_key_that_occurs_twice_is_named(client: FlaskClient) -> None:
    body = b'{"paused": true, "muted": true, "muted": false}'
    answer = client.post("/api/v1/commands", data=body, headers=JSON)
    assert content(answer)["detail"] == "body: 'muted' occurs twice"


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_json_must_be_called_json(client: FlaskClient, kind: str) -> None:
    answer = client.post("/api/v1/commands", data=b'{"muted": true}', content_type=kind)
    assert content(answer)["detail"] == "body: should be a JSON object"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-99", "application/merge+json"])
def test_json_is_utf_8_whatever_its_type_says(client: FlaskClient, kind: str) -> None:
    answer = client.post("/api/v1/commands", data=b'{"muted": true}', content_type=kind)
    assert answer.status_code == 202


@pytest.mark.parametrize("path", BODY)
def test_json_may_have_64_kb(client: FlaskClient, path: str) -> None:
    method, spaces = METHODS.get(path, "POST"), b" " * 64 * 1024
    assert client.open(path, method=method, data=spaces, headers=JSON).status_code == 400
    answer = client.open(path, method=method, data=spaces + b" ", headers=JSON)
    assert (answer.status_code, content(answer)["detail"]) == (413, "larger than 64 KB")
