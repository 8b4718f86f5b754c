"""A camera or sound device is tried in a child, whatever that does to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np
import psutil
import pytest

from device.config.schema import Config
from device.errors import ProbeError
from device.hardware import probe
from device.hardware.camera import picamera, usb
from device.hardware.probe import Choice, Probe
from device.music import CHIME, Library
from tests.support.faces import ASTRONAUT
from tests.support.waiting import PATIENCE, until

if TYPE_CHECKING:
    from pathlib import Path


def make(source: str = "auto", **sound: object) -> Probe:
    return Probe(
        Config.model_validate({"camera": {"source": source}, "sound": sound}),
        Library().sound(CHIME),
    )


def test_a_picture_comes_from_the_camera_that_is_tried() -> None:
    data = make().picture(f"fake:{ASTRONAUT}")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    wanted = cv2.imread(str(ASTRONAUT))
    assert image is not None
    assert wanted is not None
    assert np.abs(image.astype(int) - wanted.astype(int)).mean() < 4


@pytest.mark.parametrize(
    ("own", "source", "words"),
    [
        ("auto", "usb:/dev/video97", "/dev/video97: not connected"),
        ("auto", "usb:Nobody's camera", 'no webcam named "Nobody\'s camera"'),
        ("auto", "fake:error@0", "fake camera: set to fail"),
        ("auto", "fake:die@0", "its driver crashed"),
        ("file:clip.mp4", "file:clip.mp4", "the kiosk is using it; its live picture is"),
        ("usb:/dev/video97", "usb:/dev/video97", "the kiosk is using it"),
    ],
)
def test_a_camera_that_gives_no_picture_is_reported_in_words(
    own: str, source: str, words: str
) -> None:
    with pytest.raises(ProbeError) as caught:
        make(own).picture(source)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("own", ["usb:{}/video0", "usb:{}/by-id"])
def test_the_kiosk_s_camera_is_known_by_any_path(tmp_path: Path, own: str) -> None:
    (tmp_path / "video0").touch()
    (tmp_path / "by-id").symlink_to("video0")
    for name in ("video0", "by-id", f"../{tmp_path.name}/video0"):
        with pytest.raises(ProbeError, match="the kiosk is using it"):
            make(own.format(tmp_path)).picture(f"usb:{tmp_path}/{name}")
    with pytest.raises(ProbeError, match="not connected"):
        make(own.format(tmp_path)).picture(f"usb:{tmp_path}/video1")


def test_a_camera_that_blocks_is_given_up_and_another_can_be_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probe, "TIMEOUT_SECONDS", 2.0)
    one = make()
    told: list[str] = []

    def block() -> None:
        try:
            one.picture("fake:block@0")
        except ProbeError as error:
            told.append(str(error))

    before = set(psutil.Process().children())
    thread = threading.Thread(target=block)
    thread.start()
    until(lambda: set(psutil.Process().children()) - before)
    with pytest.raises(ProbeError, match="something else is being tried"):
        one.cameras()
    thread.join(PATIENCE)
    assert told == ["no answer within 2 s"]
    # Only the tracker of shared memory, which the first child brings along, stays.
    assert len(set(psutil.Process().children()) - before) <= 1
    monkeypatch.undo()
    assert one.picture("fake:").startswith(b"\xff\xd8")


def test_cameras_are_named_so_that_they_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = [
        usb.Node(tmp_path / "video0", "Twin"),
        usb.Node(tmp_path / "video2", "Twin"),
        usb.Node(tmp_path / "video4", "Single"),
        usb.Node(tmp_path / "video6", "Twin One"),
    ]
    monkeypatch.setattr(usb, "devices", lambda: nodes)
    monkeypatch.setattr(picamera, "models", lambda: ["imx708"])
    assert probe._list_cameras("usb:Single") == [
        Choice("picamera2", "Pi camera imx708"),
        Choice(f"usb:{tmp_path}/video0", f"Twin ({tmp_path}/video0)"),
        Choice(f"usb:{tmp_path}/video2", f"Twin ({tmp_path}/video2)"),
        Choice("usb:Single", f"Single ({tmp_path}/video4)", in_use=True),
        Choice("usb:Twin One", f"Twin One ({tmp_path}/video6)"),
    ]
    assert [one.in_use for one in probe._list_cameras("auto")] == [True, *[False] * 4]
    assert [one.in_use for one in probe._list_cameras("usb:twin")] == [False, True, *[False] * 3]
    assert not any(one.in_use for one in probe._list_cameras("file:clip.mp4"))


def test_a_machine_without_sound_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SDL_AUDIODRIVER", "PULSE_SERVER", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(probe, "find_outlets", lambda _: ())
    assert probe._list_speakers(Config().sound) == []


def test_a_sound_is_played_to_its_end_on_the_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    played = tmp_path / "played.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(played))
    loud, quiet = make(volume=0.8), make(volume=0.2, volume_cap=0.1)
    assert loud.play("") == "SDL driver disk"
    peak = np.abs(np.fromfile(played, "<i2").astype(int)).max()
    assert peak > 3000
    quiet.play("")
    assert np.abs(np.fromfile(played, "<i2").astype(int)).max() < peak / 4


def test_sound_devices_have_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    found = make().speakers()
    assert found[0] == Choice("", "the system's choice (SDL driver dummy)", in_use=True)
    assert all(one.name and not one.in_use for one in found[1:])
    assert not any(one.in_use for one in make(enabled=False).speakers())


def test_a_sound_device_that_is_none_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "nonsense")
    with pytest.raises(ProbeError, match="cannot be opened"):
        make().play("")
    with pytest.raises(ProbeError, match="cannot be listed"):
        make().speakers()


def test_the_kiosk_knows_its_own_sound_device() -> None:
    assert make(device="Box").is_own("Box")
    assert not make(device="Box").is_own("")
    assert not make(device="Box", enabled=False).is_own("Box")
