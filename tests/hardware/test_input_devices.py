"""What /proc/bus/input/devices says of keyboards and touch screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.hardware.display import connected

if TYPE_CHECKING:
    from pathlib import Path

KEYBOARD = """\
I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="Logitech USB Keyboard"
H: Handlers=sysrq kbd leds event1
B: PROP=0
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe
B: MSC=10
B: LED=7
"""
KEYBOARD_32 = KEYBOARD.replace("febeffdfffefffff fffffffffffffffe", "ffefffff ffffffff fffffffe")
POWER_BUTTON = """\
I: Bus=0019 Vendor=0001 Product=0001 Version=0100
N: Name="pwr_button"
H: Handlers=kbd event0
B: PROP=0
B: EV=3
B: KEY=10000000000000 0
"""
REMOTE = """\
N: Name="vc4-hdmi"
H: Handlers=kbd event2
B: PROP=20
B: EV=100017
B: KEY=ffffc000000000 3ff 0 49d2c040ec00 1e378000000000 8010000010000000
"""
TOUCH_SCREEN = """\
N: Name="10-0038 generic ft5x06 (79)"
H: Handlers=mouse0 event3
B: PROP=2
B: EV=b
B: KEY=400 0 0 0 0 0
B: ABS=260800000000003
"""
TOUCHPAD = TOUCH_SCREEN.replace("PROP=2", "PROP=5")
MOUSE = """\
N: Name="Mouse"
H: Handlers=mouse1 event4
B: PROP=0
B: EV=17
B: KEY=70000 0 0 0 0
"""


@pytest.mark.parametrize(
    ("devices", "kinds"),
    [
        ([], set()),
        ([POWER_BUTTON, REMOTE, MOUSE, TOUCHPAD], set()),
        ([POWER_BUTTON, KEYBOARD], {"keyboard"}),
        ([KEYBOARD_32], {"keyboard"}),
        ([TOUCH_SCREEN], {"touch"}),
        ([POWER_BUTTON, TOUCH_SCREEN, REMOTE, KEYBOARD], {"touch", "keyboard"}),
        (["B: PROP=\nB: KEY=what\nB: \n"], set()),
    ],
)
def test_the_kinds_of_devices(devices: list[str], kinds: set[str], tmp_path: Path) -> None:
    path = tmp_path / "devices"
    path.write_text("\n".join(devices) + "\n", "utf-8")
    assert connected(path) == kinds


def test_a_system_without_the_list_has_none(tmp_path: Path) -> None:
    assert connected(tmp_path / "none") == set()
