"""Which model is in use, and which one was before it: one small file that is written whole."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

SCHEMA = 1
MOST_REJECTED = 8
"""The newest rejected models are remembered, up to this number."""
OLD_NAMES = {"before": "previous", "given_up": "rejected"}
"""Names of version 0.1, which are still read."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The progress of the current model's trial.

    `served` is the seconds of operation over all runs of the kiosk, by the monotonic clock, so
    that a wall clock that jumps, or a night without power, does not count. `running` is set while
    a kiosk conducts the trial; found set at a start, it shows that the kiosk crashed. `classify_ms`
    per face and the `share` of scheduled frames that were classified are the previous model's on
    this kiosk, None where they are unknown.
    """

    served: float = 0.0
    failures: int = 0
    running: bool = False
    classify_ms: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class RejectedModel:
    """A version that failed its trial, why, and when by the wall clock (RFC 3339)."""

    version: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class State:
    """`current` is the version in use, "" for the newest; `previous` the one to roll back to.

    With a `trial`, `current` is on trial.
    """

    current: str = ""
    previous: str = ""
    trial: Trial | None = None
    rejected: tuple[RejectedModel, ...] = ()

    def as_json(self) -> str:
        """Return the file's text."""
        return json.dumps({"schema": SCHEMA, **dataclasses.asdict(self)}, indent=2) + "\n"


def parse(text: str) -> State:
    """Read the file's text. Raises ValueError when it is not what `as_json` writes."""
    try:
        values = {OLD_NAMES.get(name, name): value for name, value in json.loads(text).items()}
        if values.pop("schema") != SCHEMA:
            raise ValueError("unknown schema")
        trial = values.pop("trial")
        rejected = tuple(RejectedModel(**_strings(one)) for one in values.pop("rejected"))
        return State(**_strings(values), trial=_trial(trial), rejected=rejected)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a state of models: {error}") from error


def _trial(values: Any) -> Trial | None:
    if values is None:
        return None
    reference = [values[name] for name in ("classify_ms", "share")]
    return Trial(
        float(values["served"]),
        int(values["failures"]),
        bool(values["running"]),
        *(None if one is None else float(one) for one in reference),
    )


def _strings(values: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in values.values()):
        raise ValueError("expected text")
    return values
