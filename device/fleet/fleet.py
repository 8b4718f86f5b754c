"""The kiosk as one of many: reports to a broker, and takes commands and releases from it."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from random import Random
from typing import TYPE_CHECKING

from device import __version__
from device.errors import CommandError, FleetError
from device.fleet import commands, discovery
from device.fleet import report as reports
from device.fleet.identity import device_id
from device.fleet.timing import Jitter, Timing
from device.fleet.topics import OFFLINE, ONLINE, Topics
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.network import FleetConfig, MqttConfig
    from device.control.commands import CommandQueue
    from device.control.status import Status
    from device.deployment.models import Models
    from device.fleet.mqtt_client import MqttClient
    from device.fleet.rollout import Rollout
    from device.fleet.rollout_status import RolloutStatus
    from device.system.latest import Latest

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
MANY_BRIEF = 4
"""Brief connections in a row after which the log says that another kiosk may have the same id."""
MISSED_REPORTS = 3
"""Home Assistant takes readings for unknown after this number of missing reports."""


class Fleet:
    """Connects the kiosk to a broker, as far as it is configured; `folder` is the kiosk's state.

    A broker that cannot be reached, refuses or closes the connection is reported in `health`, and
    tried again.
    """

    name = "fleet"

    def __init__(
        self,
        config: FleetConfig,
        mqtt: MqttConfig,
        status: Latest[Status],
        command_queue: CommandQueue,
        models: Models,
        folder: Path,
        timing: Timing | None = None,
    ) -> None:
        self._config, self._mqtt = config, mqtt
        self._status, self._command_queue = status, command_queue
        self._timing = timing or Timing()
        self._connection = "not connected yet"
        self._faults = FaultLog(log, "fleet", "connected again")
        self._worker = Worker(self._run, name="fleet")
        self._rollout: Rollout | None = None
        if not mqtt.host and not config.releases_url:
            return
        self._topics = Topics(mqtt.topic_prefix, config.id or device_id(folder))
        if config.releases or config.releases_url:
            self._rollout = self._make_rollout(models, folder)
        if mqtt.host:
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """The level of the connection, and its state in words."""
        releases = self._rollout.fault if self._rollout else ""
        faults = [f"{fault}; trying again" for fault in (self._faults.fault, releases) if fault]
        if faults:
            return Level.DEGRADED, "; ".join(faults)
        if self._mqtt.host:
            return Level.OK, self._connection
        if self._rollout:
            return Level.OK, f"follows {self._config.releases_url}"
        return Level.OFF, "no broker is configured"

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Report that this kiosk goes offline, disconnect, and stop."""
        try:
            self._worker.stop(CLOSE_SECONDS)
        finally:
            if self._rollout:
                self._rollout.close()

    def _run(self) -> None:
        try:
            client = self._make_client()
        except ImportError as error:
            self._faults.report(f"paho-mqtt cannot be loaded: {error}")
            return
        jitter = Jitter(self._timing.reconnect_first, self._timing.reconnect_longest, Random())
        brief = 0
        while not self._worker.stopping.is_set():
            opened: float | None = None
            try:
                client.open()
                opened = time.monotonic()
                self._faults.report("")
                self._report(client)
            except FleetError as error:
                fault = str(error)
            except Exception as error:  # noqa: BLE001 (a supervisor: no broker's answer may end it)
                fault = f"broker {client.address}: {type(error).__name__}: {error}"
            else:
                break
            # Outside the handlers: a traceback keeps its frames, perhaps an open connection, alive.
            if opened and time.monotonic() - opened > self._timing.stable_after:
                jitter.succeeded()
                brief = 0
            brief += opened is not None
            # Not every broker gives the reason when it disconnects the first of two kiosks.
            hint = "; another kiosk may have the same id" if brief >= MANY_BRIEF else ""
            self._faults.report(f"{fault}{hint}")
            self._worker.stopping.wait(jitter.failed())
        self._disconnect(client)

    def _make_rollout(self, models: Models, folder: Path) -> Rollout:
        from device.fleet.fetch import Fetcher
        from device.fleet.rollout import Rollout

        fetcher, url = Fetcher(self._mqtt.ca_file), self._config.releases_url
        return Rollout(self._topics.id, models, folder, fetcher, url, self._timing)

    def _make_client(self) -> MqttClient:
        # A kiosk without a broker need not import it.
        from device.fleet.mqtt_client import MqttClient

        wanted = {
            self._topics.command: self._config.commands,
            self._topics.release: self._config.releases,
        }
        topics = tuple(topic for topic, is_wanted in wanted.items() if is_wanted)
        will = (self._topics.online, OFFLINE.encode())
        return MqttClient(self._mqtt, self._topics.id, self._on_message, topics, will)

    def _report(self, client: MqttClient) -> None:
        """Report until the connection is lost, which raises FleetError, or the kiosk stops."""
        self._connection = f"connected to {client.address} as {self._topics.id}"
        self._announce(client)
        timing = self._timing
        schedule = reports.ReportSchedule(timing.report_min, timing.report_max)
        reported: RolloutStatus | None = None
        while not self._worker.stopping.is_set():
            status = self._status.get()
            now = time.monotonic()
            # While the kiosk's loop hangs, nothing is reported, as its status is outdated.
            fresh = now - status.time < timing.report_max
            state = reports.state(status)
            if fresh and schedule.is_due(state, now):
                client.publish(self._topics.state, reports.encode(state))
            if self._rollout and self._rollout.status not in (None, reported):
                reported = self._rollout.status
                client.publish(self._topics.rollout, reported.encode())
            client.process(timing.tick)

    def _announce(self, client: MqttClient) -> None:
        """Publish that the kiosk is online, and how Home Assistant finds it."""
        client.publish(self._topics.online, ONLINE.encode())
        if self._mqtt.discovery_prefix:
            name = self._config.name or socket.gethostname()
            expire_after = round(MISSED_REPORTS * self._timing.report_max)
            message = discovery.device(
                self._topics, name, __version__, expire_after, commands=self._config.commands
            )
            topic = self._topics.discovery(self._mqtt.discovery_prefix)
            client.publish(topic, reports.encode(message))

    def _disconnect(self, client: MqttClient) -> None:
        with contextlib.suppress(FleetError):
            if client.connected:
                client.publish(self._topics.online, OFFLINE.encode())
        client.close()

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """Handle a message from the broker, in the thread of the connection."""
        if topic == self._topics.release and self._rollout:
            self._rollout.receive(payload)
            return
        if retained:
            # It is old, and would be executed again after each connection.
            log.warning("fleet: a retained command is ignored")
            return
        try:
            self._command_queue.put(commands.parse(payload, self._status.get()))
        except CommandError as error:
            log.warning("fleet: command ignored: %s", error)
