"""What all tests share. Test modules import each other's instruments from this folder."""

import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.host import Host

HOST = pytest.StashKey[Host]()
PATIENCE_S = 300.0
"""All tests of a run together wait so long for a quiet host."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[HOST] = Host(PATIENCE_S)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Before a `quiet` test, and its time limit, begin: wait for a quiet host."""
    if item.get_closest_marker("quiet"):
        item.config.stash[HOST].wait()
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    waited = terminalreporter.config.stash[HOST].waited
    if waited > 1.0:
        terminalreporter.line(f"waited {waited:.0f} s for this machine's host to be quiet")


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every test away from the state of whoever runs it; return its own."""
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
