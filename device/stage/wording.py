"""Which words are on stage: those of the act, in other words each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device.config.strings import Sign
from device.messages import EMOTIONS
from device.stage.idle import BECKON, GREET, PEEK, START
from device.stage.scene import ATTRACT, BLIND, EVERYBODY, PAUSED, WAKING

if TYPE_CHECKING:
    from device.config.strings import SignTexts, Strings

FAREWELL_SECONDS = 6.0
"""The farewell gives way to the invitation after this time."""
NO_WORDS = Sign.model_construct(label="", response="")
"""While the character hides where the words are."""


@dataclass(frozen=True, slots=True)
class Words:
    """The two lines of an act, and since when they are on stage."""

    act: str
    sign: Sign
    since: float


class Wording:
    """Chooses the words at each `update`: new ones for each act and for each celebration.

    Each list of texts is used in its order, from the start again after its end, so that no line
    comes back before all others had their turn. Times are in seconds.
    """

    def __init__(self, strings: Strings) -> None:
        self._strings = strings
        self._used: Counter[str] = Counter()
        self._current: Words | None = None
        self._streak, self._relief, self._cue = 0, False, ""
        self.last: Words | None = None
        """The words before the present ones, if any."""

    @property
    def current(self) -> Words:
        """The present words."""
        if self._current is None:
            raise LookupError("no words yet; call update first")
        return self._current

    def update(
        self,
        act: str,
        now: float,
        streak: int = 0,
        relief: bool = False,
        cue: str | None = None,
    ) -> None:
        """Follow the act on stage. A happy one may be a `relief`, or the `streak`-th in a row.

        `cue` is the way to end a pause, the phase of the game that everybody plays, or what the
        character does while nobody is there.
        """
        if act != "happy":
            streak, relief = 0, False
        before = self._current
        cue, greeted = self._heeded(act, cue or ""), self._cue == GREET
        if before is not None and now < before.since:  # a clock that went backwards
            before = self._current = replace(before, since=now)
        celebrates = not self._relief if relief else streak > self._streak
        is_new = before is None or act != before.act or celebrates or cue != self._cue
        self._streak, self._relief, self._cue = streak, relief, cue
        if is_new and before is not None and greeted and act == "neutral":
            self._current = replace(before, act=act)  # the greeting goes on
        elif is_new:
            self._say(act, self._sign(act, before.act if before else act), now)
        elif self._is_farewell_over(now):
            self._say(act, self._sign(act, act), now)

    def _heeded(self, act: str, cue: str) -> str:
        """Return the cue that the words of an act depend on, or "" for the others."""
        before = self._current.act if self._current else ""
        if act == PAUSED:  # one that is over, but fades, has no cue
            return self._cue if before == PAUSED and not cue else cue
        if act == ATTRACT:
            name = {START: BECKON}.get(cue, cue)
            has_words = name in (PEEK, GREET, *type(self._strings.idle).model_fields)
            return name if has_words else ""
        if act != EVERYBODY:
            return ""
        if not cue:  # the game is over, but its act is still on
            return self._cue if before == EVERYBODY else "invite"
        return "invite" if cue == "waiting" else cue

    def _say(self, act: str, sign: Sign, now: float) -> None:
        self.last, self._current = self._current, Words(act, sign, now)

    def _is_farewell_over(self, now: float) -> bool:
        if self._current is None or self._current.act != ATTRACT or self._cue:
            return False
        is_farewell = self._current.sign.label in self._strings.farewell.label
        return is_farewell and now - self._current.since >= FAREWELL_SECONDS

    def _sign(self, act: str, before: str) -> Sign:
        strings = self._strings
        if act == PAUSED:
            return strings.paused.sign(self._cue)
        if act in (BLIND, WAKING):
            return strings.blind if act == BLIND else strings.waking
        if act == ATTRACT and self._cue == PEEK:
            return NO_WORDS
        if act == ATTRACT and self._cue == GREET:
            name = "arrival"
        elif act == ATTRACT and self._cue:
            return self._choose(self._cue, getattr(strings.idle, self._cue))
        elif act == ATTRACT:
            name = "farewell" if before in EMOTIONS else "attract"
        elif act == EVERYBODY:
            return self._choose(f"everybody {self._cue}", getattr(strings.everybody, self._cue))
        elif self._relief:
            name = "relief"
        elif act == "neutral" and before == ATTRACT:
            name = "arrival"
        else:
            return self._mood(act, self._streak)
        return self._choose(name, getattr(strings, name))

    def _choose(self, name: str, texts: SignTexts) -> Sign:
        return Sign(
            label=self._next(f"{name} label", texts.label),
            response=self._next(f"{name} response", texts.response),
        )

    def _mood(self, act: str, streak: int) -> Sign:
        """Return the words for a mood, or for the `streak`-th smile that has filled its ring."""
        label = self._next(f"{act} label", self._strings.labels[act])
        if streak == 0:
            response = self._next(f"{act} response", self._strings.responses[act])
        elif streak == 1:
            response = self._next("celebration", self._strings.celebration.response)
        else:
            lines = self._strings.streak.response(streak)
            response = self._next(f"streak {min(streak, 4)}", lines)
        return Sign(label=label, response=response)

    def _next(self, name: str, texts: tuple[str, ...]) -> str:
        text = texts[self._used[name] % len(texts)]
        self._used[name] += 1
        return text
