"""What all tests share: lanes, examples of hypothesis, and a state of each test's own."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.host import Host

HOST = pytest.StashKey[Host]()
PATIENCE_S = 300.0
"""All tests of a run together wait so long for a quiet host."""


# 50 examples by default; HYPOTHESIS_PROFILE=thorough tries 300.
hypothesis.settings.register_profile("default", max_examples=50, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=300, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SLOW = ("install", "training", "convert", "healing")
"""Folders whose tests need a container or a training, or take away what a kiosk runs on."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[HOST] = Host(PATIENCE_S)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow folders; run slow tests first, so that no worker ends up alone with one."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Wait for a quiet host before a `pace` test and its time limit begin."""
    if item.get_closest_marker("pace"):
        item.config.stash[HOST].wait()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape what was captured of names that are not UTF-8, which workers cannot send."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    waited = terminalreporter.config.stash[HOST].waited
    if waited > 1.0:
        terminalreporter.line(f"waited {waited:.0f} s for this machine's host to be quiet")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every test away from the state of the user who runs it; return its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    yield tmp_path / "state" / "moodlift"


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Give pytest its own handlers of signals back, which a kiosk replaces."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
