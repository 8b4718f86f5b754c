"""Moodlift: what runs on the kiosk."""

import os

# Before pygame and OpenCV are imported anywhere: a kiosk's log needs neither their greeting nor
# warnings that it gives itself, in words.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
# Quiet: FFmpeg writes a line or more for each damaged frame, and addresses with their passwords.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# Over UDP, a busy network loses parts of an IP camera's pictures.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_flags;prefer_tcp")

__version__ = "0.2.0"
