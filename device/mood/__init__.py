"""The mood of the room: a pure function of sightings and time."""

from device.mood.person import FORGET_SECONDS, Person
from device.mood.state import MIN_SIGHTINGS, Candidate, MoodState, step

__all__ = ["FORGET_SECONDS", "MIN_SIGHTINGS", "Candidate", "MoodState", "Person", "step"]
