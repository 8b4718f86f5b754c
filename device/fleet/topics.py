"""The MQTT topics of a kiosk."""

from __future__ import annotations

from dataclasses import dataclass

ONLINE, OFFLINE = "online", "offline"
ANY_KIOSK = "+"
"""The wildcard for a kiosk's id in an operator's subscriptions (MQTT 5.0, 4.7.1)."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of the kiosk `id` under a prefix.

    The kiosk writes `online`, `state`, `rollout` and the discovery. `command` is its own too, but
    written by others. All kiosks share `release`, which the operator writes.
    """

    prefix: str
    id: str

    @property
    def online(self) -> str:
        """`ONLINE` or `OFFLINE`; the latter is also the last will."""
        return f"{self.prefix}/{self.id}/online"

    @property
    def state(self) -> str:
        """The kiosk's state: `device.fleet.report`."""
        return f"{self.prefix}/{self.id}/state"

    @property
    def rollout(self) -> str:
        """The status of the present rollout: `device.fleet.rollout_status`."""
        return f"{self.prefix}/{self.id}/rollout"

    @property
    def command(self) -> str:
        """Commands to the kiosk: `device.fleet.commands`."""
        return f"{self.prefix}/{self.id}/command"

    @property
    def release(self) -> str:
        """The model that is released to all kiosks: `device.fleet.release`."""
        return f"{self.prefix}/release"

    def discovery(self, prefix: str) -> str:
        """Return the topic of Home Assistant's discovery under its own prefix."""
        return f"{prefix}/device/{self.id}/config"


def kiosk_id(topic: str) -> str:
    """Return the id in a kiosk's topic: its last level but one."""
    return topic.split("/")[-2]
