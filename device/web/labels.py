"""The settings in plain words, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from device.config.types import SOURCE_HELP


@dataclass(frozen=True, slots=True)
class Label:
    """What a setting is called, its unit, more about it, and what it means when it is empty."""

    text: str
    unit: str = ""
    hint: str = ""
    blank: str = ""


HOURS = "local time, such as 22:00-07:30, or empty for never"

GROUPS = {
    "Camera": {
        "camera.source": Label("Camera", hint=SOURCE_HELP),
        "camera.width": Label("Width of its picture", "pixels"),
        "camera.height": Label("Height of its picture", "pixels"),
        "camera.rotate": Label("Turn its picture clockwise", "degrees"),
    },
    "Stage": {
        "stage.face": Label("Who mirrors people"),
        "stage.language": Label("Language"),
        "stage.mirror": Label(
            "Mirror the stage", hint="for a screen behind a half-silvered mirror"
        ),
        "stage.rotate": Label(
            "Turn the stage clockwise", "degrees", "for a screen that hangs turned"
        ),
        "stage.fps": Label("Pictures a second", "pictures"),
        "stage.reduced_motion": Label(
            "Reduced motion", hint="no breathing, bouncing or glancing about"
        ),
        "stage.night_hours": Label("Dim while nobody is there", hint=HOURS, blank="never"),
    },
    "Sound": {
        "sound.enabled": Label("Music and sounds"),
        "sound.device": Label(
            "Sound device", hint="its name, or empty for the system's choice", blank="the system's"
        ),
        "sound.volume": Label("Volume after a start", hint="0 is silent, 1 is full"),
        "sound.volume_cap": Label("Never louder than", hint="0 is silent, 1 is full"),
        "sound.quiet_hours": Label("Silent hours", hint=HOURS, blank="never"),
    },
    "History and page": {
        "history.days": Label("Keep the history for", "days"),
        "web.viewers": Label("Browsers that see the live picture at once", "browsers"),
        "web.blur_faces": Label("Hide faces in the live picture at first"),
        "web.visitor_access": Label(
            "Visitors may try it", hint="let in by a code on the stage, with their own camera"
        ),
    },
}
"""Label of each key that can be set, in groups."""
