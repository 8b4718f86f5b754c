"""What a kiosk's messages are named."""

from __future__ import annotations

from dataclasses import dataclass

ONLINE, OFFLINE = "online", "offline"
EVERYBODY = "+"
"""Stands for every kiosk's id in what an operator listens to (MQTT 5.0, 4.7.1)."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of the kiosk `id` below a prefix: what it tells, but for the last two.

    Kiosks of all ids share `offer`, which the operator writes.
    """

    prefix: str
    id: str

    @property
    def online(self) -> str:
        """`ONLINE` or `OFFLINE`; the latter is also its last will."""
        return f"{self.prefix}/{self.id}/online"

    @property
    def state(self) -> str:
        """How it does: `device.fleet.report`."""
        return f"{self.prefix}/{self.id}/state"

    @property
    def rollout(self) -> str:
        """What became of the model that was offered: `device.fleet.outcome`."""
        return f"{self.prefix}/{self.id}/rollout"

    @property
    def order(self) -> str:
        """What it is told to do: `device.fleet.commands`."""
        return f"{self.prefix}/{self.id}/order"

    @property
    def offer(self) -> str:
        """The model that is offered to all: `device.fleet.release`."""
        return f"{self.prefix}/offer"

    def discovery(self, prefix: str) -> str:
        """Return where Home Assistant looks for a device below its own prefix."""
        return f"{prefix}/device/{self.id}/config"


def owner(topic: str) -> str:
    """Return whose topic this is: the level before the last."""
    return topic.split("/")[-2]
