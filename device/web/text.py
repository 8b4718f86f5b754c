"""What the page says: a mirror of the mood, kind, and never a verdict."""

from __future__ import annotations

from device.messages import EMOTIONS

EMPTY = "empty"
"""The name of the picture of a room with nobody in it."""
PAUSED = "paused"
"""The name of the picture while the camera is paused."""
PICTURES = (*EMOTIONS, PAUSED, "attract", "hand", "party-popper", "sparkles")
"""The emoji that may be asked for."""

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
"""What somebody calls their own feeling."""
LEVELS = {
    "ok": "All well",
    "degraded": "Running, with a hitch",
    "failed": "Needs a hand",
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
    """Name the picture, and the key in `MOODS`, that goes with a mood; `live.js` does the same."""
    if paused:
        return PAUSED
    return emotion if emotion in MOODS else EMPTY


def number(value: float, digits: int = 0) -> str:
    """Write a number; JavaScript's toFixed writes the same."""
    return f"{value:.{digits}f}"


def boolean(value: bool) -> str:
    """Write a truth value as HTML's ARIA attributes do."""
    return "true" if value else "false"


def duration(seconds: float) -> str:
    """Write how long something lasts, in its two largest units; `words.js` does the same."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def percent(share: float | None) -> str:
    """Write a share in [0, 1]."""
    return "none yet" if share is None else f"{100 * share:.0f} %"


def interval(bounds: tuple[float, float] | None) -> str:
    """Write the bounds of a share, in [0, 1] each."""
    return "" if bounds is None else f"{100 * bounds[0]:.0f} to {100 * bounds[1]:.0f} %"


def people(count: int) -> str:
    """Count people."""
    return f"{count} person" if count == 1 else f"{count} people"


def age(seconds: float | None) -> str:
    """Write how old the newest picture is."""
    if seconds is None:
        return "none yet"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


def music(title: str | None, volume: float, muted: bool) -> str:
    """Say what plays, and how loud."""
    if title is None:
        return "quiet"
    return f"{title}, muted" if muted else f"{title}, {volume:.0%}"


def warmth(degrees: float | None) -> str:
    """Write the processor's temperature."""
    return "not told" if degrees is None else f"{degrees:.0f} °C"


def room(megabytes: int | None) -> str:
    """Write how much of a disk is left."""
    return "not told" if megabytes is None else f"{megabytes / 1000:.1f} GB free"


def when(ago: float, lasted: float | None) -> str:
    """Write when a fault was, and for how long."""
    if lasted is None:
        return f"for {duration(ago)} now"
    return f"{duration(ago)} ago, for {duration(lasted)}"
