"""The result of a rollout on this kiosk, as far as its own state of models shows it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from device.errors import ReleaseError
from device.fleet.report import encode

if TYPE_CHECKING:
    from device.models.state import State

RolloutState = Literal["waiting", "trial", "passed", "failed", "declined"]
STATES: tuple[RolloutState, ...] = get_args(RolloutState)
LONGEST_REASON = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class RolloutStatus:
    """The state of a rollout on a kiosk, and the reason in words where there is one.

    It is `waiting` until the file is installed, `declined` where the owner has chosen another
    model, and `failed` when the model was refused or rejected during its trial.
    """

    rollout: str
    version: str
    state: RolloutState
    reason: str = ""

    def encode(self) -> bytes:
        """Return it as JSON."""
        return encode(asdict(self) | {"reason": self.reason[:LONGEST_REASON]})


def parse(data: bytes) -> RolloutStatus:
    """Read what `encode` wrote. Raises ReleaseError."""
    try:
        values: dict[str, Any] = json.loads(data)
        status = RolloutStatus(**values)
    except (ValueError, TypeError) as error:
        raise ReleaseError(f"invalid rollout status: {error}") from error
    if status.state not in STATES or not all(isinstance(one, str) for one in values.values()):
        raise ReleaseError("invalid rollout status: unexpected value")
    return status


def from_models(rollout: str, version: str, state: State) -> RolloutStatus | None:
    """Return the status of a version in the kiosk's state of models; None if it has no part yet."""
    for one in state.rejected:
        if one.version == version:
            return RolloutStatus(rollout, version, "failed", one.reason)
    if state.current == version:
        return RolloutStatus(rollout, version, "trial" if state.trial else "passed")
    return None
