"""The operator's side of a fleet: reads the reports of all kiosks, and releases a model to them."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from device.errors import FleetError, ReleaseError
from device.fleet import release as releases
from device.fleet import rollout_status
from device.fleet.mqtt_client import MqttClient
from device.fleet.staged_rollout import Plan, StagedRollout
from device.fleet.topics import ANY_KIOSK, ONLINE, Topics, kiosk_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.network import MqttConfig
    from device.fleet.release import ModelRelease
    from device.fleet.rollout_status import RolloutStatus
    from device.fleet.staged_rollout import StageCounts

log = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
"""After this time without a message, all retained ones have arrived."""
RECONNECT_SECONDS = 5.0
TICK_SECONDS = 0.5
ECHO_SECONDS = 10.0
"""How long a broker may take to pass on what was published to it."""


class OperatorClient:
    """The known kiosks: whether each is `online`, its rollout in `statuses`, its state in `states`.

    `release` is the present release. Call `open`, and then `process` often. States are received
    only with `states`.
    """

    def __init__(self, config: MqttConfig, states: bool = False) -> None:
        if not config.host:
            raise FleetError("no broker is configured: set [mqtt] host")
        self.online: dict[str, bool] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, RolloutStatus] = {}
        self.release: ModelRelease | None = None
        topics = Topics(config.topic_prefix, ANY_KIOSK)
        self._release_topic = topics.release
        subscribed = [topics.online, topics.rollout, topics.release]
        subscribed += [topics.state] if states else []
        client_id = f"operator-{secrets.token_hex(4)}"
        self._client = MqttClient(config, client_id, self._on_message, tuple(subscribed))
        self._received_at = 0.0

    @property
    def connected(self) -> bool:
        """Whether the connection is open, as far as is known."""
        return self._client.connected

    def open(self) -> None:
        """Connect, and wait for all retained messages. Raises FleetError."""
        self._client.open()
        self._received_at = time.monotonic()
        while time.monotonic() - self._received_at < SETTLE_SECONDS:
            self._client.process(TICK_SECONDS / 5)

    def process(self) -> None:
        """Receive messages for half a second. Raises FleetError when the connection is lost."""
        self._client.process(TICK_SECONDS)

    def publish(self, release: ModelRelease) -> None:
        """Replace the release, and wait until the broker passes it on.

        Raises FleetError if it does not: a broker silently drops what its access list forbids.
        """
        if self.release == release:
            self.release = None
        self._client.publish(self._release_topic, release.model_dump_json().encode())
        end = time.monotonic() + ECHO_SECONDS
        while self.release != release:
            if time.monotonic() > end:
                raise FleetError(
                    f"{self._release_topic}: not passed on; may this user write there?"
                )
            self._client.process(TICK_SECONDS / 5)

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _on_message(self, topic: str, payload: bytes, _retained: bool) -> None:
        self._received_at = time.monotonic()
        kiosk, kind = kiosk_id(topic), topic.rpartition("/")[2]
        with contextlib.suppress(ReleaseError, ValueError):
            if topic == self._release_topic:
                self.release = releases.parse(payload) if payload else None
            elif kind == "online":
                self.online[kiosk] = payload == ONLINE.encode()
            elif kind == "rollout":
                self.statuses[kiosk] = rollout_status.parse(payload)
            else:
                state = json.loads(payload)
                self.states[kiosk] = state if isinstance(state, dict) else {}


def roll_out(
    client: OperatorClient, release: ModelRelease, plan: Plan, report: Callable[[str], None]
) -> bool:
    """Release a model to more and more kiosks; return False when the rollout was halted.

    A lost connection is opened again; meanwhile nothing continues. `report` is called with each
    line of progress. Raises ReleaseError when this rollout was halted before, is of another file,
    or is replaced by another release; FleetError when the broker cannot be reached at the start.
    """
    client.open()
    if client.release and client.release.rollout != release.rollout:
        replaced = client.release
        report(f"replaces {replaced.rollout}, which is at {replaced.percent:g} %")
    release = _first_stage(client, release, plan)
    client.publish(release)
    rollout, reported = StagedRollout(plan, time.monotonic()), ""
    while True:
        _process(client, release)
        if client.release != release:
            raise ReleaseError("another release was published; this rollout does not continue")
        verdict, counts = rollout.step(release, client.online, client.statuses, time.monotonic())
        if (line := f"{release.percent:g} %: {describe(counts)}") != reported:
            report(reported := line)
        percent = 0.0 if verdict == "halt" else plan.next_stage(release.percent)
        if verdict in ("halt", "next") and percent is not None:
            release = release.model_copy(update={"percent": percent})
            _publish(client, release)
        if verdict in ("halt", "done"):
            client.close()
            return verdict == "done"


def describe(counts: StageCounts) -> str:
    """Return the progress of a stage in words."""
    states = {
        "passed": counts.passed,
        "on trial": counts.trial,
        "waiting": counts.waiting,
        "declined": counts.declined,
        "failed": counts.failed,
        "lost": counts.lost,
    }
    words = ", ".join(f"{number} {name}" for name, number in states.items() if number)
    return f"{counts.chosen} kiosks, {counts.online} online: {words or 'no reports yet'}"


def _first_stage(client: OperatorClient, release: ModelRelease, plan: Plan) -> ModelRelease:
    """Return the release at the plan's first stage, or at the one where this rollout stopped."""
    present = client.release
    if present is None or present.rollout != release.rollout:
        return release.model_copy(update={"percent": plan.stages[0]})
    if present.percent == 0.0:
        raise ReleaseError(f"the rollout {release.rollout} was halted; choose another name")
    if present.sha256 != release.sha256:
        raise ReleaseError(f"the rollout {release.rollout} is of another file; choose another name")
    return release.model_copy(update={"percent": present.percent})


def _process(client: OperatorClient, release: ModelRelease) -> None:
    try:
        client.process()
    except FleetError as error:
        log.warning("%s; trying again", error)
        time.sleep(RECONNECT_SECONDS)
        _publish(client, release)


def _publish(client: OperatorClient, release: ModelRelease) -> None:
    """Publish until it succeeds: a halt must reach the kiosks, and a broker may forget."""
    while True:
        try:
            if not client.connected:
                client.open()
            client.publish(release)
        except FleetError as error:
            log.warning("%s; trying again", error)
            time.sleep(RECONNECT_SECONDS)
        else:
            return
