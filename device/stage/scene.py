"""What the stage is told, each frame."""

from __future__ import annotations

from dataclasses import dataclass

from device.messages import EMOTIONS, NOBODY, FrameResult, Health, Mood, Reaction

ATTRACT = "attract"
PAUSED = "paused"
ACTS = (*EMOTIONS, ATTRACT, PAUSED)
"""What can be on stage: an emotion, the invitation when nobody is there, or the pause sign."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The kiosk at one moment, as far as it can be seen; `address` is the status page's URL.

    `invitation` is a URL that lets one browser in; `watched` tells that somebody looks at the
    camera's picture on the page. At `night`, the stage is dim while nobody is there.
    """

    mood: Mood = NOBODY
    frame_result: FrameResult | None = None
    reactions: tuple[Reaction, ...] = ()
    health: tuple[Health, ...] = ()
    paused: bool = False
    muted: bool = False
    address: str | None = None
    invitation: str | None = None
    watched: bool = False
    night: bool = False

    @property
    def act(self) -> str:
        """What should be on stage: one of `ACTS`."""
        if self.paused:
            return PAUSED
        return self.mood.emotion if self.mood.emotion in EMOTIONS else ATTRACT
