"""The pages in a real browser: live, calm, and talking to nobody but the kiosk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from device.messages import EMOTIONS, Health, Level, Mood
from device.web import text
from tests.support.browsers import PHONE, sync_api
from tests.support.waiting import gather, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from device.control.status import Status
    from device.web import AuthService, Server


pytestmark = pytest.mark.slow


def test_the_status_page_shows_the_mood_live(
    visit: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    one = visit(viewport=PHONE)
    page = one.open()
    expect = sync_api.expect
    expect(page.locator("#mood")).to_have_text("Looks happy")
    assert page.title() == "Moodlift"
    health = (Health("camera", Level.DEGRADED, "camera is <b>slow</b>", 0.0),)
    probabilities = (0.0, 0.0, 0.0, 0.1, 0.7, 0.0, 0.2)
    mood = Mood("sad", 100.0, 2, probabilities)
    kiosk.status.publish(make_status(mood=mood, health=health, music=None, uptime=59.0))
    expect(page.locator("#mood")).to_have_text("Looks a little down")
    expect(page.locator("#emoji")).to_have_attribute("src", "/emoji/sad.svg")
    expect(page.locator("#share-sad")).to_have_text("70 %")
    expect(page.locator("#level")).to_have_text(text.LEVELS["degraded"])
    expect(page.locator("#health .message")).to_have_text("camera is <b>slow</b>")
    expect(page.locator("#music")).to_have_text("quiet")
    expect(page.locator("#uptime")).to_have_text("59 s")
    expect(page.locator("#bar-sad")).to_have_attribute("aria-valuenow", "70")
    expect(page.locator("#bar-sad rect")).to_have_attribute("width", "70.0%")
    kiosk.status.publish(make_status(None))
    expect(page.locator("#mood")).to_have_text("Nobody here right now")
    kiosk.status.publish(make_status(paused=True))
    expect(page.locator("#mood")).to_have_text("The camera is paused")
    assert one.complaints == []
    assert one.elsewhere == []


def test_every_picture_of_a_mood_loads(
    visit: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    one = visit()
    page = one.open()
    for emotion in (*EMOTIONS, None):
        kiosk.status.publish(make_status(emotion))
        sync_api.expect(page.locator("#mood")).to_have_text(text.MOODS[emotion or "empty"])
        page.wait_for_function(
            "() => { const e = document.getElementById('emoji');"
            " return e.complete && e.naturalWidth > 0; }"
        )
    assert one.complaints == []


def test_javascript_writes_what_the_server_wrote(visit: Any, kiosk: Any) -> None:
    def said(page: Page) -> str:
        return "".join(str(page.locator("main").text_content()).split())

    plain = said(visit(java_script_enabled=False).open())
    page = visit().open()
    page.wait_for_timeout(700)
    assert said(page) == plain


def test_a_lost_connection_is_shown_and_mended(visit: Any, server: Server, app: Any) -> None:
    from device.web import Server as Again

    page = visit().open()
    banner = page.locator("#lost")
    page.wait_for_timeout(300)
    assert not banner.is_visible()
    server.stop()
    sync_api.expect(banner).to_be_visible()
    again = Again(app, "127.0.0.1", int(server.address.rsplit(":", 1)[1].strip("/")))
    again.start()
    sync_api.expect(banner).to_be_hidden()
    page.close()
    again.stop()


def test_the_camera_page_shows_a_moving_picture(visit: Any, kiosk: Any) -> None:
    one = visit(viewport=PHONE)
    with kiosk.filming():
        page = one.open("/camera_feed")
        page.wait_for_function("() => document.getElementById('picture').naturalWidth > 0")
        first = page.locator("#picture").screenshot()
        time.sleep(0.5)
        assert page.locator("#picture").screenshot() != first
        sync_api.expect(page.locator("#faces")).to_have_text("1 person in view")
    assert one.complaints == []
    assert one.elsewhere == []


def test_the_camera_page_without_a_camera_shows_why(visit: Any) -> None:
    one = visit()
    page = one.open("/camera_feed")
    page.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
    assert one.complaints == []


def test_a_viewer_without_a_seat_gets_one_later(visit: Any, kiosk: Any, guest: Any) -> None:
    with kiosk.filming():
        others = [guest() for _ in range(4)]
        for other in others:
            other.get("/video_feed")
        page = visit().open("/camera_feed")
        sync_api.expect(page.locator("#note")).to_be_visible()
        for other in others:
            other.leave()
        page.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
        sync_api.expect(page.locator("#note")).to_be_hidden()


def test_a_hidden_page_does_not_hold_the_camera(visit: Any, kiosk: Any) -> None:
    with kiosk.filming():
        page = visit().open("/camera_feed")
        page.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, writable: true})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        until(lambda: not kiosk.preview.wanted)
        page.evaluate("document.hidden = false")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        until(lambda: bool(kiosk.preview.wanted))


def test_the_owner_logs_in_by_token_and_out_again(
    visit: Any, kiosk: Any, auth: AuthService
) -> None:
    one = visit(owner=False, viewport=PHONE)
    page = one.open("/camera_feed")
    expect = sync_api.expect
    expect(page.locator("h1")).to_have_text("Log in")
    page.get_by_label("Or paste the kiosk's token").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("wrong token")
    page.get_by_label("Or paste the kiosk's token").fill(auth.sessions.token)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_function("() => document.getElementById('picture')?.naturalWidth > 0")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert page.context.cookies() == []
    page.goto(f"{one.address}camera_feed")
    expect(page.locator("h1")).to_have_text("Log in")
    # The browser itself logs each answer that was a refusal.
    assert all("401" in text for text in one.complaints)
    assert one.elsewhere == []


def test_the_owner_tells_the_kiosk_what_to_do(
    visit: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    one = visit(viewport=PHONE)
    page = one.open()

    def given(number: int) -> list[dict[str, Any]]:
        commands = gather(kiosk.commands.drain, number)
        return [command.model_dump(exclude_unset=True) for command in commands]

    page.get_by_role("button", name="Pause the camera").click()
    assert given(1) == [{"paused": True}]
    kiosk.status.publish(make_status(paused=True, muted=True, volume=0.4))
    expect = sync_api.expect
    expect(page.get_by_role("button", name="Pause the camera", pressed=True)).to_be_visible()
    expect(page.get_by_label("Volume")).to_have_value("40")
    page.get_by_role("button", name="Pause the camera").click()
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("button", name="Next track").click()
    page.get_by_label("Volume").fill("55")
    page.get_by_role("button", name="surprise").click()
    assert given(5) == [
        {"paused": False},
        {"muted": False},
        {"skip": True},
        {"volume": 0.55},
        {"show": {"emotion": "surprise"}},
    ]
    assert one.complaints == []
    assert visit(owner=False).open().get_by_role("button").count() == 0
    assert list(kiosk.commands.drain()) == [], "one for each click"


def test_the_owner_teaches_the_kiosk_a_calm_face(
    visit: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    def told(message: str, level: Level = Level.OK) -> Status:
        return make_status(health=(Health("baseline", level, message, 0.0),))

    kiosk.status.publish(told("calm faces so far: 3"))
    one = visit(viewport=PHONE)
    page = one.open()
    answer = page.locator("#calm")
    sync_api.expect(answer).to_have_text("calm faces so far: 3")
    page.get_by_role("button", name="Learn my calm face").click()
    page.get_by_role("button", name="Forget calm faces").click()
    commands = gather(kiosk.commands.drain, 2)
    assert [command.calm_faces for command in commands] == ["learn", "forget"]
    kiosk.status.publish(told("look calm into the camera: 12 s left"))
    sync_api.expect(answer).to_have_text("look calm into the camera: 12 s left")
    assert one.complaints == []
    kiosk.status.publish(told("switched off", Level.OFF))
    assert visit().open().locator("#calm").count() == 0


def test_javascript_has_the_same_words(visit: Any) -> None:
    page = visit().open()
    words: dict[str, list[tuple[Any, ...]]] = {
        "duration": [(0,), (59.9,), (60,), (3599,), (3725,), (86400,), (999999,)],
        "people": [(0,), (1,), (2,)],
        "age": [(None,), (0.08,), (0.99,), (1.0,), (75.3,)],
        "music": [(None, 0.5, False), ("Tide", 0.7, False), ("Tide", 0.7, True)],
    }
    for name, calls in words.items():
        for call in calls:
            script = f"async (v) => (await import('/static/words.js')).{name}(...v)"
            assert page.evaluate(script, list(call)) == getattr(text, name)(*call)
