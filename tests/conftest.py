"""What all tests share. Test modules import each other's instruments from this folder."""

import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))

MOST_STOLEN = 0.1
"""So much of the processors' time a host may keep back from a virtual machine (psutil's `steal`)
while one that counts frames or answers a second can still be judged."""

JUDGED = (AssertionError, pytest.fail.Exception)
"""What a test says of a pace; whatever else is raised has nothing to do with it."""


@pytest.fixture(autouse=True, scope="module")
def processor_times() -> Any:
    """Return what the processors did until the module began."""
    return psutil.cpu_times()


def stolen(before: Any) -> float:
    """Return the share of the processor time asked for since then that the host kept back."""
    now = psutil.cpu_times()
    spent = {name: getattr(now, name) - getattr(before, name) for name in now._fields}
    asked = sum(spent.get(name, 0.0) for name in ("user", "nice", "system", "softirq", "steal"))
    return spent.get("steal", 0.0) / max(asked, 1e-9)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a `quiet` test that failed while the host kept the processors back: not judged."""
    report = yield
    quiet = isinstance(item, pytest.Function) and item.get_closest_marker("quiet")
    if quiet and call.when == "call" and call.excinfo and call.excinfo.errisinstance(JUDGED):
        share = stolen(item.funcargs["processor_times"])
        if share > MOST_STOLEN:
            path, line, _ = item.location
            why = f"not judged, as the host kept back {share:.0%} of the processor time"
            failure = call.excinfo.exconly().splitlines()[0]
            report.outcome, report.longrepr = "skipped", (path, line or 0, f"{why}; {failure}")
    return report


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
