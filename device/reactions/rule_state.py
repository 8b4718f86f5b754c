"""How one rule has fared: since when its mood is there, what it does, how often it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.messages import Reaction

if TYPE_CHECKING:
    from device.reactions.rule import Rule

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class RuleState:
    """The past of the rule called `name`, as far as it matters; times are monotonic seconds.

    `fits` says since when the mood is one of the rule's, `left` since when it is not, `empty` since
    when nobody is there; None where that does not hold now. `ended` is the end of the last reaction
    of this visit, `starts` are the starts within the last hour.
    """

    name: str
    fits: float | None = None
    left: float | None = None
    empty: float | None = None
    reaction: Reaction | None = None
    ended: float | None = None
    starts: tuple[float, ...] = ()


def advance(course: RuleState, rule: Rule, emotion: str | None, now: float) -> RuleState:
    """Return the course at `now`, while the mood of the room is `emotion`."""
    course = _observe(course, rule, emotion, now)
    if course.reaction is not None:
        if _over(course, course.reaction, rule, now):
            course = replace(course, reaction=None, ended=now)
        return course
    if emotion is None:
        return replace(course, ended=None)
    if _due(course, rule, now):
        return _start(course, rule, emotion, now)
    return course


def _observe(course: RuleState, rule: Rule, emotion: str | None, now: float) -> RuleState:
    fits = emotion in rule.moods
    return replace(
        course,
        fits=_since(course.fits, fits, now),
        left=_since(course.left, not fits, now),
        empty=_since(course.empty, emotion is None, now),
        starts=tuple(start for start in course.starts if now - start < HOUR),
    )


def _since(before: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if before is None else before


def _over(course: RuleState, reaction: Reaction, rule: Rule, now: float) -> bool:
    age = now - reaction.started
    if age >= rule.max_seconds:
        return True
    if course.empty is not None:
        return now - course.empty >= min(rule.linger_seconds, rule.empty_seconds)
    if course.left is not None:
        return age >= rule.min_seconds and now - course.left >= rule.linger_seconds
    return False


def _due(course: RuleState, rule: Rule, now: float) -> bool:
    return (
        course.fits is not None
        and now - course.fits >= rule.after_seconds
        and (course.ended is None or now - course.ended >= rule.cooldown_seconds)
        and len(course.starts) < rule.max_per_hour
    )


def _start(course: RuleState, rule: Rule, emotion: str, now: float) -> RuleState:
    reaction = Reaction(rule.name, emotion, now, rule.effect, rule.playlist, rule.light)
    return replace(course, reaction=reaction, starts=(*course.starts, now))
