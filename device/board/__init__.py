"""The machine itself: how warm it is, whether it is held back, how full its disk is."""

from device.board.fake import FakeBoard
from device.board.linux import LinuxBoard
from device.board.port import Board, Reading

__all__ = ["Board", "FakeBoard", "LinuxBoard", "Reading"]
