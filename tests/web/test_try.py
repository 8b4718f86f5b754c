"""A visitor tries the kiosk with their own camera: a real browser, a real kiosk, a real face."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from device import images
from device.cli import main
from device.config.schema import FeedbackConfig
from device.feedback import FeedbackStore, archive
from device.messages import EMOTIONS
from device.system.paths import ASSETS, state_directory
from device.vision.alignment import align
from device.vision.detector import ACQUIRE, Detector
from device.web.auth.sessions import SessionStore
from device.web.auth.visitors import VisitorPass
from tests.support.browsers import PHONE, launch, sync_api
from tests.support.kiosks import RunningKiosk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

TIMELINE = json.loads((ASSETS / "clip" / "timeline.json").read_text("utf-8"))
FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
REMEMBER = """
const send = window.fetch;
window.fetch = (url, options) => {
  if (String(url).includes("consent=yes")) window.kept = options.body;
  return send(url, options);
};
"""
"""Holds on to the picture that goes with consent: a browser does not tell of such bodies."""
BUSY = """
const send = window.fetch;
const under = new Set();
[window.refuse, window.asked, window.most] = [() => false, 0, 0];
window.fetch = async (url, options) => {
  if (!String(url).endsWith("/classify")) return send(url, options);
  under.add(options);
  window.most = Math.max(window.most, under.size);
  const refused = new Response('{"detail": "too many"}', { status: 503 });
  const answer = window.refuse(window.asked++) ? refused : await send(url, options);
  if (answer.ok) await new Promise((done) => setTimeout(done, 150));
  under.delete(options);
  return answer;
};
"""
"""A slow kiosk that refuses the pictures that `refuse` says, by number, as it does when busy."""
WATCH = "new MutationObserver(() => window.told = 1).observe(window.wrong, { childList: true })"
"""Tells whether anything was said of what is wrong."""
RATE = 5
"""Answers a second that a visitor gets at least."""


def film(path: Path, emotion: str) -> None:
    """Write a part of the clip in which somebody acts an emotion, as Chromium's camera plays it."""
    act = next(one for one in TIMELINE if one["emotion"] == emotion)
    clip = cv2.VideoCapture(str(ASSETS / "clip" / "demo.mp4"))
    clip.set(cv2.CAP_PROP_POS_MSEC, 1000 * (act["start"] + 1.0))
    with path.open("wb") as file:
        for _ in range(40):
            good, frame = clip.read()
            assert good
            file.write(cv2.imencode(".jpg", frame)[1].tobytes())
    clip.release()


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    with RunningKiosk(tmp_path_factory.mktemp("kiosk")) as kiosk:
        kiosk.wait_for(level="ok")
        yield kiosk


@pytest.fixture
def emotion(request: pytest.FixtureRequest) -> str:
    """What the visitor's face shows: happy, unless a test is told otherwise."""
    return str(getattr(request, "param", "happy"))


@pytest.fixture
def browser(emotion: str, tmp_path: Path) -> Iterator[Browser]:
    camera = tmp_path / "face.mjpeg"
    film(camera, emotion)
    with launch(*FAKE_CAMERA, f"--use-file-for-fake-video-capture={camera}") as browser:
        yield browser


def scan(page: Page, kiosk: RunningKiosk) -> None:
    """Open the link of the code on stage, and press its button."""
    keys = SessionStore(kiosk.report.parent / "state" / "moodlift")
    page.goto(f"{kiosk.address}/visit/{VisitorPass(lambda: keys.token).code}")
    page.get_by_role("button", name="Let me try it").click()
    page.wait_for_url(f"{kiosk.address}/try")


def speed(page: Page) -> float:
    """Count the answers of two seconds."""
    counted: list[Any] = []
    page.on("response", lambda one: counted.append(one.status) if "classify" in one.url else None)
    page.wait_for_timeout(2000)
    assert set(counted) == {200}
    return len(counted) / 2


