"""The part of the scene on stage that comes from the people and the reactions to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.stage import PersonSmile, Scene

if TYPE_CHECKING:
    from device.messages import FrameResult, Game, Mood, Reaction
    from device.mood import JoyState
    from device.reactions import ReactionState

BEAM = 0.8
"""How widely the character smiles at least while a smile is celebrated."""


def compose(
    mood: Mood,
    joy: JoyState,
    frame_result: FrameResult | None,
    state: ReactionState,
    game: Game | None,
) -> Scene:
    """Return the scene of a mood, smiles and reactions, before the kiosk adds its own state."""
    return Scene(
        mood=mood,
        frame_result=frame_result,
        smile=max(joy.level, BEAM if state.celebrates else 0.0),
        ring=joy.ring,
        smiles=_person_smiles(joy),
        front=joy.front,
        celebrating=state.celebrates,
        streak=joy.streak,
        relief=state.is_relief,
        game=game,
        reactions=shown(state, game),
    )


def shown(state: ReactionState, game: Game | None) -> tuple[Reaction, ...]:
    """Return the reaction whose effect is shown, if any; in a game only one to what people do."""
    return tuple(one for one in state.effects if game is None or one.on != "mood")


def _person_smiles(joy: JoyState) -> dict[int, PersonSmile]:
    """Return each person's smile, by id."""
    return {one.id: PersonSmile(one.level, one.ring, one.faded is not None) for one in joy.smiles}
