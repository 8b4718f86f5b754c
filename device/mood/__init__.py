"""The mood of the room: a pure function of sightings and time."""

from device.mood.acted import acted, probabilities_of
from device.mood.person import FORGET_SECONDS, Person
from device.mood.state import MIN_SIGHTINGS, Candidate, MoodState, step

__all__ = [
    "FORGET_SECONDS",
    "MIN_SIGHTINGS",
    "Candidate",
    "MoodState",
    "Person",
    "acted",
    "probabilities_of",
    "step",
]
