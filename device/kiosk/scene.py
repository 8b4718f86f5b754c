"""The part of the scene on stage that comes from the people and the reactions to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage import PersonSmile, Scene

if TYPE_CHECKING:
    from device.kiosk.responder import Responder
    from device.messages import FrameResult, Mood
    from device.mood import JoyState


BEAM = 0.8
"""How widely the character smiles at least while a smile is celebrated."""


def compose(
    mood: Mood, joy: JoyState, frame_result: FrameResult | None, responder: Responder
) -> Scene:
    """Return the scene of a mood, smiles and reactions, before the kiosk adds its own state."""
    return Scene(
        mood=mood,
        frame_result=frame_result,
        smile=max(joy.level, BEAM if responder.celebrates else 0.0),
        ring=joy.ring,
        smiles=person_smiles(joy),
        front=joy.front,
        celebrating=responder.celebrates,
        streak=joy.streak,
        relief=responder.is_relief,
        game=responder.game,
        reactions=responder.effects,
    )


def person_smiles(joy: JoyState) -> dict[int, PersonSmile]:
    """Return each person's smile, by id."""
    return {one.id: PersonSmile(one.level, one.ring, one.faded is not None) for one in joy.smiles}
