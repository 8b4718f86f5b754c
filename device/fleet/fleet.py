"""The kiosk as one of many: beside the show, it tells a broker how it does, and heeds it."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from random import Random
from typing import TYPE_CHECKING

from device import __version__
from device.errors import CommandError, FleetError
from device.fleet import commands, discovery, report
from device.fleet.identity import device_id
from device.fleet.timing import Jitter, Timing
from device.fleet.topics import OFFLINE, ONLINE, Topics
from device.messages import Level
from device.system.fault_log import FaultLog
from device.system.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.schema import FleetConfig, MqttConfig
    from device.control.commands import CommandQueue
    from device.control.status import Status
    from device.deployment.models import Models
    from device.fleet.mqtt_client import MqttClient
    from device.fleet.outcome import RolloutStatus
    from device.fleet.rollout import Rollout
    from device.system.latest import Latest

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
BRIEF = 4
"""So many connections in a row that are soon lost are strange."""
BEATS = 3
"""After so many missing beats Home Assistant takes what it was told for unknown."""


class Fleet:
    """Tells a broker how the kiosk does, and takes its orders; `folder` is the kiosk's state.

    A broker that is not there, refuses or goes is told in `health`, and tried again.
    """

    name = "fleet"

    def __init__(
        self,
        config: FleetConfig,
        mqtt: MqttConfig,
        status: Latest[Status],
        given: CommandQueue,
        models: Models,
        folder: Path,
        pace: Timing | None = None,
    ) -> None:
        self._config, self._mqtt = config, mqtt
        self._status, self._orders = status, given
        self._pace = pace or Timing()
        self._told = "not connected yet"
        self._faults = FaultLog(log, "fleet", "connected again")
        self._worker = Worker(self._serve, name="fleet")
        self._rollout: Rollout | None = None
        if not mqtt.host and not config.offers_url:
            return
        self._topics = Topics(mqtt.topic_prefix, config.id or device_id(folder))
        if config.offers or config.offers_url:
            self._rollout = self._heed(models, folder)
        if mqtt.host:
            self._worker.start()

    @property
    def health(self) -> tuple[Level, str]:
        """How the connection does, in words."""
        offers = self._rollout.fault if self._rollout else ""
        faults = [f"{fault}; it is tried again" for fault in (self._faults.fault, offers) if fault]
        if faults:
            return Level.DEGRADED, "; ".join(faults)
        if self._mqtt.host:
            return Level.OK, self._told
        if self._rollout:
            return Level.OK, f"heeds {self._config.offers_url}"
        return Level.OFF, "no broker is configured"

    def tick(self, now: float) -> None:
        """Do nothing: a thread of its own does the work."""

    def close(self) -> None:
        """Say that this kiosk goes, and end."""
        try:
            self._worker.stop(CLOSE_SECONDS)
        finally:
            if self._rollout:
                self._rollout.close()

    def _serve(self) -> None:
        try:
            broker = self._broker()
        except ImportError as error:
            self._faults.report(f"paho-mqtt cannot be loaded: {error}")
            return
        wait = Jitter(self._pace.patience, self._pace.longest, Random())
        brief = 0
        while not self._worker.stopping.is_set():
            opened: float | None = None
            try:
                broker.open()
                opened = time.monotonic()
                self._faults.report("")
                self._attend(broker)
            except FleetError as error:
                fault = str(error)
            except Exception as error:  # noqa: BLE001 (a supervisor: no broker's answer may end it)
                fault = f"broker {broker.address}: {type(error).__name__}: {error}"
            else:
                break
            # Not in there: an error holds on to what it came from, an open connection perhaps.
            if opened and time.monotonic() - opened > self._pace.steady:
                wait.succeeded()
                brief = 0
            brief += opened is not None
            # Not every broker tells why it hangs up on the first of two.
            doubt = "; it may be that another kiosk has its id" if brief >= BRIEF else ""
            self._faults.report(f"{fault}{doubt}")
            self._worker.stopping.wait(wait.failed())
        self._leave(broker)

    def _heed(self, models: Models, folder: Path) -> Rollout:
        from device.fleet.fetch import Fetcher
        from device.fleet.rollout import Rollout

        fetcher = Fetcher(self._mqtt.ca_file)
        url = self._config.offers_url
        return Rollout(self._topics.id, models, folder, fetcher, url, self._pace)

    def _broker(self) -> MqttClient:
        # A kiosk that tells nobody need not load it.
        from device.fleet.mqtt_client import MqttClient

        wanted = {
            self._topics.order: self._config.commands,
            self._topics.offer: self._config.offers,
        }
        topics = tuple(topic for topic, is_wanted in wanted.items() if is_wanted)
        will = (self._topics.online, OFFLINE.encode())
        return MqttClient(self._mqtt, self._topics.id, self._hear, topics, will)

    def _attend(self, broker: MqttClient) -> None:
        """Tell what there is to tell until the connection is lost, or the kiosk ends."""
        self._told = f"connected to {broker.address} as {self._topics.id}"
        self._introduce(broker)
        pulse = report.ReportSchedule(self._pace.calm, self._pace.beat)
        outcome: RolloutStatus | None = None
        while not self._worker.stopping.is_set():
            status = self._status.get()
            now = time.monotonic()
            # A kiosk whose loop hangs falls silent, rather than telling what no longer is so.
            alive = now - status.time < self._pace.beat
            state = report.state(status)
            if alive and pulse.due(state, now):
                broker.say(self._topics.state, report.encode(state))
            if self._rollout and self._rollout.outcome not in (None, outcome):
                outcome = self._rollout.outcome
                broker.say(self._topics.rollout, outcome.encode())
            broker.attend(self._pace.look)

    def _introduce(self, broker: MqttClient) -> None:
        broker.say(self._topics.online, ONLINE.encode())
        if self._mqtt.discovery_prefix:
            name = self._config.name or socket.gethostname()
            expire = round(BEATS * self._pace.beat)
            told = discovery.device(
                self._topics, name, __version__, expire, orders=self._config.commands
            )
            topic = self._topics.discovery(self._mqtt.discovery_prefix)
            broker.say(topic, report.encode(told))

    def _leave(self, broker: MqttClient) -> None:
        with contextlib.suppress(FleetError):
            if broker.connected:
                broker.say(self._topics.online, OFFLINE.encode())
            broker.close()

    def _hear(self, topic: str, content: bytes, kept: bool) -> None:
        """Take what the broker passes on, in this thread."""
        if topic == self._topics.offer and self._rollout:
            self._rollout.give(content)
            return
        if kept:
            # It was for another time, and would be obeyed again after each connection.
            log.warning("fleet: an order that the broker had kept is not obeyed")
            return
        try:
            self._orders.give(commands.read(content, self._status.get()))
        except CommandError as error:
            log.warning("fleet: not obeyed: %s", error)
