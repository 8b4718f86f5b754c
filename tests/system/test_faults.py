"""What went wrong lately, as it is told."""

from device.messages import Fault, Health, Level
from device.system.faults import BRIEF_SECONDS, KEPT, Faults


def health(level: Level, message: str = "unplugged", part: str = "camera") -> list[Health]:
    return [Health(part, level, message, 0.0), Health("sound", Level.OK, "plays", 0.0)]


def test_a_fault_begins_lasts_and_ends() -> None:
    faults = Faults()
    faults.note(health(Level.OK), 0.0)
    assert faults.lately(0.0) == ()
    faults.note(health(Level.DEGRADED, "slow"), 10.0)
    faults.note(health(Level.FAILED), 11.0)
    assert faults.lately(15.0) == (Fault("camera", Level.FAILED, "unplugged", 10.0),)
    faults.note(health(Level.OFF), 20.0)
    assert faults.lately(99.0) == (Fault("camera", Level.FAILED, "unplugged", 10.0, 20.0),)


def test_what_is_over_at_once_was_none() -> None:
    faults = Faults()
    faults.note(health(Level.DEGRADED, "starting"), 0.0)
    assert faults.lately(BRIEF_SECONDS / 2) == ()
    faults.note(health(Level.OK), BRIEF_SECONDS / 2)
    assert faults.lately(100.0) == ()


def test_the_newest_come_first_and_only_so_many() -> None:
    faults = Faults()
    for number in range(KEPT + 10):
        faults.note(health(Level.FAILED, str(number)), 10.0 * number)
        faults.note(health(Level.OK), 10.0 * number + 5)
    faults.note(health(Level.FAILED, part="web"), 9000.0)
    lately = faults.lately(9999.0)
    assert len(lately) == KEPT
    assert lately[0].part == "web"
    assert lately[1].message == str(KEPT + 9)
