"""Many pages in one browser, which opens at most six connections to a kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.web.context import context_of
from tests.support.browsers import sync_api
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from device.control.status import Status

pytestmark = pytest.mark.slow

TABS = 8
FRONT = 2
"""Pages that hold connections: see `front.js`."""
BACKGROUND = "Object.defineProperty(document, 'hidden', {value: true, writable: true})"
TO_FRONT = "document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))"
CLICK = "window.dispatchEvent(new Event('focus'))"
"""Playwright's pages are all shown, and none has the focus of the others."""

FORBIDDEN = "globalThis.BroadcastChannel = function () { throw new DOMException('no'); }"


@pytest.fixture
def tabs(visit: Any) -> Callable[..., list[Page]]:
    """Opens pages in one browser."""

    def open_all(path: str = "", background: bool = False) -> list[Page]:
        one = visit()
        context = one.page.context
        if background:
            context.add_init_script(BACKGROUND)
        pages = [one.page, *(context.new_page() for _ in range(TABS - 1))]
        for page in pages:
            page.goto(one.address + path, wait_until="load")
        return pages

    return open_all


def test_every_window_shows_the_mood(
    tabs: Any, app: Flask, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    pages = tabs()
    kiosk.status.publish(make_status("sad"))
    for page in pages:
        sync_api.expect(page.locator("#mood")).to_have_text("Looks a little down")
        assert not page.locator("#lost").is_visible()
    assert context_of(app).followers.used == FRONT


def test_pages_in_the_background_hold_nothing(
    tabs: Any, app: Flask, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    """As those of a session that is restored."""
    context = context_of(app)
    with kiosk.filming():
        pages = tabs("camera_feed", background=True)
        assert (context.followers.used, context.viewers.used) == (0, 0)
        kiosk.status.publish(make_status("sad"))
        for page in pages:
            page.evaluate(TO_FRONT)
            sync_api.expect(page.locator("#mood")).to_have_text("Looks a little down")
            page.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
            page.evaluate(
                "document.hidden = true; document.dispatchEvent(new Event('visibilitychange'))"
            )
            until(lambda: (context.followers.used, context.viewers.used) == (0, 0))


def test_the_live_picture_is_where_somebody_looks(tabs: Any, app: Flask, kiosk: Any) -> None:
    viewers = context_of(app).viewers
    expect = sync_api.expect
    with kiosk.filming():
        first, *_, last = tabs("camera_feed")
        until(lambda: viewers.used == FRONT)
        expect(last.locator("#note")).to_be_hidden()
        expect(first.locator("#note")).to_contain_text("Click here to see it here.")
        first.evaluate(CLICK)
        first.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
        expect(first.locator("#note")).to_be_hidden()
        until(lambda: viewers.used == FRONT)


def test_a_window_goes_on_when_those_before_it_are_closed(
    tabs: Any, app: Flask, kiosk: Any
) -> None:
    with kiosk.filming():
        first, *others = tabs("camera_feed")
        for page in others:
            page.close()
        first.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
        until(lambda: context_of(app).viewers.used == 1)


@pytest.mark.parametrize("script", ["delete globalThis.BroadcastChannel", FORBIDDEN])
def test_a_page_that_cannot_hear_of_others_follows_the_mood(
    visit: Any, kiosk: Any, make_status: Callable[..., Status], script: str
) -> None:
    one = visit()
    one.page.add_init_script(script)
    page = one.open()
    kiosk.status.publish(make_status("sad"))
    sync_api.expect(page.locator("#mood")).to_have_text("Looks a little down")
    assert one.complaints == []


def test_the_camera_page_shows_the_live_picture_without_javascript(visit: Any, kiosk: Any) -> None:
    with kiosk.filming():
        page = visit(java_script_enabled=False).open("/camera_feed")
        sync_api.expect(page.locator("noscript img")).to_be_visible()
        until(lambda: kiosk.preview.wanted)
