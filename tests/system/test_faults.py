"""What went wrong lately, as it is told."""

from device.messages import Fault, Health, Level
from device.system.faults import BRIEF_SECONDS, KEPT, FaultHistory


def health(level: Level, message: str = "unplugged", part: str = "camera") -> list[Health]:
    return [Health(part, level, message, 0.0), Health("sound", Level.OK, "plays", 0.0)]


def test_a_fault_begins_lasts_and_ends() -> None:
    faults = FaultHistory()
    faults.record(health(Level.OK), 0.0)
    assert faults.recent(0.0) == ()
    faults.record(health(Level.DEGRADED, "slow"), 10.0)
    faults.record(health(Level.FAILED), 11.0)
    assert faults.recent(15.0) == (Fault("camera", Level.FAILED, "unplugged", 10.0),)
    faults.record(health(Level.OFF), 20.0)
    assert faults.recent(99.0) == (Fault("camera", Level.FAILED, "unplugged", 10.0, 20.0),)


def test_what_is_over_at_once_was_none() -> None:
    faults = FaultHistory()
    faults.record(health(Level.DEGRADED, "starting"), 0.0)
    assert faults.recent(BRIEF_SECONDS / 2) == ()
    faults.record(health(Level.OK), BRIEF_SECONDS / 2)
    assert faults.recent(100.0) == ()


def test_the_newest_come_first_and_only_so_many() -> None:
    faults = FaultHistory()
    for number in range(KEPT + 10):
        faults.record(health(Level.FAILED, str(number)), 10.0 * number)
        faults.record(health(Level.OK), 10.0 * number + 5)
    faults.record(health(Level.FAILED, part="web"), 9000.0)
    lately = faults.recent(9999.0)
    assert len(lately) == KEPT
    assert lately[0].part == "web"
    assert lately[1].message == str(KEPT + 9)
