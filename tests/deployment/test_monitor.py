"""The running kiosk takes in what is chosen, watches the trial, and goes back by itself, once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from device.config.schema import ModelsConfig
from device.deployment.models import Models
from device.deployment.monitor import REJECTED_SECONDS, SAVE_SECONDS, DeploymentMonitor
from device.messages import FrameResult, Level, Timings, TrialStatus
from device.models.state import State, Trial
from device.system.latest import Latest
from device.vision import bundle
from device.vision.protocol import PartStatus
from tests.deployment.test_trial import FACE
from tests.support.bundles import SHIPPED, archive, files, quick, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.vision.supervisor import Supervisor

NOW = SHIPPED.name.removeprefix("emotion-")


@dataclass
class FakeVision:
    """Stands in for the supervisor: it serves what the store says, and fails when told."""

    models: Models
    model: str = NOW
    restarts: int = 0
    blocks: int = 0
    renewed: int = 0
    level: Level = Level.OK
    words: str = "sound"
    ms: float = 4.0
    number: int = 0
    frame_result: Latest[FrameResult | None] = field(default_factory=lambda: Latest(None))

    def restart(self, now: float) -> None:
        self.renewed += 1
        self.model = bundle.load(self.models.store.in_use()).version

    @property
    def model_status(self) -> PartStatus:
        return PartStatus(self.level, self.words)

    def see(self) -> None:
        self.number += 1
        timings = Timings(classify=self.ms)
        self.frame_result.publish(FrameResult(self.number, 0.0, 0.1, 640, 480, (FACE,), timings))


def spoilt(vision: FakeVision, **values: object) -> None:
    """Make an vision fail."""
    for name, value in values.items():
        setattr(vision, name, value)


class Kiosk:
    """A kiosk's watch, whose seconds pass as they are asked for."""

    def __init__(self, **limits: Any) -> None:
        trust()
        self.models = Models(ModelsConfig(**limits), validate=quick)
        self.vision = FakeVision(self.models)
        self.now = 100.0
        self.start()

    def start(self) -> None:
        """Start the kiosk, again."""
        self.vision.restarts = self.vision.blocks = 0
        self.vision.model = bundle.load(self.models.store.in_use()).version
        self.monitor = DeploymentMonitor(self.models, cast("Supervisor", self.vision))

    def go_on(self, seconds: int, seeing: bool = True) -> None:
        for _ in range(seconds):
            self.now += 1.0
            if seeing:
                self.vision.see()
            self.monitor.record_load(1.0, throttled=False)
            self.monitor.tick(self.now)
            writing = self.monitor._writer
            if writing:
                writing.join()

    @property
    def model(self) -> PartStatus:
        return PartStatus(*self.monitor.health)

    @property
    def state(self) -> State:
        return self.models.store.state()


@pytest.fixture
def kiosk(own_state: Path) -> Kiosk:
    return Kiosk(trial_minutes=5.0)


def elsewhere() -> Models:
    """What a command has in another process."""
    return Models(validate=quick)


def test_a_kiosk_whose_models_nobody_changes_writes_nothing(kiosk: Kiosk, own_state: Path) -> None:
    kiosk.go_on(200)
    kiosk.monitor.close()
    assert not (own_state / "models").exists()
    assert kiosk.vision.renewed == 0
    assert kiosk.monitor.trial is None
    assert kiosk.model.message == "sound"


