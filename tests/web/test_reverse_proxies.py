"""The examples in docs/WEB.md, with the real programs in front of the page."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from device.config.network import WebConfig
from device.web import AuthService, Server, create_app
from device.web.auth.rate_limit import PER_ADDRESS
from device.web.context import context_of
from tests.support import proxies
from tests.support.authority import Authority
from tests.support.browsers import TIMEOUT_MS, sync_api
from tests.support.connections import host_and_port
from tests.support.kiosks import free_port
from tests.support.waiting import until
from tests.web.test_streams import next_event, next_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser

    from device.control.status import Status
    from tests.web.conftest import Kiosk


class Outside:
    """What a browser sees of the kiosk: HTTPS, at /kiosk."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.port, self._context = port, context
        self._opened: list[http.client.HTTPSConnection] = []

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", /, **headers: str
    ) -> http.client.HTTPResponse:
        """Return a response; keywords are names of headers."""
        one = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self._context)
        self._opened.append(one)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        one.request(method, f"/kiosk{path}", body or None, fields)
        return one.getresponse()

    def close(self) -> None:
        for one in self._opened:
            one.close()


@pytest.fixture
def app(kiosk: Kiosk, auth: AuthService) -> Flask:
    return create_app(kiosk.services(), auth, WebConfig(trusted_proxies=["127.0.0.1"]))


@pytest.fixture(params=["nginx", "caddy"])
def outside(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Outside]:
    authority, port = Authority(tmp_path), free_port()
    certificate, key = map(str, authority.issue("localhost"))
    upstream = f"127.0.0.1:{host_and_port(server)[1]}"
    if request.param == "nginx":
        text = proxies.example("nginx").replace("listen 443", f"listen {port}")
        text = text.replace("/etc/ssl/mood.pem", certificate).replace("/etc/ssl/mood-key.pem", key)
        name = "localhost"
    else:
        text, name = proxies.example("caddyfile"), f"https://localhost:{port}"
        text = text.replace("{\n", f"{{\n    tls {certificate} {key}\n", 1)
    text = text.replace("mood.example.org", name).replace("127.0.0.1:8080", upstream)
    run = {"nginx": proxies.nginx, "caddy": proxies.caddy}[request.param]
    with run(tmp_path, text):
        proxies.await_port(port)
        one = Outside(port, ssl.create_default_context(cafile=str(authority.file)))
        yield one
        one.close()


def test_pages_and_what_they_load_are_there(outside: Outside) -> None:
    page = outside.ask("/").read().decode()
    paths = set(re.findall(r'(?:href|src)="([^"#]+)"', page))
    assert len(paths) > 5
    for path in paths:
        assert path.startswith("/kiosk/")
        assert outside.ask(path.removeprefix("/kiosk")).status in (200, 401), path


def test_its_cookies_and_redirects_stay_at_its_path(outside: Outside, auth: AuthService) -> None:
    page = {"X_Moodlift": "page", "Origin": f"https://localhost:{outside.port}"}
    token = json.dumps({"token": auth.sessions.token}).encode()
    kind = {"Content_Type": "application/json"}
    response = outside.ask("/api/v1/login", "POST", token, **page, **kind)
    assert response.status == 200
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"moodlift-{outside.port}=")
    assert "; Path=/kiosk" in cookie
    assert "; Secure" in cookie
    session = cookie.partition(";")[0]
    assert outside.ask("/settings", Cookie=session).status == 200
    foreign = {**page, "Origin": "https://evil.example", "Cookie": session}
    assert outside.ask("/api/v1/logout", "POST", **foreign).status == 403
    code = auth.pairing.show()
    response = outside.ask(f"/pair/{code}", "POST", Origin=page["Origin"])
    assert (response.status, response.headers["Location"]) == (303, "/kiosk/")


def test_streams_come_at_once(
    outside: Outside, kiosk: Any, token: str, make_status: Callable[..., Status]
) -> None:
    events = outside.ask("/api/v1/events")
    assert next_event(events)["mood"]["emotion"] == "happy"
    kiosk.status.publish(make_status("sad"))
    assert next_event(events)["mood"]["emotion"] == "sad"
    with kiosk.filming():
        response = outside.ask("/video_feed", Authorization=f"Bearer {token}")
        assert next_picture(response).startswith(b"\xff\xd8")


def test_a_picture_is_classified(outside: Outside, token: str, png: bytes) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    response = outside.ask("/api/v1/classify", "POST", png.ljust(1_000_000, b"\0"), **bearer)
    assert response.status == 200
    nobody = outside.ask("/api/v1/classify", "POST", png.ljust(1_000_000, b"\0"))
    assert nobody.status == 401


def test_a_client_cannot_say_that_it_is_another(outside: Outside) -> None:
    codes = [
        outside.ask("/settings", Authorization="Bearer x", X_Forwarded_For=f"192.0.2.{one}").status
        for one in range(PER_ADDRESS + 1)
    ]
    assert codes == [401] * PER_ADDRESS + [429]


def test_who_hangs_up_frees_the_place(outside: Outside, app: Flask) -> None:
    followers = context_of(app).followers
    outside.ask("/api/v1/events").readline()
    assert followers.used == 1
    outside.close()
    until(lambda: followers.used == 0)


@pytest.mark.slow
@pytest.mark.parametrize("outside", ["nginx"], indirect=True)
def test_a_browser_finds_everything_at_its_path(
    outside: Outside,
    browser: Browser,
    kiosk: Any,
    auth: AuthService,
    make_status: Callable[..., Status],
) -> None:
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(TIMEOUT_MS)
    page, asked, complaints = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append((message.type, message.text)))
    address, expect = f"https://localhost:{outside.port}/kiosk/", sync_api.expect
    page.goto(f"{address}login")
    page.get_by_label("Or paste the kiosk's token").fill(auth.sessions.token)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#mood")).to_have_text("Looks happy")
    kiosk.status.publish(make_status("sad"))
    expect(page.locator("#mood")).to_have_text("Looks a little down")
    page.get_by_role("button", name="Mute").click()
    until(lambda: [one for one in kiosk.commands.drain() if one.muted])
    with kiosk.filming():
        page.get_by_role("link", name="Camera", exact=True).click()
        page.wait_for_function("() => document.getElementById('picture')?.naturalWidth > 0")
    for name in ("History", "Model health", "Feedback", "Settings", "Try it"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
    page.wait_for_load_state()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert [text for kind, text in complaints if kind in ("error", "warning")] == []
    context.close()
