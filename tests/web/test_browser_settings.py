"""Settings, models and devices in a real browser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browsers import PHONE, sync_api
from tests.support.bundles import archive as model_archive
from tests.support.bundles import files, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Route

    from device.control.status import Status


pytestmark = pytest.mark.slow


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
    expect(page.locator(".models li")).to_have_count(2)
    expect(page.locator(".models li").first).to_contain_text("9.0.0 on trial")
    kiosk.models.reject("9.0.0", "vision or the kiosk failed 3 times")
    page.reload()
    expect(page.locator(".models li").last).to_contain_text("failed 3 times")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Use 9.0.0").click()
    expect(page.locator(".models li").first).to_contain_text("9.0.0 on trial")
    page.wait_for_load_state()  # the page reloads; its buttons answer once its scripts have run
    page.get_by_role("button", name="Go back to").click()
    expect(page.locator(".models li").first).to_contain_text("in use")
    # The browser itself logs each answer that was a refusal.
    assert all("400" in text for text in one.complaints)
    assert one.elsewhere == []


def test_what_is_being_written_is_left_alone_by_a_slow_answer(visit: Any, kiosk: Any) -> None:
    page, expect = visit().open("/settings"), sync_api.expect
    expect(page.locator("#waiting")).to_have_text("Nothing waits for a restart.")
    rate = page.get_by_label("Pictures a second")

    def answer_slowly(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page.route("**/api/v1/settings", answer_slowly)
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
    expect(page.locator("#cameras-status")).to_have_text("usb:Bad: not connected")
    page.get_by_role("button", name="Look through it: Good").click()
    expect(page.locator("#cameras-status")).to_contain_text("160 \u00d7 120")
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
    expect(page.locator("#cameras-status")).to_contain_text("160 \u00d7 120")
    expect(page.locator("#own")).to_be_hidden()
    assert kiosk.probe.tried == ["usb:Bad", "usb:Good", "usb:Good"]
    assert all("409" in text for text in one.complaints)
    assert one.elsewhere == []


def test_a_sound_device_is_tried(visit: Any, kiosk: Any) -> None:
    page, expect = visit().open("/settings"), sync_api.expect
    page.get_by_role("button", name="Look for sound devices").click()
    page.get_by_role("button", name="Play a sound: Bad box").click()
    status = page.locator("#speakers-status")
    expect(status).to_have_text("Bad cannot be opened: it is busy")
    page.get_by_role("button", name="Play a sound: the system's choice").click()
    expect(status).to_have_text("The kiosk plays it now on plays on the HDMI output.")
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
