"""Kiosks that take part in a fleet for as long as a test takes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from device.config.network import FleetConfig, MqttConfig
from tests.support.fleets import QUICK, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from device.fleet.timing import Timing


@pytest.fixture
def join(own_state: Path) -> Iterator[Callable[..., Part]]:
    """Have kiosks take part in a fleet; they leave it at the end of the test."""
    with contextlib.ExitStack() as stack:

        def make(folder: Path = own_state, timing: Timing = QUICK, **config: Any) -> Part:
            keys = {"host": "127.0.0.1", "tls": False, **config}
            own = {key: keys.pop(key) for key in FleetConfig.model_fields if key in keys}
            part = Part(folder, FleetConfig(**own), MqttConfig(**keys), timing)
            stack.callback(part.fleet.close)
            return part

        yield make
