"""The state that the stage draws in each frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from device.messages import EMOTIONS, NOBODY, FrameResult, Game, Health, Mood, Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTRACT = "attract"
PAUSED = "paused"
BLIND = "blind"
WAKING = "waking"
EVERYBODY = "everybody"
ACTS = (*EMOTIONS, ATTRACT, PAUSED, BLIND, WAKING, EVERYBODY)
"""The acts: an emotion, the invitation to an empty room, the pause sign, being blind, waking up
until the camera has given its first frame, or the game in which everybody smiles."""

WayToResume = Literal["touch", "button", "key"]


class PersonSmile(NamedTuple):
    """One person's smile: how wide, how full its ring, and whether it has burst and stays."""

    level: float
    ring: float
    celebrating: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """The visible state of the kiosk at one moment. `address` is the status page's URL.

    `smile` in [0, 1] is how widely somebody smiles, and `ring` how full the ring of the smile at
    the front is. `smiles` has each person's, by id, `front` is the id of the one at the front.
    While `celebrating`, that smile is the act, whatever the mood of the room; `streak` counts the
    smiles in a row. So it is in a `relief`, which celebrates the first smile after sadness or fear.
    A `game` that several people play has an act of its own.
    `blind` is whether camera, vision or model have failed, so that nobody can be seen, and `waking`
    whether the camera has given no frame yet. `way_to_resume` is what ends a pause at the kiosk.
    `invitation` is a URL that pairs one browser. `watched` is true while somebody watches the live
    view. At `night` the stage is dim while the room is empty.
    """

    mood: Mood = NOBODY
    frame_result: FrameResult | None = None
    smile: float = 0.0
    ring: float = 0.0
    smiles: Mapping[int, PersonSmile] = field(default_factory=dict)
    front: int | None = None
    celebrating: bool = False
    streak: int = 0
    relief: bool = False
    game: Game | None = None
    blind: bool = False
    waking: bool = False
    reactions: tuple[Reaction, ...] = ()
    health: tuple[Health, ...] = ()
    paused: bool = False
    way_to_resume: WayToResume | None = None
    muted: bool = False
    address: str | None = None
    invitation: str | None = None
    watched: bool = False
    night: bool = False

    @property
    def at_once(self) -> bool:
        """Whether the act does not wait for the present one: a celebration."""
        return not self.paused and (self.celebrating or self.relief)

    @property
    def cue(self) -> str | None:
        """What else the words of the act depend on: the way to end a pause, or a game's phase."""
        if self.paused:
            return self.way_to_resume
        return self.game.phase if self.game else None

    @property
    def act(self) -> str:
        """The act to show: one of `ACTS`."""
        if self.paused:
            return PAUSED
        if self.game is not None:
            return EVERYBODY
        if self.celebrating or self.relief:
            return "happy"
        if self.mood.emotion in EMOTIONS:
            return self.mood.emotion
        if self.blind:
            return BLIND
        return WAKING if self.waking else ATTRACT
