"""The transition from one act to the next."""

from __future__ import annotations

from dataclasses import dataclass

from device.stage.easing import smooth

HOLD = 1.0
"""Least seconds of an act, so that nothing flashes; only a smile's celebration does not wait."""
BLEND_TIME, BLEND_AT_ONCE = 0.95, 0.45
"""Seconds of the cross-fade of two skies, and of that to the sky of a celebration."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An act, its start, and the seconds in which its sky covers the one before."""

    act: str
    since: float
    seconds: float = BLEND_TIME


class Transition:
    """Changes to the wanted act, one change at a time. Times are in seconds and may jump."""

    def __init__(self) -> None:
        self._now = 0.0
        self._turns: list[Turn] = []

    def update(self, act: str, now: float, at_once: bool = False) -> None:
        """Change to an act: `at_once`, or as soon as the present one is `HOLD` old."""
        self._now = now
        if not self._turns:
            self._turns = [Turn(act, now)]
            return
        if now < self.current.since:  # a clock that went backwards
            self._turns = [Turn(self.act, now)]
        if act != self.act and (at_once or self.age >= HOLD):
            seconds = BLEND_AT_ONCE if at_once else BLEND_TIME
            self._turns = [*self._visible(), Turn(act, now, seconds)]

    @property
    def act(self) -> str:
        """The present act."""
        return self.current.act

    @property
    def current(self) -> Turn:
        """The present act and its start."""
        if not self._turns:
            raise LookupError("no act yet; call update first")
        return self._turns[-1]

    @property
    def age(self) -> float:
        """The age of the present act in seconds."""
        return self._now - self.current.since

    @property
    def last(self) -> str | None:
        """The previous act, if any."""
        return self._turns[-2].act if len(self._turns) > 1 else None

    @property
    def last_age(self) -> float:
        """The seconds since the previous act started."""
        return self._now - self._turns[-2].since if len(self._turns) > 1 else 0.0

    @property
    def layers(self) -> list[tuple[str, float]]:
        """The acts whose skies are seen, from the lowest to the present one, each with its opacity.

        There are more than two only where a celebration begins during a cross-fade, which goes on
        under its sky.
        """
        visible = self._visible()
        return [(visible[0].act, 1.0), *((one.act, self._opacity(one)) for one in visible[1:])]

    def share(self, act: str) -> float:
        """Return how much of the picture an act's own scene has, in [0, 1]."""
        share = 0.0
        for name, opacity in self.layers:
            share += opacity * (float(name == act) - share)
        return share

    def _visible(self) -> list[Turn]:
        """Return the turns from the newest one that covers all before it."""
        covering = [number for number, one in enumerate(self._turns) if self._opacity(one) >= 1.0]
        return self._turns[covering[-1] if covering else 0 :]

    def _opacity(self, turn: Turn) -> float:
        return smooth((self._now - turn.since) / turn.seconds)
