"""Which rollouts this kiosk has heeded already, and what came of those that it could not take."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from device.system.files import write_private

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "rollouts.json"
SCHEMA = 1
REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class RolloutRecord:
    """A rollout and the file it offered: how often that was tried, and how it ended.

    `taken`: the model was installed. `refused` says why it never will be.
    """

    rollout: str
    sha256: str
    tries: int = 0
    taken: bool = False
    refused: str = ""


class RolloutLog:
    """The newest `REMEMBERED` rollouts, in a file of the kiosk's state that is written whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._all = self._read()

    def recall(self, rollout: str, sha256: str) -> RolloutRecord:
        """Return what is known of a rollout; a file that was refused in another one still is."""
        for one in self._all:
            if one.rollout == rollout:
                return one
        refused = next((one.refused for one in self._all if one.sha256 == sha256), "")
        return RolloutRecord(rollout, sha256, refused=refused)

    def note(self, heeded: RolloutRecord, **changes: Any) -> RolloutRecord:
        """Remember a rollout with changes; return it. Raises OSError when it cannot be kept."""
        after = replace(heeded, **changes)
        others = [one for one in self._all if one.rollout != heeded.rollout]
        newest = [after, *others][:REMEMBERED]
        told = {"schema": SCHEMA, "rollouts": [asdict(one) for one in newest]}
        write_private(self._path, json.dumps(told, indent=2) + "\n")
        self._all = newest
        return after

    def _read(self) -> list[RolloutRecord]:
        try:
            told = json.loads(self._path.read_text("utf-8"))
            return [_heeded(one) for one in told["rollouts"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("%s: %s; rollouts are heeded anew", self._path, error)
            return []


def _heeded(told: dict[str, Any]) -> RolloutRecord:
    one = RolloutRecord(**told)
    for value, kind in zip(asdict(one).values(), (str, str, int, bool, str), strict=True):
        if type(value) is not kind:
            raise ValueError("not what was written")
    return one
