"""The machine itself: how warm it is, whether it is held back, how full its disk is."""

from device.hardware.board.base import Board, Reading
from device.hardware.board.fake import FakeBoard
from device.hardware.board.linux import LinuxBoard

__all__ = ["Board", "FakeBoard", "LinuxBoard", "Reading"]
