"""A model that is offered to all kiosks, and which of them are to take it already."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field, ValidationError

from device.config.schema import Section
from device.errors import ReleaseError

LARGEST = 4096
"""Bytes of an offer."""
_OF_ALL = 2**64


class ModelRelease(Section):
    """A model archive: its version, where it is, its SHA-256, and whom it is for.

    `percent` of the kiosks take it: those that the lot of `rollout` falls on. The same rollout
    with a higher percentage is for the same kiosks and for more. Each kiosk heeds a rollout once.
    """

    rollout: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    url: Annotated[str, Field(pattern=r"^https://[^/\s]+/\S*$", max_length=1024)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    percent: Annotated[float, Field(ge=0.0, le=100.0)]

    def is_for(self, kiosk: str) -> bool:
        """Tell whether a kiosk, by its id, is to take it by now."""
        return bucket(self.rollout, kiosk) < self.percent


def bucket(rollout: str, kiosk: str) -> float:
    """Return a number from 0 to below 100 that is a kiosk's own in a rollout, evenly spread."""
    digest = hashlib.sha256(f"{rollout}:{kiosk}".encode()).digest()
    return 100.0 * int.from_bytes(digest[:8], "big") / _OF_ALL


def parse(data: bytes) -> ModelRelease:
    """Read an offer. Raises ReleaseError, which says what is wrong with it."""
    if len(data) > LARGEST:
        raise ReleaseError(f"the offer is longer than {LARGEST} bytes")
    try:
        return ModelRelease.model_validate_json(data)
    except ValidationError as error:
        one = error.errors(include_url=False)[0]
        where = ".".join(map(str, one["loc"])) or "it"
        raise ReleaseError(f"the offer cannot be read: {where}: {one['msg'].lower()}") from error
