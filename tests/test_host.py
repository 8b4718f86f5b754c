"""The tests' patience with the machine's host: it only delays, and has an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import host
import pytest
from host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator


class Times(NamedTuple):
    user: float
    nice: float
    system: float
    idle: float
    softirq: float
    steal: float


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Let no time pass but what is slept; return that."""
    pauses: list[float] = []
    monkeypatch.setattr(host.time, "sleep", pauses.append)
    monkeypatch.setattr(host.time, "monotonic", lambda: sum(pauses))
    yield pauses


@pytest.mark.parametrize(
    ("shares", "pauses"), [([0.05], 0), ([0.4, 0.11, 0.1], 2), ([0.4] * 100, 5)]
)
def test_it_is_waited_for_until_it_is_quiet_or_the_patience_ends(
    monkeypatch: pytest.MonkeyPatch, slept: list[float], shares: list[float], pauses: int
) -> None:
    left = iter(shares)
    monkeypatch.setattr(host, "kept", lambda: next(left))
    all_tests = Host(patience=60.0)
    all_tests.wait()
    assert len(slept) == pauses
    assert all_tests.waited == sum(slept) <= 60.0


def test_all_tests_have_one_patience(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    monkeypatch.setattr(host, "kept", lambda: 0.5)
    all_tests = Host(patience=60.0)
    for _ in range(3):
        all_tests.wait()
    assert sum(slept) == 50.0


@pytest.mark.parametrize(
    ("after", "share"),
    [
        (Times(11.0, 2.0, 3.0, 9.0, 1.0, 8.0), 2 / 6),  # 1 + 1 + 1 + 1 were had, and 2 kept
        (Times(13.0, 1.0, 2.0, 9.0, 0.0, 6.0), 0.0),
    ],
)
def test_what_is_kept_is_a_share_of_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, after: Times, share: float
) -> None:
    told = iter([Times(10.0, 1.0, 2.0, 5.0, 0.0, 6.0), after])
    monkeypatch.setattr(host.psutil, "cpu_times", lambda: next(told))
    assert host.kept(0.01) == pytest.approx(share)


def test_where_nothing_was_ever_kept_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([Times(10.0, 1.0, 2.0, 5.0, 0.0, 0.0)])
    monkeypatch.setattr(host.psutil, "cpu_times", lambda: next(told))
    assert host.kept() == 0.0
