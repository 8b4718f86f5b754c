"""Moodlift: what runs on the kiosk."""

__version__ = "0.1.0"
