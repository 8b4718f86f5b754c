"""Which model serves and which served well before it: one small file that is written whole."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

SCHEMA = 1
REMEMBERED = 8
"""So many models that were given up are remembered, the newest ones."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How the trial of the present model went so far.

    `served` is for how many seconds it has seen, over all runs of the kiosk: they are counted by
    the monotonic clock, so a wall clock that jumps, or a night without power, changes nothing.
    `running`: a kiosk is at it, or was and ended without notice. `classify_ms` for a face and
    `share` of the frames that were to be seen are what the last good model did on this kiosk,
    where that is known.
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
    """`current` is the version to serve, "" for the newest; `before` the last good one, if any.

    With a `trial`, `current` has yet to prove itself.
    """

    current: str = ""
    before: str = ""
    trial: Trial | None = None
    given_up: tuple[RejectedModel, ...] = ()

    def as_json(self) -> str:
        """Return the file's text."""
        return json.dumps({"schema": SCHEMA, **dataclasses.asdict(self)}, indent=2) + "\n"


def parse(text: str) -> State:
    """Read the file's text. Raises ValueError when it is not what `as_json` writes."""
    try:
        told = json.loads(text)
        if told.pop("schema") != SCHEMA:
            raise ValueError("of another schema")
        trial = told.pop("trial")
        given_up = tuple(RejectedModel(**_strings(one)) for one in told.pop("given_up"))
        return State(**_strings(told), trial=_trial(trial), given_up=given_up)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a state of models: {error}") from error


def _trial(told: Any) -> Trial | None:
    if told is None:
        return None
    figures = [told[name] for name in ("classify_ms", "share")]
    return Trial(
        float(told["served"]),
        int(told["failures"]),
        bool(told["running"]),
        *(None if one is None else float(one) for one in figures),
    )


def _strings(told: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in told.values()):
        raise ValueError("not text where text is wanted")
    return told
