"""How a rollout goes on: to more kiosks while it goes well, to none as soon as it does not.

Nothing here looks at a clock or sends anything: `step` is told what is so, and when.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.fleet.outcome import RolloutStatus
    from device.fleet.release import ModelRelease

Verdict = Literal["wait", "next", "done", "halt"]


@dataclass(frozen=True, slots=True)
class Plan:
    """`stages` are percentages that rise, each of which lasts `seconds` at least.

    A stage is over when `enough` percent of its kiosks that are online have passed. The rollout is
    halted when more than `failures` percent of a stage's kiosks have failed, or have been offline
    for `grace` seconds in the middle of their trial.
    """

    stages: tuple[float, ...] = (1.0, 10.0, 50.0, 100.0)
    seconds: float = 1200.0
    failures: float = 2.0
    enough: float = 90.0
    grace: float = 120.0

    def after(self, percent: float) -> float | None:
        """Return the stage that follows, None after the last."""
        return next((stage for stage in self.stages if stage > percent), None)


@dataclass(frozen=True, slots=True)
class Count:
    """The kiosks of a stage: all that were ever seen, those online, and where they stand.

    `ready` are those online that have passed, `exempt` those online that have declined.
    """

    chosen: int = 0
    online: int = 0
    passed: int = 0
    failed: int = 0
    trial: int = 0
    waiting: int = 0
    declined: int = 0
    gone: int = 0
    ready: int = 0
    exempt: int = 0


class StagedRollout:
    """Watches one stage of a rollout after the other."""

    def __init__(self, plan: Plan, now: float) -> None:
        self._plan = plan
        self._began = now
        self._missed: dict[str, float] = {}

    def step(
        self,
        offer: ModelRelease,
        online: Mapping[str, bool],
        outcomes: Mapping[str, RolloutStatus],
        now: float,
    ) -> tuple[Verdict, Count]:
        """Return what is to be done at `now` (monotonic seconds), and the counts that say so.

        `online` has every kiosk that was ever seen, `outcomes` what each told last.
        """
        count = self._count(offer, online, outcomes, now)
        bad = count.failed + count.gone
        if 100.0 * bad > self._plan.failures * count.chosen:
            return "halt", count
        enough = 100.0 * count.ready >= self._plan.enough * (count.online - count.exempt)
        nobody = count.chosen and not count.online
        if now - self._began < self._plan.seconds or not enough or nobody:
            return "wait", count
        self._began = now
        return ("done" if self._plan.after(offer.percent) is None else "next"), count

    def _count(
        self,
        offer: ModelRelease,
        online: Mapping[str, bool],
        outcomes: Mapping[str, RolloutStatus],
        now: float,
    ) -> Count:
        chosen = [kiosk for kiosk in online if offer.is_for(kiosk)]
        told = {
            kiosk: outcomes[kiosk].stand
            for kiosk in chosen
            if kiosk in outcomes and outcomes[kiosk].rollout == offer.rollout
        }
        missed = {one for one in chosen if not online[one] and told.get(one) == "trial"}
        self._missed = {one: self._missed.get(one, now) for one in missed}
        gone = sum(now - since >= self._plan.grace for since in self._missed.values())
        stands = Counter[str](told.values())
        here = Counter[str](stand for kiosk, stand in told.items() if online[kiosk])
        there = sum(online[one] for one in chosen)
        ready, exempt = here["passed"], here["declined"]
        return Count(len(chosen), there, **stands, gone=gone, ready=ready, exempt=exempt)
