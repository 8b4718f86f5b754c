"""Feedback and model health in a real browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from device.feedback import archive
from device.messages import Feedback
from tests.support.browsers import PHONE, sync_api
from tests.support.visits import CONTRAST

pytestmark = pytest.mark.slow


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
    page.wait_for_load_state()  # the page reloads; its buttons answer once its scripts have run
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
