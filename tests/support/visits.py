"""Pages that are opened in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from device.web.routes.auth import SESSION_COOKIE
from tests.support.browsers import TIMEOUT_MS, launch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright._impl._api_structures import SetCookieParam
    from playwright.sync_api import Browser, Page

    from device.web import AuthService, Server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


class Visit:
    """A page, and what the browser complained of or asked elsewhere."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(self.address):
            self.elsewhere.append(request.url)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.address + path.removeprefix("/"), wait_until="domcontentloaded")
        return self.page


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(browser: Browser, server: Server, auth: AuthService) -> Iterator[Callable[..., Visit]]:
    """Opens pages as the owner, or as somebody who was not let in."""
    contexts = []

    def make(owner: bool = True, **options: Any) -> Visit:
        context = browser.new_context(**options)
        context.set_default_timeout(TIMEOUT_MS)
        if owner:
            session: SetCookieParam = {
                "name": SESSION_COOKIE.format(port=urlsplit(server.address).port),
                "value": auth.sessions.open_session(),
                "url": server.address,
            }
            context.add_cookies([session])
        contexts.append(context)
        return Visit(context.new_page(), server.address)

    yield make
    for context in contexts:
        context.close()


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgb(getComputedStyle(document.body).backgroundColor);
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.offsetParent) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push(`${e.className || e.tagName}: ${contrast.toFixed(2)}`);
  }
  return poor;
}"""
"""Returns the elements whose text has a contrast below 4.5 to 1."""
