"""Faults in the log: once when they begin, once when they are over."""

import logging

import pytest

from device.system.fault_log import MOST_LINES, FaultLog


@pytest.fixture
def faults(caplog: pytest.LogCaptureFixture) -> FaultLog:
    caplog.set_level(logging.INFO)
    return FaultLog(logging.getLogger("disk"), "history", "written again")


def test_a_fault_and_its_recovery_are_logged_once(
    faults: FaultLog, caplog: pytest.LogCaptureFixture
) -> None:
    faults.report("")
    for _ in range(3):
        faults.report("disk full")
    assert faults.fault == "disk full"
    faults.report("")
    faults.report("")
    assert faults.fault == ""
    faults.report("disk full")
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", "history: disk full"),
        ("INFO", "history: written again"),
        ("WARNING", "history: disk full"),
    ]


def test_each_message_of_a_fault_is_logged_once_also_when_two_take_turns(
    faults: FaultLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        faults.report("refused")
        faults.report("timed out")
    assert caplog.messages == ["history: refused", "history: timed out"]
    assert faults.fault == "timed out"


def test_a_message_that_is_always_another_does_not_fill_the_log(
    faults: FaultLog, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        faults.report(f"try {number}")
    assert len(caplog.messages) == MOST_LINES
    assert faults.fault == "try 99"
