"""Answers to "Was I right?": their counts, and the crops that are kept with consent."""

from device.feedback.agreement import Agreement
from device.feedback.crop import Crop, StoredCrop
from device.feedback.recorder import FeedbackRecorder
from device.feedback.store import FILE, AnswerCounts, FeedbackStore

__all__ = [
    "FILE",
    "Agreement",
    "AnswerCounts",
    "Crop",
    "FeedbackRecorder",
    "FeedbackStore",
    "StoredCrop",
]
