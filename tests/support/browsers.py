"""The system's Chromium, headless, as visitors and owners use it."""

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.needs import CI, lacking
from tests.support.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

sync_api: Any = (
    importlib.import_module("playwright.sync_api")
    if CI
    else pytest.importorskip("playwright.sync_api")
)
TIMEOUT_MS = 1000 * PATIENCE
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE: "ViewportSize" = {"width": 390, "height": 844}
DESKTOP: "ViewportSize" = {"width": 1280, "height": 900}


@contextlib.contextmanager
def launch(*arguments: str) -> Iterator["Browser"]:
    """Run a browser; skip the test where there is none, which CI must have."""
    if not CHROMIUM.exists():
        lacking(f"{CHROMIUM} is missing")
    sync_api.expect.set_options(timeout=TIMEOUT_MS)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()
