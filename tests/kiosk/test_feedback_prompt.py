"""From touch and key to a kept crop: a whole kiosk without a screen, before a real face."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from device.cli import main
from device.config.schema import FeedbackConfig
from device.feedback import FeedbackStore, archive
from device.system.paths import ASSETS
from device.vision.alignment import align
from device.vision.detector import KEEP, Detector
from tests.support.faces import ASTRONAUT, astronaut

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DEMO = ASSETS / "clip" / "demo.mp4"

SCRIPT = """
import logging, sys, time
import pygame
from device.config.schema import Config
from device.kiosk.kiosk import Kiosk, RunOptions
from device.stage.overlays.consent import MIN_ANSWER_SECONDS
from tests.support.waiting import until

logging.basicConfig(level=logging.INFO)
source, enabled = sys.argv[1], sys.argv[2] == "on"
config = Config.model_validate({
    "camera": {"source": source}, "sound": {"enabled": False}, "web": {"enabled": False},
    "feedback": {"enabled": enabled}, "stage": {"fullscreen": False, "width": 640, "height": 360},
})
kiosk = Kiosk(config, RunOptions("offscreen"))

now = time.monotonic()

def wait(condition):
    # Time passes here; between such waits the kiosk's clock stands still.
    def passed():
        global now
        now = time.monotonic()
        kiosk.tick(now)
        return condition()
    until(passed, seen=lambda: kiosk._health.parts, pause=0.02)

def step(seconds=0.0):
    end = now + seconds
    if seconds:
        wait(lambda: now >= end)
    else:
        kiosk.tick(now)

def press(key):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
    step()

def tap(rect):
    at = {"pos": rect.center, "button": 1}
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, at))
    step()

def asked():
    return kiosk.container.stage.is_asking_consent(now)

def come_up(answer):
    wait(lambda: kiosk._prompt._prompt.response.done())
    answer()

def settled():
    return kiosk._perception.room.emotion is not None

try:
    if source != "fake:":
        wait(settled)
    parts = kiosk.container.stage.prepare((640, 360))
    exec(sys.argv[3])
    wait(kiosk.container.feedback._tasks.empty)
finally:
    kiosk.close()
"""


def play(source: str, script: str, enabled: str = "on") -> str:
    """Run a kiosk through some steps; return what it logged."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, source, enabled, script],
        capture_output=True,
        text=True,
        timeout=150,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stderr)
    return done.stderr


@pytest.fixture
def store(own_state: Path) -> FeedbackStore:
    return FeedbackStore(own_state, FeedbackConfig())


YES_BY_KEYS = """
press(pygame.K_w)
come_up(lambda: press(pygame.K_5))
assert asked()
press(pygame.K_y)
assert asked(), "too hasty"
step(MIN_ANSWER_SECONDS)
press(pygame.K_y)
assert not asked()
assert kiosk._prompt._prompt is None
"""


def test_keys_keep_the_crop_that_the_device_makes(store: FeedbackStore, tmp_path: Path) -> None:
    told = play(f"file:{ASTRONAUT}", YES_BY_KEYS)
    assert "somebody feels sad; the stage showed happy" in told
    assert store.answers().counts == {("happy", "sad"): 1}
    target = tmp_path / "export.zip"
    assert main.main(["feedback", "export", str(target)]) == 0
    (one,) = archive.read(target)
    image = astronaut()
    (face,) = Detector().detect(image, KEEP)
    assert np.array_equal(one.image, align(image, face.landmarks))
    assert one.label == "sad"
    assert one.model
    assert one.probabilities[3] > 0.5, "what the model saw is kept beside what was said"


YES_BY_TOUCH = """
tap(pygame.Rect(320, 40, 1, 1))
come_up(lambda: tap(parts.question.cell(3)))
assert asked()
step(MIN_ANSWER_SECONDS)
tap(parts.consent.yes)
"""


