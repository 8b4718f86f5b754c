"""The state of one rule: since when its mood holds, its reaction, and its past starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.messages import Reaction
from device.reactions.rule import MOMENTS

if TYPE_CHECKING:
    from collections.abc import Collection

    from device.reactions.rule import Rule

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class RuleState:
    """The state of the rule called `name`; times are monotonic seconds.

    The mood is one of the rule's since `fits_since`, or none of them since `left_since`; the room
    is empty since `empty_since`. Each is None where that does not hold now. `ended` is the end of
    the last reaction of this visit, `starts` are the starts within the last hour, `count` is the
    number of all.
    """

    name: str
    fits_since: float | None = None
    left_since: float | None = None
    empty_since: float | None = None
    reaction: Reaction | None = None
    ended: float | None = None
    starts: tuple[float, ...] = ()
    count: int = 0


def advance(
    rule_state: RuleState,
    rule: Rule,
    emotion: str | None,
    now: float,
    signals: Collection[str] = (),
) -> RuleState:
    """Return the state at `now`, while the mood of the room is `emotion`.

    `signals` are what people do just now, of the values of `Rule.on`.
    """
    if rule.on in MOMENTS:
        return _advance_moment(rule_state, rule, now, happens=rule.on in signals)
    fits = emotion in rule.moods if rule.on == "mood" else rule.on in signals
    is_empty = emotion is None and not fits
    rule_state = _update_times(rule_state, fits, is_empty, now)
    if rule_state.reaction is not None:
        if _is_over(rule_state, rule_state.reaction, rule, now):
            rule_state = replace(rule_state, reaction=None, ended=now)
        return rule_state
    if is_empty:
        return replace(rule_state, ended=None)
    if _is_due(rule_state, rule, now):
        return _start(rule_state, rule, emotion, now)
    return rule_state


def _advance_moment(rule_state: RuleState, rule: Rule, now: float, happens: bool) -> RuleState:
    starts = tuple(start for start in rule_state.starts if now - start < HOUR)
    rule_state = replace(rule_state, starts=starts)
    reaction = rule_state.reaction
    if reaction is not None and now - reaction.started >= rule.max_seconds:
        rule_state = replace(rule_state, reaction=None, fits_since=None, ended=now)
    rested = rule_state.ended is None or now - rule_state.ended >= rule.cooldown_seconds
    if happens and rested and len(starts) < rule.max_per_hour:
        return replace(_start(rule_state, rule, None, now), fits_since=now)
    return rule_state


def _update_times(rule_state: RuleState, fits: bool, is_empty: bool, now: float) -> RuleState:
    return replace(
        rule_state,
        fits_since=_since(rule_state.fits_since, fits, now),
        left_since=_since(rule_state.left_since, not fits, now),
        empty_since=_since(rule_state.empty_since, is_empty, now),
        starts=tuple(start for start in rule_state.starts if now - start < HOUR),
    )


def _since(previous: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if previous is None else previous


def _is_over(rule_state: RuleState, reaction: Reaction, rule: Rule, now: float) -> bool:
    age = now - reaction.started
    if age >= rule.max_seconds:
        return True
    if rule_state.empty_since is not None:
        return now - rule_state.empty_since >= min(rule.linger_seconds, rule.empty_seconds)
    if rule_state.left_since is not None:
        return age >= rule.min_seconds and now - rule_state.left_since >= rule.linger_seconds
    return False


def _is_due(rule_state: RuleState, rule: Rule, now: float) -> bool:
    return (
        rule_state.fits_since is not None
        and now - rule_state.fits_since >= rule.after_seconds
        and (rule_state.ended is None or now - rule_state.ended >= rule.cooldown_seconds)
        and len(rule_state.starts) < rule.max_per_hour
    )


def _start(rule_state: RuleState, rule: Rule, emotion: str | None, now: float) -> RuleState:
    answered = emotion if emotion in rule.moods else rule.moods[0]
    effect = rule.effect[rule_state.count % len(rule.effect)] if rule.effect else None
    reaction = Reaction(rule.name, answered, now, effect, rule.playlist, rule.light, rule.on)
    starts = (*rule_state.starts, now)
    return replace(rule_state, reaction=reaction, starts=starts, count=rule_state.count + 1)
