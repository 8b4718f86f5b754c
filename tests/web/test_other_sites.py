"""Pages of other sites: what they may do here, if they are listed, and if they are not."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

from device.config.network import WebConfig
from device.web import AuthService, Server, create_app
from device.web.routes.auth import HEADER
from tests.support.browsers import TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser

    from tests.web.conftest import Kiosk


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://kiosk", "202"), ("https://mood.example.org:8443", "202"),
        ("http://kiosk:9", "202"),
        ("https://panel.example.org", "202"), ("http://panel.example.org", "403"),
        ("https://panel.example.org:8443", "403"), ("https://evil.example", "403"), ("null", "403"),
        ("https://kiosk.evil.example", "403"), ("https://evil.example/kiosk", "403"),
    ],
)  # fmt: skip
def test_an_origin_is_compared_with_the_trusted_names(
    kiosk: Kiosk, origin: str, status: str
) -> None:
    """A proxy may well send another Host than the browser did."""
    auth = AuthService.create(None, ("kiosk", "mood.example.org"))
    config = WebConfig(cors_origins=["https://panel.example.org"])
    client = create_app(kiosk.services(), auth, config).test_client()
    headers = {"Authorization": f"Bearer {auth.sessions.token}", "Origin": origin, HEADER: "page"}
    answer = client.post("/api/v1/commands", json={"muted": True}, headers=headers)
    assert str(answer.status_code) == status


@pytest.mark.parametrize(("origin", "status"), [("http://kiosk:8080", 202), ("http://kiosk", 403)])
def test_a_page_on_another_port_is_another_site(
    app: Flask, token: str, origin: str, status: int
) -> None:
    """It cannot send the header, as our answer to its browser's question does not allow it."""
    client, here = app.test_client(), {"base_url": "http://kiosk:8080"}
    headers = {"Authorization": f"Bearer {token}", "Origin": origin}
    answer = client.post("/api/v1/commands", json={"muted": True}, headers=headers, **here)
    assert answer.status_code == status
    question = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = client.options("/api/v1/login", headers=question, **here)
    assert "Access-Control-Allow-Headers" not in answer.headers


PANEL = "https://panel.example.org"


def test_a_listed_site_may_call_the_api(kiosk: Kiosk, auth: AuthService) -> None:
    config = WebConfig(cors_origins=[PANEL])
    client = create_app(kiosk.services(), auth, config).test_client()
    question = {
        "Origin": PANEL, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }  # fmt: skip
    answer = client.options("/api/v1/commands", headers=question)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == PANEL
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "x-moodlift"))
    for path, code in (("/api/v1/status", 200), ("/api/v1/settings", 401), ("/api/v1/no", 404)):
        answer = client.get(path, headers={"Origin": PANEL})
        assert answer.status_code == code
        assert answer.headers["Access-Control-Allow-Origin"] == PANEL
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
    assert "Origin" in client.get("/api/v1/status").headers["Vary"]
    bearer = {"Authorization": f"Bearer {auth.sessions.token}", "Origin": PANEL}
    answer = client.post("/api/v1/commands", json={"muted": True}, headers=bearer)
    assert answer.status_code == 202


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{PANEL}.evil.example", ""])
@pytest.mark.parametrize("listed", [[], [PANEL]])
def test_no_other_site_may(kiosk: Kiosk, auth: AuthService, origin: str, listed: list[str]) -> None:
    client = create_app(kiosk.services(), auth, WebConfig(cors_origins=listed)).test_client()
    question = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert client.options("/api/v1/commands", headers=question).status_code == 401
    for answer in (
        client.options("/api/v1/status", headers=question),
        client.get("/api/v1/status", headers={"Origin": origin}),
    ):
        assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]


def test_only_listed_sites_may_frame_the_page(kiosk: Kiosk, auth: AuthService) -> None:
    listed = [PANEL, "http://homeassistant.local:8123"]
    for ancestors, expected in (([], "'none'"), (listed, " ".join(listed))):
        config = WebConfig(frame_ancestors=ancestors)
        client = create_app(kiosk.services(), auth, config).test_client()
        for path in ("/", "/nowhere"):
            policy = client.get(path).headers["Content-Security-Policy"]
            assert f"frame-ancestors {expected};" in policy


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve an empty page on this machine under another name; return its origin."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    (tmp_path / "index.html").write_text("<!doctype html><title>Panel</title>", "ascii")
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


CALL = """async ([address, token]) => {
  const headers = {"Authorization": `Bearer ${token}`, "Content-Type": "application/json"};
  const options = {method: "POST", headers, body: JSON.stringify({muted: true})};
  const answer = await fetch(`${address}api/v1/commands`, options).catch(() => null);
  return answer && answer.status;
}"""
FRAME = """(address) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = () => done();
  frame.src = address;
  document.body.append(frame);
})"""


@pytest.mark.slow
@pytest.mark.parametrize("is_listed", [True, False])
def test_browsers_let_a_listed_site_call_and_frame(
    browser: Browser, kiosk: Kiosk, auth: AuthService, site: str, is_listed: bool
) -> None:
    listed = [site] if is_listed else []
    config = WebConfig(cors_origins=listed, frame_ancestors=listed)
    server = Server(create_app(kiosk.services(), auth, config), "127.0.0.1", 0)
    server.start()
    page = browser.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(site)
    status = page.evaluate(CALL, [server.address, auth.sessions.token])
    assert status == (202 if is_listed else None)
    assert [one.muted for one in kiosk.commands.drain()] == [True] * is_listed
    page.evaluate(FRAME, server.address)
    heading = page.frames[1].locator("#mood")
    assert heading.count() == is_listed
    page.close()
    server.stop()