@pytest.mark.pace
@pytest.mark.parametrize("emotion", ["happy", "sad"], indirect=True)
def test_a_visitor_sees_what_their_face_shows(
    kiosk: RunningKiosk, browser: Browser, emotion: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    expect = sync_api.expect
    scan(page, kiosk)
    expect(page.locator("#note")).to_have_text("Your camera is off.")
    page.locator("#music").check()
    page.locator("#start").click()
    words = {"happy": "Looks happy", "sad": "Looks a little down"}
    expect(page.locator("#mood")).to_have_text(words[emotion])
    expect(page.locator("#emoji")).to_have_attribute("src", f"/emoji/{emotion}.svg")
    if emotion == "sad":
        page.wait_for_event("response", lambda one: "/music/uplifting/" in one.url)
    assert speed(page) >= RATE
    expect(page.locator("#speed")).to_contain_text("results per second")
    share = int(page.locator(f"#bar-{emotion}").get_attribute("aria-valuenow") or 0)
    assert share > 40
    assert Axe().run(page).violations_count == 0
    page.screenshot(path=str(tmp_path / "try.png"), full_page=True)
    page.locator("#start").click()
    expect(page.locator("#mood")).to_have_text("No face yet")
    time.sleep(0.3)
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert complaints == []
    context.close()


@pytest.mark.parametrize("emotion", ["happy", "sad"], indirect=True)
def test_a_picture_is_kept_with_consent_and_taken_away(
    kiosk: RunningKiosk,
    browser: Browser,
    emotion: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the touch of a face to the crop in an archive that is read again."""
    monkeypatch.setenv("XDG_STATE_HOME", str(kiosk.report.parent / "state"))
    store = FeedbackStore(state_directory(), FeedbackConfig())
    before, answers = store.crops(), store.answers().counts
    context = browser.new_context(viewport=PHONE, has_touch=True)
    page, expect = context.new_page(), sync_api.expect
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/feedback/" in one.url else None)
    page.add_init_script(REMEMBER)
    scan(page, kiosk)
    faces = page.locator("#right button", has=page.locator("img"))
    expect(faces).to_have_count(7)
    expect(faces.first).to_be_disabled()
    page.locator("#start").click()
    words = {"happy": "Looks happy", "sad": "Looks a little down"}
    expect(page.locator("#mood")).to_have_text(words[emotion])
    page.get_by_role("button", name="Surprised").tap()
    drop, keep = (
        page.get_by_role("button", name=name) for name in ("No, discard it", "Yes, store it")
    )
    expect(drop).to_be_focused(timeout=10_000)
    assert Axe().run(page).violations_count == 0
    drop.tap()
    expect(page.locator("#right-status")).to_have_text("Thank you!")
    expect(keep).to_be_hidden()
    assert store.crops() == before
    begun = time.monotonic()
    page.get_by_role("button", name="Afraid").tap()
    expect(keep).to_be_visible(timeout=10_000)
    pixels = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 48, 48).data]"
    shown = np.reshape(page.locator("#crop").evaluate(pixels), (48, 48, 4))
    keep.tap()
    expect(page.locator("#right-status")).to_have_text("Thank you! The picture is stored.")
    sent = bytes(page.evaluate("async () => [...new Uint8Array(await window.kept.arrayBuffer())]"))
    context.close()

    target = tmp_path / "export.zip"
    assert main.main(["feedback", "export", str(target)]) == 0
    newest = archive.read(target)[0]
    print(f"from the touch to the exported crop: {time.monotonic() - begun:.2f} s")
    assert len(store.crops()) == len(before) + 1
    assert newest.label == "fear"
    assert newest.model
    assert EMOTIONS[int(np.argmax(newest.probabilities))] == emotion
    image = images.read(sent, "what was sent")
    (face,) = Detector().detect(image, ACQUIRE)
    assert np.array_equal(newest.image, align(image, face.landmarks))
    assert np.array_equal(newest.image, shown[..., 0]), "what was asked about is what is kept"
    counted = store.answers().counts
    for felt in ("surprise", "fear"):
        assert counted[emotion, felt] == answers.get((emotion, felt), 0) + 1
    assert [urlsplit(url).path.rpartition("/")[2] for url in asked] == [
        "answer", "crop", "answer", "crop", "crop",
    ]  # fmt: skip


def answered(page: Page) -> None:
    """Wait for an answer of the kiosk's."""
    with page.expect_response(lambda one: one.url.endswith("/classify")):
        pass


def test_a_busy_kiosk_is_asked_less_and_told_of_when_it_answers_nothing(
    kiosk: RunningKiosk, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(BUSY)
    page, expect = context.new_page(), sync_api.expect
    scan(page, kiosk)
    page.locator("#start").click()
    expect(page.locator("#mood")).not_to_have_text("No face yet")
    for _ in range(9):
        answered(page)
    assert page.evaluate("window.most") == 2
    page.evaluate("window.refuse = () => true")
    expect(page.locator("#wrong")).to_have_text("The kiosk is busy; trying again …")
    page.evaluate("[window.refuse, window.most] = [(number) => number % 4 === 0, 0]")
    answered(page)
    expect(page.locator("#wrong")).to_be_empty()
    page.evaluate(WATCH)
    for _ in range(9):
        answered(page)
    assert page.evaluate("[window.told, window.most]") == [None, 1]
    context.close()


def test_plain_http_from_elsewhere_is_explained(kiosk: RunningKiosk, browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    page = context.new_page()
    scan(page, kiosk)
    sync_api.expect(page.locator("#insecure")).to_contain_text("only over HTTPS")
    sync_api.expect(page.locator("#start")).to_be_disabled()
    context.close()


def test_a_camera_that_may_not_be_used_is_explained(kiosk: RunningKiosk, browser: Browser) -> None:
    context = browser.new_context()
    refuse = (
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); }"
    )
    for name, words in (("NotAllowedError", "allow it"), ("NotFoundError", "no camera")):
        page = context.new_page()
        page.add_init_script(refuse % name)
        scan(page, kiosk)
        page.locator("#start").click()
        sync_api.expect(page.locator("#wrong")).to_contain_text(words)
    context.close()


def test_a_visit_that_is_over_says_so(kiosk: RunningKiosk, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    scan(page, kiosk)
    page.locator("#start").click()
    sync_api.expect(page.locator("#speed")).to_contain_text("results per second")
    context.clear_cookies()
    sync_api.expect(page.locator("#wrong")).to_contain_text("scan the code")
    context.close()
