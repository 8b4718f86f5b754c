"""The real vision worker, as a child process that is killed, frozen, paused and restarted."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from device.messages import Level
from device.vision import supervisor as module
from tests.support.bundles import put
from tests.support.faces import ASTRONAUT, astronaut
from tests.support.supervisors import Start, health, sees_a_face, sees_on, tick_until


def test_a_face_in_front_of_the_camera_is_seen(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    frame_result = supervisor.frame_result.get()
    assert frame_result is not None
    assert frame_result.faces[0].emotion == "happy"
    assert sum(frame_result.faces[0].probabilities) == pytest.approx(1.0, abs=1e-4)
    assert frame_result.processed_at >= frame_result.captured_at
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OK)
    assert supervisor.model


@pytest.mark.pace
def test_ids_stay_and_the_rate_is_kept(start: Start) -> None:
    supervisor = start("fake:" + str(ASTRONAUT), max_rate=10.0)
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    numbers, ids, begin = set(), set(), time.monotonic()
    while time.monotonic() - begin < 2.0:
        supervisor.tick(time.monotonic())
        frame_result = supervisor.frame_result.get()
        assert frame_result is not None
        numbers.add(frame_result.number)
        ids |= {face.id for face in frame_result.faces}
        assert frame_result.processed_at - frame_result.captured_at < 2.0
        time.sleep(0.005)
    assert ids == {1}
    assert 5 <= len(numbers) / 2.0 <= 11.5


def test_the_preview_is_written_only_when_wanted(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.preview.read() is None
    supervisor.preview.wanted = True
    tick_until(supervisor, lambda: supervisor.preview.read() is not None)
    got = supervisor.preview.read()
    assert got is not None
    assert np.array_equal(got[0].image, astronaut())


def test_killed_it_comes_back_by_itself(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    first = supervisor.pid
    assert first
    os.kill(first, signal.SIGKILL)
    tick_until(supervisor, lambda: health(supervisor, "vision")[0] is Level.FAILED)
    assert "ended by itself (exit code -9); starting it again in" in health(supervisor, "vision")[1]
    before = supervisor.frame_result.get()
    assert before
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not before)
    assert supervisor.pid != first
    assert supervisor.restarts == 1
    tick_until(supervisor, lambda: health(supervisor, "vision") == (Level.OK, "running"))


def test_a_restarted_worker_chooses_the_model_again(start: Start, own_state: Path) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor) and supervisor.model)
    first, before = supervisor.pid, supervisor.model
    put(own_state / "models", "99.0.0")
    supervisor.restart(time.monotonic())
    tick_until(
        supervisor,
        lambda: (
            supervisor.model == "99.0.0" and health(supervisor, "vision") == (Level.OK, "running")
        ),
    )
    assert before != "99.0.0"
    assert supervisor.pid != first
    assert supervisor.restarts == 0
    last = supervisor.frame_result.get()
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not last)


@pytest.mark.slow
def test_frozen_it_is_killed_and_started_again(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGSTOP)
    tick_until(supervisor, lambda: supervisor.restarts == 1)
    assert health(supervisor, "vision")[1].startswith("silent for 4 s")
    before = supervisor.frame_result.get()
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not before)


@pytest.mark.pace
def test_a_machine_that_is_slow_gets_more_time_with_each_worker_that_was_silent(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENCE_SECONDS", 1.0)
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    for number, limit in enumerate((1, 2, 4), 1):
        assert supervisor.pid
        os.kill(supervisor.pid, signal.SIGSTOP)
        begun = time.monotonic()
        asleep, longest = time.monotonic(), 0.0
        while supervisor.restarts < number:
            assert time.monotonic() - begun < limit + 4.0
            now = time.monotonic()
            supervisor.tick(now)
            asleep = now if supervisor.is_progressing(now) else asleep
            longest = max(longest, now - asleep)
            time.sleep(0.01)
        assert time.monotonic() - begun > 0.5 * limit
        assert longest < 0.75, "a watchdog would take the kiosk for hung"
        assert health(supervisor, "vision")[1].startswith(f"silent for {limit} s")
        sees_on(supervisor)


def test_ctrl_c_does_not_reach_a_worker_that_has_only_just_begun(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    for _ in range(20):
        if supervisor.pid:
            os.kill(supervisor.pid, signal.SIGINT)
        time.sleep(0.02)
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    assert supervisor.restarts == 0
    assert "KeyboardInterrupt" not in capfd.readouterr().err


def test_paused_means_that_the_camera_is_closed(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    tick_until(supervisor, lambda: sees_a_face(supervisor))
    supervisor.pause(True)
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    paused = supervisor.frame_result.get()
    end = time.monotonic() + 0.7
    tick_until(supervisor, lambda: time.monotonic() > end)
    assert supervisor.frame_result.get() is paused
    assert supervisor.pid
    os.kill(supervisor.pid, signal.SIGKILL)
    tick_until(
        supervisor,
        lambda: health(supervisor, "vision") == (Level.OK, "running") and supervisor.restarts == 1,
    )
    tick_until(supervisor, lambda: health(supervisor, "camera")[0] is Level.OFF)
    supervisor.pause(False)
    tick_until(supervisor, lambda: supervisor.frame_result.get() is not paused)


def test_without_a_good_model_the_camera_still_works(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"file:{ASTRONAUT}", model=str(tmp_path / "emotion-9"))
    tick_until(
        supervisor,
        lambda: sees_a_face(supervisor) and health(supervisor, "model")[0] is Level.DEGRADED,
    )
    _, words = health(supervisor, "model")
    assert "serves instead" in words
    assert "emotion-9" in words


def test_frames_that_stop_are_no_advance_until_it_is_known_why(start: Start) -> None:
    supervisor = start(f"file:{ASTRONAUT}")
    assert not supervisor.is_progressing(time.monotonic()), "nothing was told yet"
    supervisor.tick(time.monotonic())
    assert supervisor.is_progressing(time.monotonic()), "it starts"
    tick_until(
        supervisor, lambda: sees_a_face(supervisor) and health(supervisor, "camera")[0] is Level.OK
    )
    tick_until(
        supervisor,
        lambda: all(
            status[0] is Level.OK
            for status in (supervisor.health, supervisor.camera, supervisor.model_status)
        ),
    )
    assert supervisor.is_progressing(time.monotonic())
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGSTOP)
    later = time.monotonic() + module.SILENCE_SECONDS + 1
    assert not supervisor.is_progressing(later)
    supervisor.tick(later)
    assert supervisor.is_progressing(later), "the health reports that vision is silent"
