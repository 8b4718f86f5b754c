"""What became of an offered model on this kiosk, as far as its own state of models tells."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from device.errors import ReleaseError
from device.fleet.report import encode

if TYPE_CHECKING:
    from device.models.state import State

Stand = Literal["waiting", "trial", "passed", "failed", "declined"]
STANDS: tuple[Stand, ...] = get_args(Stand)
LONGEST = 200
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class RolloutStatus:
    """Where a kiosk stands with the model of a rollout, and the reason in words if there is one.

    It is `waiting` until the file was had, `declined` where the owner has chosen otherwise;
    `failed` when the model was refused, or given up in its trial.
    """

    rollout: str
    version: str
    stand: Stand
    reason: str = ""

    def encode(self) -> bytes:
        """Return it as JSON."""
        return encode(asdict(self) | {"reason": self.reason[:LONGEST]})


def parse(data: bytes) -> RolloutStatus:
    """Read what `encode` wrote. Raises ReleaseError."""
    try:
        told: dict[str, Any] = json.loads(data)
        outcome = RolloutStatus(**told)
    except (ValueError, TypeError) as error:
        raise ReleaseError(f"not an outcome: {error}") from error
    if outcome.stand not in STANDS or not all(isinstance(one, str) for one in told.values()):
        raise ReleaseError("not an outcome: a value is none that it may have")
    return outcome


def known(rollout: str, version: str, state: State) -> RolloutStatus | None:
    """Return where the kiosk stands with a version by its state of models; None: nowhere yet."""
    for one in state.given_up:
        if one.version == version:
            return RolloutStatus(rollout, version, "failed", one.reason)
    if state.current == version:
        return RolloutStatus(rollout, version, "trial" if state.trial else "passed")
    return None
