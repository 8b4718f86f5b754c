"""Decides how a rollout continues: to more kiosks while it goes well, to none once it does not.

Nothing here reads a clock or sends anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.fleet.release import ModelRelease
    from device.fleet.rollout_status import RolloutStatus

Verdict = Literal["wait", "next", "done", "halt"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Rising percentages of the kiosks, and the conditions for the next one.

    A stage ends after `stage_seconds` at the earliest, once `min_passed` percent of its kiosks that
    are online have passed. The rollout is halted when more than `max_failed` percent of a stage's
    kiosks have failed, or have been offline for `offline_grace` seconds during their trial.
    """

    stages: tuple[float, ...] = (1.0, 10.0, 50.0, 100.0)
    stage_seconds: float = 1200.0
    max_failed: float = 2.0
    min_passed: float = 90.0
    offline_grace: float = 120.0

    def next_stage(self, percent: float) -> float | None:
        """Return the stage after a percentage, None after the last one."""
        return next((stage for stage in self.stages if stage > percent), None)


@dataclass(frozen=True, slots=True)
class StageCounts:
    """Numbers of kiosks in a stage: all known ones, those online, and those in each state.

    `lost` went offline during their trial. `online_passed` and `online_declined` count those that
    are online among the passed and the declined.
    """

    chosen: int = 0
    online: int = 0
    passed: int = 0
    failed: int = 0
    trial: int = 0
    waiting: int = 0
    declined: int = 0
    lost: int = 0
    online_passed: int = 0
    online_declined: int = 0


class StagedRollout:
    """Judges one stage of a rollout after the other."""

    def __init__(self, plan: Plan, now: float) -> None:
        self._plan = plan
        self._stage_began = now
        self._offline_since: dict[str, float] = {}

    def step(
        self,
        release: ModelRelease,
        online: Mapping[str, bool],
        statuses: Mapping[str, RolloutStatus],
        now: float,
    ) -> tuple[Verdict, StageCounts]:
        """Return what to do at `now` (monotonic seconds), and the counts behind it.

        `online` has every known kiosk, `statuses` the latest report of each.
        """
        counts = self._count(release, online, statuses, now)
        bad = counts.failed + counts.lost
        if 100.0 * bad > self._plan.max_failed * counts.chosen:
            return "halt", counts
        expected = counts.online - counts.online_declined
        enough = 100.0 * counts.online_passed >= self._plan.min_passed * expected
        all_offline = counts.chosen and not counts.online
        if now - self._stage_began < self._plan.stage_seconds or not enough or all_offline:
            return "wait", counts
        self._stage_began = now
        return ("done" if self._plan.next_stage(release.percent) is None else "next"), counts

    def _count(
        self,
        release: ModelRelease,
        online: Mapping[str, bool],
        statuses: Mapping[str, RolloutStatus],
        now: float,
    ) -> StageCounts:
        chosen = [kiosk for kiosk in online if release.includes(kiosk)]
        states = {
            kiosk: statuses[kiosk].state
            for kiosk in chosen
            if kiosk in statuses and statuses[kiosk].rollout == release.rollout
        }
        offline = {one for one in chosen if not online[one] and states.get(one) == "trial"}
        self._offline_since = {one: self._offline_since.get(one, now) for one in offline}
        grace = self._plan.offline_grace
        lost = sum(now - since >= grace for since in self._offline_since.values())
        by_state = Counter[str](states.values())
        online_by_state = Counter[str](state for kiosk, state in states.items() if online[kiosk])
        return StageCounts(
            len(chosen),
            sum(online[kiosk] for kiosk in chosen),
            **by_state,
            lost=lost,
            online_passed=online_by_state["passed"],
            online_declined=online_by_state["declined"],
        )