def test_what_a_command_installs_is_taken_in_and_tried(kiosk: Kiosk) -> None:
    kiosk.go_on(100)
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(1)
    assert (kiosk.vision.renewed, kiosk.vision.model) == (1, "9.0.0")
    assert kiosk.monitor.trial == TrialStatus("9.0.0", NOW, 300.0)
    assert kiosk.model.message == "sound; on trial for 5 more minutes of seeing"
    assert kiosk.model.level is Level.OK
    trial = kiosk.state.trial
    assert trial == Trial(0.0, 0, True, 4.0, 1.0), "with what the last model did"
    kiosk.go_on(200)
    kept = kiosk.state.trial
    assert kept is not None
    assert kept.served >= 200 - SAVE_SECONDS - 2
    kiosk.go_on(120)
    assert kiosk.state == State("9.0.0", NOW)
    assert kiosk.monitor.trial is None
    assert kiosk.vision.renewed == 1


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (partial(spoilt, restarts=3), "vision or the kiosk failed 3 times"),
        (partial(spoilt, ms=9.0), "it took 9.0 ms for a face, the model before 4.0"),
        (
            partial(spoilt, model=NOW, level=Level.DEGRADED, words="9.0.0 is broken"),
            "it could not be used: 9.0.0 is broken",
        ),
        (
            partial(spoilt, model="", level=Level.FAILED, words="none is sound"),
            "it could not be used: none is sound",
        ),
    ],
)
def test_a_model_that_fails_is_given_up_once_and_reported(
    kiosk: Kiosk, spoil: Callable[[FakeVision], None], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.go_on(100)
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(5)
    spoil(kiosk.vision)
    kiosk.go_on(70)
    assert (kiosk.vision.model, kiosk.vision.renewed) == (NOW, 2)
    (failed,) = kiosk.state.rejected
    assert (failed.version, kiosk.state.current, kiosk.state.trial) == ("9.0.0", NOW, None)
    assert failed.reason.startswith(reason)
    assert f"9.0.0 was rejected: {reason}" in caplog.text
    assert f"; 9.0.0 was rejected: {reason}" in kiosk.model.message
    assert kiosk.model.level in (Level.DEGRADED, Level.FAILED)
    kiosk.go_on(400)
    assert kiosk.vision.renewed == 2, "it returns once, whatever the last good one does"
    kiosk.vision.level, kiosk.vision.words = Level.OK, "sound"
    kiosk.go_on(int(REJECTED_SECONDS), seeing=False)
    assert kiosk.model == (Level.OK, "sound")


def test_blocked_cameras_are_not_the_model_s_fault(kiosk: Kiosk) -> None:
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(5)
    kiosk.vision.restarts = kiosk.vision.blocks = 10
    kiosk.go_on(5)
    assert kiosk.vision.model == "9.0.0"


def test_a_trial_goes_on_after_a_restart(kiosk: Kiosk) -> None:
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(150)
    kiosk.monitor.close()
    kept = kiosk.state.trial
    assert kept is not None
    assert (kept.running, kept.failures) == (False, 0)
    assert kept.served == pytest.approx(148, abs=2)
    kiosk.start()
    assert kiosk.monitor.trial is not None
    assert kiosk.monitor.trial.left == pytest.approx(152, abs=2)
    kiosk.go_on(160)
    assert kiosk.state == State("9.0.0", NOW)


def test_a_kiosk_that_dies_in_the_trial_again_and_again_goes_back(kiosk: Kiosk) -> None:
    elsewhere().install(archive(files("9.0.0")))
    for _ in range(3):
        assert kiosk.vision.model in (NOW, "9.0.0")
        kiosk.go_on(3)
        assert kiosk.vision.model == "9.0.0"
        kiosk.start()
    kiosk.go_on(3)
    assert kiosk.vision.model == NOW
    assert kiosk.state.rejected[0].reason == "vision or the kiosk failed 3 times"


def test_a_way_back_that_cannot_be_written_is_reported_and_tried_again(
    kiosk: Kiosk, own_state: Path, caplog: Any
) -> None:
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(5)
    partial = own_state / "models" / "state.json.partial"
    partial.mkdir()
    kiosk.vision.restarts = 3
    kiosk.go_on(5)
    assert kiosk.vision.model == "9.0.0"
    assert "state.json.partial" in kiosk.model.message
    assert sum("state.json.partial" in record.message for record in caplog.records) == 1
    partial.rmdir()
    kiosk.go_on(2)
    assert kiosk.vision.model == NOW


def test_the_owner_goes_back_and_forth(kiosk: Kiosk) -> None:
    elsewhere().install(archive(files("9.0.0")))
    kiosk.go_on(5)
    elsewhere().roll_back()
    kiosk.go_on(1)
    assert (kiosk.vision.model, kiosk.monitor.trial, kiosk.model.message) == (NOW, None, "sound")
    elsewhere().use("9.0.0")
    elsewhere().install(archive(files("9.1.0")))
    kiosk.go_on(1)
    assert kiosk.vision.model == "9.1.0"
    assert kiosk.monitor.trial == TrialStatus("9.1.0", NOW, 300.0)


def test_the_show_does_not_wait_for_the_disk(kiosk: Kiosk, monkeypatch: Any) -> None:
    elsewhere().install(archive(files("9.0.0")))
    went_on, written = threading.Event(), []
    monkeypatch.setattr(kiosk.models, "record_trial", lambda *_: written.append(went_on.wait(10)))
    kiosk.monitor.tick(kiosk.now + 1)
    assert written == []
    went_on.set()
    kiosk.monitor.close()
    assert written == [True, True], "in the trial, and at its end"


def test_where_the_configuration_chooses_nothing_is_watched(own_state: Path) -> None:
    trust()
    elsewhere().install(archive(files("9.0.0")))
    models = Models(configured=str(SHIPPED))
    watch = DeploymentMonitor(models, cast("Supervisor", FakeVision(models)))
    watch.tick(1.0)
    assert watch.trial is None
