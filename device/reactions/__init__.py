"""The reactions to a mood: rules from a file, and a pure function of mood and time."""

from device.reactions.everybody import EverybodyState
from device.reactions.everybody import step as step_everybody
from device.reactions.relief import LOW
from device.reactions.rule import EFFECTS, Rule
from device.reactions.rule_state import RuleState
from device.reactions.rules_file import DEFAULT_FILE, load
from device.reactions.state import ReactionState, step

__all__ = [
    "DEFAULT_FILE",
    "EFFECTS",
    "LOW",
    "EverybodyState",
    "ReactionState",
    "Rule",
    "RuleState",
    "load",
    "step",
    "step_everybody",
]