def test_touches_keep_a_crop_of_the_demo_s_people(store: FeedbackStore) -> None:
    play(f"file:{DEMO}", YES_BY_TOUCH)
    (one,) = store.crops()
    assert one.label == "happy"
    assert one.image.std() > 15
    assert sum(store.answers().counts.values()) == 1


NO = """
def no(answer):
    wait(settled)
    press(pygame.K_w)
    come_up(lambda: press(pygame.K_4))
    assert asked()
    step(MIN_ANSWER_SECONDS)
    answer()
    step()
    assert not asked()
    assert kiosk.container.stage._consent.picture is None
    assert not kiosk._prompt._prompt or not kiosk._prompt._prompt.felt
    kiosk.container.stage._question.hide()

def too_late(answer):
    kiosk.container.stage._consent._since -= 20
    step()
    answer()

no(lambda: press(pygame.K_n))
no(lambda: press(pygame.K_w))
no(lambda: tap(parts.consent.no))
no(lambda: tap(pygame.Rect(320, 20, 1, 1)))
no(lambda: too_late(lambda: press(pygame.K_y)))
no(lambda: too_late(lambda: tap(parts.consent.yes)))
"""


def test_without_a_yes_only_the_count_is_kept(store: FeedbackStore) -> None:
    play(f"file:{ASTRONAUT}", NO)
    assert store.crops() == []
    assert store.answers().counts == {("happy", "happy"): 6}


UNANSWERED = """
press(pygame.K_w)
wait(lambda: kiosk._prompt._prompt.response.done())
assert kiosk._prompt._prompt.seen.crop is not None
kiosk.container.stage._question._asked -= 20
step()
assert kiosk._prompt._prompt is None
press(pygame.K_4)
press(pygame.K_y)

from device.control.commands import parse
kiosk.container.commands.put(parse({"show": {"emotion": "surprise", "seconds": 1}}))
step(0.2)
press(pygame.K_w)
come_up(lambda: press(pygame.K_1))
assert asked()
step(MIN_ANSWER_SECONDS)
press(pygame.K_n)

press(pygame.K_SPACE)
step(0.5)
press(pygame.K_w)
come_up(lambda: press(pygame.K_4))
assert not asked()
step(3.0)
"""


def test_what_is_no_answer_to_what_the_kiosk_saw_leaves_nothing(store: FeedbackStore) -> None:
    """A question that nobody answers, a scene that the owner has put on, and a paused camera."""
    play(f"file:{ASTRONAUT}", UNANSWERED)
    assert store.crops() == []
    assert set(store.answers().counts) <= {("happy", "happy")}, "of just before the pause"


def test_before_nobody_the_answer_is_thanked_for_alone(store: FeedbackStore) -> None:
    script = """
wait(lambda: kiosk.container.vision.model)
press(pygame.K_w)
come_up(lambda: press(pygame.K_5))
assert not asked()
"""
    assert "somebody feels sad; the stage showed None" in play("fake:", script)
    assert store.crops() == []
    assert store.answers().counts == {}


def test_switched_off_nothing_is_asked_or_counted(store: FeedbackStore) -> None:
    script = """
press(pygame.K_w)
assert kiosk._prompt._prompt is None
press(pygame.K_5)
step(0.5)
assert not asked()
assert ("feedback", "off") in [(one.part, one.level) for one in kiosk._health.parts]
"""
    play(f"file:{ASTRONAUT}", script, "off")
    assert not store.path.exists()


def test_a_disk_that_fails_is_reported_and_the_show_goes_on(store: FeedbackStore) -> None:
    store.path.parent.parent.mkdir(parents=True)
    store.path.parent.touch()
    script = (
        YES_BY_KEYS
        + """
wait(lambda: kiosk.container.feedback.health[0] == "degraded")
told = {one.part: one.message for one in kiosk._health.parts}
assert told["feedback"].startswith("nothing is kept: "), told
step(0.3)
"""
    )
    play(f"file:{ASTRONAUT}", script)
