"""Texts of the page: they mirror the mood kindly, and never judge."""

from __future__ import annotations

from device.messages import EMOTIONS

EMPTY = "empty"
"""The name of the picture of an empty room."""
PAUSED = "paused"
"""The name of the picture while the camera is paused."""
PICTURES = (*EMOTIONS, PAUSED, "attract", "hand", "party-popper", "sparkles")
"""The emoji that the page serves."""

MOODS = {
    "angry": "Looks upset",
    "disgust": "Looks put off",
    "fear": "Looks worried",
    "happy": "Looks happy",
    "sad": "Looks a little down",
    "surprise": "Looks surprised",
    "neutral": "Looks calm",
    EMPTY: "Nobody here right now",
    PAUSED: "The camera is paused",
}
NAMES = {
    "angry": "Angry",
    "disgust": "Disgusted",
    "fear": "Afraid",
    "happy": "Happy",
    "sad": "Sad",
    "surprise": "Surprised",
    "neutral": "Neutral",
}
"""How people name their own feeling."""
LEVELS = {
    "ok": "All well",
    "degraded": "Running, with a problem",
    "failed": "Needs attention",
    "off": "Switched off",
}

MODEL_LEVELS = {
    "in use": "ok",
    "on trial": "degraded",
    "last good": "off",
    "ready": "off",
    "rejected": "failed",
    "damaged": "failed",
}
"""The colour of each state of a model."""


def picture(emotion: str | None, paused: bool) -> str:
    """Return the picture of a mood, which is its key in `MOODS`; `live.js` does the same."""
    if paused:
        return PAUSED
    return emotion if emotion in MOODS else EMPTY


def number(value: float, digits: int = 0) -> str:
    """Format a number as JavaScript's toFixed does."""
    return f"{value:.{digits}f}"


def boolean(value: bool) -> str:
    """Format a boolean as HTML's ARIA attributes do."""
    return "true" if value else "false"


def duration(seconds: float) -> str:
    """Format a duration in its two largest units; `words.js` does the same."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def percent(share: float | None) -> str:
    """Format a share in [0, 1]."""
    return "none yet" if share is None else f"{100 * share:.0f} %"


def interval(bounds: tuple[float, float] | None) -> str:
    """Format the bounds of a share, in [0, 1] each."""
    return "" if bounds is None else f"{100 * bounds[0]:.0f} to {100 * bounds[1]:.0f} %"


def people(count: int) -> str:
    """Count people."""
    return f"{count} person" if count == 1 else f"{count} people"


def age(seconds: float | None) -> str:
    """Format the age of the newest frame."""
    if seconds is None:
        return "none yet"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


def music(title: str | None, volume: float, muted: bool) -> str:
    """Format what plays, and at which volume."""
    if title is None:
        return "quiet"
    return f"{title}, muted" if muted else f"{title}, {volume:.0%}"


def temperature(degrees: float | None) -> str:
    """Format the processor's temperature."""
    return "unknown" if degrees is None else f"{degrees:.0f} °C"


def disk_space(megabytes: int | None) -> str:
    """Format the free space of a disk."""
    return "unknown" if megabytes is None else f"{megabytes / 1000:.1f} GB free"


def fault_time(age: float, lasted: float | None) -> str:
    """Format when a fault was, and for how long."""
    if lasted is None:
        return f"for {duration(age)} now"
    return f"{duration(age)} ago, for {duration(lasted)}"
