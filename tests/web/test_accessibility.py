"""The pages on a phone, for screen readers, and in both colour schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from device.messages import Health, Level
from device.web.context import context_of
from device.web.server.tls import OwnCertificates
from tests.support.browsers import DESKTOP, PHONE, sync_api
from tests.support.visits import CONTRAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from device.control.status import Status

pytestmark = pytest.mark.slow


PATHS = (
    "/", "/camera_feed", "/history", "/feedback", "/model-health", "/try", "/settings", "/models",
    "/api", "/login", "/nowhere", "/pair/code", "/visit/code",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_needs_no_sideways_scrolling(
    visit: Any, kiosk: Any, make_status: Callable[..., Status], path: str
) -> None:
    long = "a_very_long_name_without_any_space_" * 4
    health = (Health(long, Level.FAILED, long, 0.0),)
    kiosk.status.publish(make_status(health=health, music=long, camera=long, model=long))
    page = visit(viewport=PHONE, is_mobile=True).open(path)
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", PATHS)
def test_everybody_can_use_the_pages(visit: Any, scheme: str, path: str) -> None:
    """What axe-core can tell of WCAG 2.2 A and AA, and of good practice.

    WCAG 2.1 AA asks for a contrast of 4.5; gradients are taken at the card's own colour.
    """
    page = visit(color_scheme=scheme, viewport=PHONE).open(path)
    page.wait_for_timeout(300)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size(DESKTOP)
    assert page.evaluate(CONTRAST) == []


def test_everybody_can_use_the_settings_while_much_is_reported(visit: Any, scheme: str) -> None:
    page = visit(color_scheme=scheme, viewport=PHONE).open("/settings")
    page.get_by_role("switch", name="Mirror the stage").check()
    page.get_by_label("Pictures a second").fill("500")
    page.get_by_role("button", name="Look for cameras").click()
    page.get_by_role("button", name="Look through it: Good").click()
    sync_api.expect(page.locator("#picture")).to_be_visible()
    sync_api.expect(page.locator("[id='stage.fps-wrong']")).to_contain_text("less than")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_everybody_can_have_a_phone_trust_the_certificate(
    visit: Any, app: Flask, scheme: str
) -> None:
    context_of(app).certificate = OwnCertificates(None, ["kiosk"], "127.0.0.1")
    page = visit(owner=False, color_scheme=scheme, viewport=PHONE).open("/certificate")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(DESKTOP)
    assert page.evaluate(CONTRAST) == []
