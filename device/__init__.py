"""Moodlift: what runs on the kiosk."""

import os

# Before pygame is imported anywhere: a kiosk's log needs no greeting.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

__version__ = "0.1.0"
