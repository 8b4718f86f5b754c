"""The machine itself: its temperature, throttling and free disk space."""

from device.hardware.board.base import Board, Reading
from device.hardware.board.fake import FakeBoard
from device.hardware.board.linux import LinuxBoard

__all__ = ["Board", "FakeBoard", "LinuxBoard", "Reading"]
