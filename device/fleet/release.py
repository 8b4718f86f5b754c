"""A model that is released to all kiosks, and which of them are to install it already."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field, ValidationError

from device.config.explain import explain
from device.config.section import Section
from device.errors import ReleaseError
from device.system.files import NOT_TEXT, decode

LARGEST = 4096
"""Size limit of a release's JSON in bytes."""
_OF_ALL = 2**64


class ModelRelease(Section):
    """A model archive: its version, URL and SHA-256, and the share of kiosks that install it.

    The kiosks are chosen by a hash of `rollout` and their id. The same rollout with a higher
    `percent` includes the same kiosks and more. Each kiosk installs a rollout's model once.
    """

    rollout: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    url: Annotated[str, Field(pattern=r"^https://[^/\s]+/\S*$", max_length=1024)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    percent: Annotated[float, Field(ge=0.0, le=100.0)]

    def includes(self, kiosk: str) -> bool:
        """Tell whether a kiosk, by its id, is to install it at the present percentage."""
        return bucket(self.rollout, kiosk) < self.percent


def bucket(rollout: str, kiosk: str) -> float:
    """Return a kiosk's number in a rollout, evenly distributed over [0, 100)."""
    digest = hashlib.sha256(f"{rollout}:{kiosk}".encode()).digest()
    return 100.0 * int.from_bytes(digest[:8], "big") / _OF_ALL


def parse(data: bytes) -> ModelRelease:
    """Read a release from JSON. Raises ReleaseError, which says what is wrong with it."""
    if len(data) > LARGEST:
        raise ReleaseError(f"the release is longer than {LARGEST} bytes")
    try:
        return ModelRelease.model_validate_json(decode(data))
    except UnicodeError as error:
        raise ReleaseError(f"the release cannot be read: {NOT_TEXT}") from error
    except ValidationError as error:
        first = explain(error, ModelRelease)[0]
        raise ReleaseError(f"the release cannot be read: {first}") from error
