"""Answers to "Was I right?": how many there are, and the crops that people let the kiosk keep."""

from device.feedback.agreement import Agreement
from device.feedback.crop import Keepsake, Kept
from device.feedback.recorder import Keeper
from device.feedback.store import FILE, Answers, Store

__all__ = ["FILE", "Agreement", "Answers", "Keeper", "Keepsake", "Kept", "Store"]
