"""The mood of the room: a pure function of frame results and time."""

from device.mood.acted import acted, probabilities_of
from device.mood.joy import JoyState
from device.mood.joy import step as step_joy
from device.mood.observer import Observer
from device.mood.person import FORGET_SECONDS, Person
from device.mood.place import LESSON_SECONDS, Lesson, Place
from device.mood.state import MIN_RESULTS, Candidate, MoodState, step

__all__ = [
    "FORGET_SECONDS",
    "LESSON_SECONDS",
    "MIN_RESULTS",
    "Candidate",
    "JoyState",
    "Lesson",
    "MoodState",
    "Observer",
    "Person",
    "Place",
    "acted",
    "probabilities_of",
    "step",
    "step_joy",
]
