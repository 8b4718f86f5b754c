"""Crops and answers as people give them, at a fixed hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device.config.schema import FeedbackConfig
from device.feedback import Crop, FeedbackStore
from device.feedback.crop import encode
from device.messages import Feedback
from tests.support.exports import crop

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1_790_000_000.0
HOUR = int(NOON // 3600)
SURE = (0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05)


def face_crop(label: str = "happy", hour: int = HOUR, seed: int = 0) -> Crop:
    return Crop(label, SURE, "0.4.0", hour, encode(crop(seed)))


def store(folder: Path, **limits: Any) -> FeedbackStore:
    return FeedbackStore(folder, FeedbackConfig(**limits))


def said(felt: str, shown: str | None = "happy") -> Feedback:
    return Feedback(felt, shown)
