"""Advances the reactions with the mood and with time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.mood import JoyState
from device.reactions.relief import NO_RELIEF, ReliefState
from device.reactions.relief import step as step_relief
from device.reactions.rule_state import RuleState, advance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.messages import Mood, Reaction
    from device.reactions.rule import Rule


SMILING_LEVEL = 0.25
"""Somebody smiles from this level of joy on."""
RELIEF_SECONDS = 2.0
"""A relief is the act for so long, even if the smile is gone sooner."""
NO_JOY = JoyState()


@dataclass(frozen=True, slots=True)
class ReactionState:
    """The state of `step`; `ReactionState()` is the initial one.

    `active` are the present reactions, the most important first: playlist and light are each taken
    from the first one that has it, so that music may outlast its mood. While the stage
    `celebrates`, a smile owns it: until that fades or, if the mood does not change meanwhile, until
    the answer to it ends. `effects` has the one whose effect is shown, if any: the first whose mood
    still holds and that does not contradict the owner. `sounds` are the short sounds that begin at
    this step. `smiles` is whether anybody smiles.
    """

    active: tuple[Reaction, ...] = ()
    effects: tuple[Reaction, ...] = ()
    sounds: tuple[str, ...] = ()
    rule_states: tuple[RuleState, ...] = ()
    clock: float = -math.inf
    relief: ReliefState = NO_RELIEF
    smiles: bool = False
    celebrates: bool = False

    @property
    def is_relief(self) -> bool:
        """Whether the first smile after sadness or fear is celebrated, and may be still there."""
        started = [one.started for one in self.active if one.on == "relief"]
        return bool(started) and (self.smiles or self.clock - max(started) < RELIEF_SECONDS)


def step(
    state: ReactionState,
    rules: Iterable[Rule],
    mood: Mood,
    now: float,
    joy: JoyState = NO_JOY,
    has_won: bool = False,
) -> ReactionState:
    """Return the reactions at `now` to the mood of the room, to smiles, and to a game's being won.

    `active` begins with the reactions whose mood holds, in the order of the rules; those that
    linger follow, newest first. `now` is in monotonic seconds and is ignored if it goes backwards.
    """
    clock = now if state.clock < now < math.inf else state.clock
    eased = step_relief(state.relief, mood, joy, clock)
    answered = eased.bursts and any(one.on == "relief" for one in state.active)
    signals = _signals(joy, eased.begins, answered)
    if has_won:
        signals.add("everybody")
    previous = {rule_state.name: rule_state for rule_state in state.rule_states}
    rule_states: list[RuleState] = []
    sounds: list[str] = []
    for rule in rules:
        old = previous.get(rule.name, RuleState(rule.name))
        new = advance(old, rule, mood.emotion, clock, signals)
        rule_states.append(new)
        if rule.sound and _has_started(old, new):
            sounds.append(rule.sound)
    fitting, lingering = _split(rule_states)
    celebrates = joy.is_celebrating or _is_newest(fitting, mood)
    return ReactionState(
        active=(*fitting, *lingering),
        effects=_owner(fitting, mood, celebrates),
        sounds=tuple(sounds),
        rule_states=tuple(rule_states),
        clock=clock,
        relief=eased,
        smiles="smiling" in signals,
        celebrates=celebrates,
    )


def _is_newest(fitting: list[Reaction], mood: Mood) -> bool:
    """Return whether an answer to a smile is newer than the mood, and so what is to be shown."""
    answers = [one.started for one in fitting if one.effect and one.on != "mood"]
    return bool(answers) and (mood.emotion == "happy" or max(answers) >= mood.since)


def _owner(fitting: list[Reaction], mood: Mood, celebrates: bool) -> tuple[Reaction, ...]:
    """Return the first reaction whose effect does not contradict what the stage says."""
    is_happy = mood.emotion == "happy"
    for one in fitting:
        belongs = not celebrates or is_happy
        if one.on != "mood":
            belongs = celebrates or is_happy
        if one.effect and belongs:
            return (one,)
    return ()


def _signals(joy: JoyState, relief_begins: bool, answered: bool) -> set[str]:
    """Return what people do just now. The smile of a relief, `answered`, is none as well."""
    signals: set[str] = set()
    if any(smile.level >= SMILING_LEVEL for smile in joy.smiles):
        signals.add("smiling")
    if relief_begins:
        signals.add("relief")
    elif joy.bursts and not answered:
        signals.add("smile")
    return signals


def _has_started(old: RuleState, new: RuleState) -> bool:
    return new.reaction is not None and (
        old.reaction is None or old.reaction.started != new.reaction.started
    )


def _split(rule_states: list[RuleState]) -> tuple[list[Reaction], list[Reaction]]:
    """Return the reactions whose mood holds, in the rules' order, and the others, newest first."""
    running = [(one.reaction, one.fits_since is not None) for one in rule_states if one.reaction]
    fitting = [reaction for reaction, fits in running if fits]
    lingering = [reaction for reaction, fits in running if not fits]
    lingering.sort(key=lambda reaction: reaction.started, reverse=True)
    return fitting, lingering
