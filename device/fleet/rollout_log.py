"""The rollouts that a kiosk has dealt with, so that it installs none twice and retries no failure.

<state>/rollouts.json
"""

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
MOST_RECORDS = 32
OLD_NAMES = {"tries": "attempts", "taken": "installed"}
"""Names of version 0.1, which are still read."""


@dataclass(frozen=True, slots=True)
class RolloutRecord:
    """A rollout and the file of its release: how often that was tried, and the result.

    `installed` says that the model was installed; `refused` is why it never will be.
    """

    rollout: str
    sha256: str
    attempts: int = 0
    installed: bool = False
    refused: str = ""


class RolloutLog:
    """The newest `MOST_RECORDS` rollouts, in a file of the state folder that is written whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._records = self._read()

    def find(self, rollout: str, sha256: str) -> RolloutRecord:
        """Return the record of a rollout, or a new one that takes over the refusal of its file."""
        for record in self._records:
            if record.rollout == rollout:
                return record
        refused = next((one.refused for one in self._records if one.sha256 == sha256), "")
        return RolloutRecord(rollout, sha256, refused=refused)

    def store(self, record: RolloutRecord, **changes: Any) -> RolloutRecord:
        """Store a record with changes, and return it. Raises OSError when that fails."""
        changed = replace(record, **changes)
        others = [one for one in self._records if one.rollout != record.rollout]
        newest = [changed, *others][:MOST_RECORDS]
        content = {"schema": SCHEMA, "rollouts": [asdict(one) for one in newest]}
        write_private(self._path, json.dumps(content, indent=2) + "\n")
        self._records = newest
        return changed

    def _read(self) -> list[RolloutRecord]:
        try:
            content = json.loads(self._path.read_text("utf-8"))
            return [_record(one) for one in content["rollouts"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("%s: %s; starting with an empty rollout log", self._path, error)
            return []


def _record(values: dict[str, Any]) -> RolloutRecord:
    record = RolloutRecord(**{OLD_NAMES.get(name, name): value for name, value in values.items()})
    for value, kind in zip(asdict(record).values(), (str, str, int, bool, str), strict=True):
        if type(value) is not kind:
            raise ValueError("unexpected type of a value")
    return record
