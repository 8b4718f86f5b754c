"""The mood of the room: a pure function of frame results and time."""

from device.mood.acted import acted, probabilities_of
from device.mood.person import FORGET_SECONDS, Person
from device.mood.state import MIN_RESULTS, Candidate, MoodState, step

__all__ = [
    "FORGET_SECONDS",
    "MIN_RESULTS",
    "Candidate",
    "MoodState",
    "Person",
    "acted",
    "probabilities_of",
    "step",
]
