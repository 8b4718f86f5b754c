"""The pages in a real browser: live, calm, and talking to nobody but the kiosk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from device.feedback import archive
from device.messages import EMOTIONS, Feedback, Health, Level, Mood
from device.web import text
from device.web.routes.auth import SESSION_COOKIE
from tests.support.browsers import PHONE, launch, sync_api
from tests.support.bundles import archive as model_archive
from tests.support.bundles import files, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from device.control.commands import Command
    from device.control.status import Status
    from device.web import AuthService, Server

PATHS = (
    "/", "/camera_feed", "/history", "/feedback", "/model-health", "/try", "/settings", "/models",
    "/api", "/login", "/nowhere",
)  # fmt: skip


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
        context.set_default_timeout(15_000)
        if owner:
            session = {
                "name": SESSION_COOKIE,
                "value": auth.sessions.open_session(),
                "url": server.address,
            }
            context.add_cookies([session])
        contexts.append(context)
        return Visit(context.new_page(), server.address)

    yield make
    for context in contexts:
        context.close()


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


def test_a_hidden_page_does_not_hold_the_camera(
    visit: Any, kiosk: Any, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    with kiosk.filming():
        page = visit().open("/camera_feed")
        page.wait_for_function("() => document.getElementById('picture').naturalWidth == 640")
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, writable: true})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert eventually(lambda: not kiosk.preview.wanted)
        page.evaluate("document.hidden = false")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert eventually(lambda: bool(kiosk.preview.wanted))


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
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert page.context.cookies() == []
    page.goto(f"{one.address}camera_feed")
    expect(page.locator("h1")).to_have_text("Log in")
    # The browser itself logs each answer that was a refusal.
    assert all("401" in text for text in one.complaints)
    assert one.elsewhere == []


def test_the_owner_tells_the_kiosk_what_to_do(
    visit: Any,
    kiosk: Any,
    make_status: Callable[..., Status],
    eventually: Callable[[Callable[[], bool]], bool],
) -> None:
    one = visit(viewport=PHONE)
    page = one.open()

    def given(number: int) -> list[dict[str, Any]]:
        orders: list[Command] = []
        eventually(lambda: orders.extend(kiosk.commands.drain()) or len(orders) >= number)
        return [order.model_dump(exclude_unset=True) for order in orders]

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


def test_a_code_that_is_scanned_lets_one_phone_in(visit: Any, auth: AuthService) -> None:
    link = f"/pair/{auth.pairing.show()}"
    phone, other = visit(owner=False, viewport=PHONE), visit(owner=False)
    page = phone.open(link)
    sync_api.expect(page.get_by_role("button", name="Log out")).to_be_visible()
    assert page.url == phone.address
    page = other.open(link)
    sync_api.expect(page.locator("main")).to_contain_text("this code was already used")
    sync_api.expect(page.get_by_role("link", name="Log in")).to_be_visible()


def test_javascript_has_the_same_words(visit: Any) -> None:
    page = visit().open()
    for name, calls in {
        "duration": [(0,), (59.9,), (60,), (3599,), (3725,), (86400,), (999999,)],
        "people": [(0,), (1,), (2,)],
        "age": [(None,), (0.08,), (0.99,), (1.0,), (75.3,)],
        "music": [(None, 0.5, False), ("Tide", 0.7, False), ("Tide", 0.7, True)],
    }.items():
        for call in calls:
            script = f"async (v) => (await import('/static/words.js')).{name}(...v)"
            assert page.evaluate(script, list(call)) == getattr(text, name)(*call)


def test_a_setting_is_changed_refused_and_taken_back(visit: Any, kiosk: Any) -> None:
    one, expect = visit(viewport=PHONE), sync_api.expect
    page = one.open("/settings")
    rate, volume = page.get_by_label("Pictures a second"), page.get_by_label("Volume after a start")
    row = page.locator('[data-key="stage.fps"]')
    expect(page.locator("#waiting")).to_have_text("Nothing waits for a restart.")
    rate.fill("25")
    rate.blur()
    expect(page.locator("#waiting")).to_have_text("1 change waits for a restart.")
    expect(row.get_by_role("button")).to_have_text(["Back to 30 pictures"])
    rate.fill("20")
    rate.blur()
    expect(row.get_by_role("button")).to_have_text(["Undo: 25 pictures", "Back to 30 pictures"])
    rate.fill("500")
    rate.blur()
    expect(row.get_by_role("alert")).to_have_text(
        "settings: stage.fps = 500: input should be less than or equal to 120"
    )
    expect(rate).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Mirror the stage").check()
    expect(page.locator("#waiting")).to_have_text("2 changes wait for a restart.")
    expect(rate).to_have_value("500")
    row.get_by_role("button", name="Undo: 25 pictures").click()
    expect(rate).to_have_value("25")
    expect(row.get_by_role("alert")).to_have_text("")
    row.get_by_role("button", name="Back to 30 pictures").click()
    expect(rate).to_have_value("30")
    expect(page.locator("#waiting")).to_have_text("1 change waits for a restart.")
    volume.fill("")
    volume.blur()
    expect(page.locator("[id='sound.volume-wrong']")).to_contain_text("should be a valid number")
    settings = {one.key: one.value for one in kiosk.settings.editable()}
    changed = {key: settings[key] for key in ("stage.fps", "stage.mirror", "sound.volume")}
    assert changed == {"stage.fps": 30, "stage.mirror": True, "sound.volume": 0.5}
    # The browser itself logs each answer that was a refusal.
    assert all("400" in text for text in one.complaints)
    assert one.elsewhere == []


def test_a_model_is_installed_and_taken_back(visit: Any, kiosk: Any, tmp_path: Path) -> None:
    one, expect = visit(viewport=PHONE), sync_api.expect
    page = one.open("/models")
    file = tmp_path / "emotion-9.0.0.moodlift"
    file.write_bytes(model_archive(files("9.0.0")))
    expect(page.locator(".models li")).to_have_count(1)
    page.get_by_label("Model archive").set_input_files(file)
    page.get_by_role("button", name="Validate and install").click()
    expect(page.locator("#install-wrong")).to_contain_text("which this kiosk does not trust")
    trust()
    page.get_by_role("button", name="Validate and install").click()
    expect(page.locator(".models li")).to_have_count(2, timeout=40_000)
    expect(page.locator(".models li").first).to_contain_text("9.0.0 on trial")
    kiosk.models.reject("9.0.0", "vision or the kiosk failed 3 times")
    page.reload()
    expect(page.locator(".models li").last).to_contain_text("failed 3 times")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Use 9.0.0").click()
    expect(page.locator(".models li").first).to_contain_text("9.0.0 on trial", timeout=40_000)
    page.get_by_role("button", name="Go back to").click()
    expect(page.locator(".models li").first).to_contain_text("in use")
    # The browser itself logs each answer that was a refusal.
    assert all("400" in text for text in one.complaints)
    assert one.elsewhere == []


def test_what_is_being_written_is_left_alone_by_a_slow_answer(visit: Any, kiosk: Any) -> None:
    page, expect = visit().open("/settings"), sync_api.expect
    expect(page.locator("#waiting")).to_have_text("Nothing waits for a restart.")
    rate = page.get_by_label("Pictures a second")
    page.route("**/api/v1/settings", lambda route: (time.sleep(0.3), route.continue_()))
    page.get_by_role("switch", name="Mirror the stage").check()
    rate.fill("25")
    expect(page.locator("#waiting")).to_have_text("1 change waits for a restart.")
    expect(rate).to_have_value("25")
    rate.blur()
    expect(page.locator("#waiting")).to_have_text("2 changes wait for a restart.")
    expect(rate).to_have_value("25")


def test_a_camera_is_found_looked_through_and_chosen(visit: Any, kiosk: Any) -> None:
    one, expect = visit(viewport=PHONE), sync_api.expect
    page = one.open("/settings")
    page.get_by_role("button", name="Look for cameras").click()
    page.get_by_role("button", name="Look through it: Bad").click()
    expect(page.locator("#cameras-told")).to_have_text("usb:Bad: not connected")
    page.get_by_role("button", name="Look through it: Good").click()
    expect(page.locator("#cameras-told")).to_contain_text("160 \u00d7 120")
    assert page.locator("#picture").evaluate(
        "(e) => [...e.getContext('2d').getImageData(80, 60, 1, 1).data]"
    ) == pytest.approx([90, 90, 90, 255], abs=2)
    page.get_by_role("button", name="Use it: Good").click()
    expect(page.get_by_role("textbox", name="Camera")).to_have_value("usb:Good")
    expect(page.locator("#waiting")).to_have_text("1 change waits for a restart.")
    with kiosk.filming():
        page.get_by_role("button", name="Look through it: Pi camera").click()
        page.wait_for_function("() => document.getElementById('own').naturalWidth == 640")
        assert not page.locator("#picture").is_visible()
    page.get_by_role("button", name="Look through it: Good").click()
    expect(page.locator("#own")).to_be_hidden()
    assert kiosk.probe.tried == ["usb:Bad", "usb:Good", "usb:Good"]
    assert all("409" in text for text in one.complaints)
    assert one.elsewhere == []


def test_a_sound_device_is_tried(visit: Any, kiosk: Any) -> None:
    page, expect = visit().open("/settings"), sync_api.expect
    page.get_by_role("button", name="Look for sound devices").click()
    page.get_by_role("button", name="Play a sound: Bad box").click()
    told = page.locator("#speakers-told")
    expect(told).to_have_text("Bad cannot be opened: it is busy")
    page.get_by_role("button", name="Play a sound: the system's choice").click()
    expect(told).to_have_text("The kiosk plays it now on plays on the HDMI output.")
    assert [order.chime for order in kiosk.commands.drain()] == [True]


def test_a_restart_is_waited_for(
    visit: Any, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    page = visit().open("/settings")
    page.evaluate("document.body.dataset.old = 'yes'")
    page.get_by_role("button", name="Restart the kiosk now").click()
    sync_api.expect(page.locator("#waiting")).to_have_text("The kiosk restarts …")
    assert [order.restart for order in kiosk.commands.drain()] == [True]
    kiosk.status.publish(make_status(uptime=0.1))
    sync_api.expect(page.locator("body")).not_to_have_attribute("data-old", "yes")
    sync_api.expect(page.get_by_role("button", name="Restart the kiosk now")).to_be_enabled()


def test_settings_that_cannot_be_read_are_put_aside(visit: Any, kiosk: Any) -> None:
    kiosk.settings.path.parent.mkdir(parents=True)
    kiosk.settings.path.write_text("[stage]\nfps = 0\n", "utf-8")
    page = visit().open("/settings")
    sync_api.expect(page.locator("pre")).to_contain_text("settings.toml:2: stage.fps = 0")
    page.get_by_role("button", name="Put it aside").click()
    sync_api.expect(page.get_by_label("Pictures a second")).to_have_value("30")


def keep(kiosk: Any, *labels: str) -> None:
    """Keep a crop for each label."""
    grain = np.random.default_rng(1).integers(0, 255, (48, 48), np.uint8)
    for label in labels:
        kiosk.feedback.keep(grain, label, (0.4, *[0.1] * 6), "0.4.0").result(5)


def test_the_owner_deletes_one_picture_and_then_all(visit: Any, kiosk: Any, scheme: str) -> None:
    keep(kiosk, "happy", "sad", "fear")
    kiosk.feedback.count(Feedback("sad", "happy")).result(5)
    one, expect = visit(viewport=PHONE, color_scheme=scheme), sync_api.expect
    page = one.open("/feedback")
    expect(page.locator(".kept img")).to_have_count(3)
    page.locator(".kept img").last.scroll_into_view_if_needed()
    page.wait_for_function("() => [...document.images].every((one) => one.naturalWidth > 0)")
    assert Axe().run(page).violations_count == 0
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Export all as an archive").click()
    assert [kept.label for kept in archive.read(download.value.path())] == ["fear", "sad", "happy"]
    page.get_by_role("button", name="Delete picture 2").click()
    expect(page.locator(".kept strong")).to_have_text(["Afraid", "Happy"])
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete all").click()
    assert len(kiosk.feedback.store.crops()) == 2
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete all").click()
    expect(page.locator(".kept")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("0 of 1 answers agree")
    assert kiosk.feedback.store.crops() == []
    assert one.complaints == []
    assert one.elsewhere == []


@pytest.mark.usefixtures("drifted")
def test_the_owner_resets_the_baseline(visit: Any, scheme: str) -> None:
    one, expect = visit(viewport=PHONE, color_scheme=scheme), sync_api.expect
    page = one.open("/model-health")
    expect(page.locator(".drifts")).to_contain_text("Faces are darker than in the first days")
    assert Axe().run(page).violations_count == 0
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Use the days from today on as the new baseline").click()
    expect(page.locator("main")).to_contain_text("Not enough data yet")
    expect(page.locator("#baseline")).to_have_count(0)
    assert one.complaints == []
    assert one.elsewhere == []


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
    """What axe-core can tell of WCAG 2.2 A and AA, and of good practice."""
    page = visit(color_scheme=scheme, viewport=PHONE).open(path)
    page.wait_for_timeout(300)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_everybody_can_use_the_settings_while_much_is_said(visit: Any, scheme: str) -> None:
    page = visit(color_scheme=scheme, viewport=PHONE).open("/settings")
    page.get_by_role("switch", name="Mirror the stage").check()
    page.get_by_label("Pictures a second").fill("500")
    page.get_by_role("button", name="Look for cameras").click()
    page.get_by_role("button", name="Look through it: Good").click()
    sync_api.expect(page.locator("#picture")).to_be_visible()
    sync_api.expect(page.locator("[id='stage.fps-wrong']")).to_contain_text("less than")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PATHS[:10])
def test_the_text_stands_out_from_its_background(visit: Any, scheme: str, path: str) -> None:
    """WCAG 2.1 AA asks for a contrast of 4.5; gradients are taken at the card's own colour."""
    page = visit(color_scheme=scheme).open(path)
    poor = page.evaluate(CONTRAST)
    assert poor == []


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
