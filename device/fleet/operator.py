"""The operator's side of a fleet: hears what all kiosks tell, and offers them a model."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from device.errors import FleetError, ReleaseError
from device.fleet import outcome as outcomes
from device.fleet import release as offers
from device.fleet.campaign import Plan, StagedRollout
from device.fleet.mqtt_client import MqttClient
from device.fleet.topics import EVERYBODY, ONLINE, Topics, owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.schema import MqttConfig
    from device.fleet.campaign import Count
    from device.fleet.outcome import RolloutStatus
    from device.fleet.release import ModelRelease

log = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
"""For so long nothing new has come before all that a broker has kept is here."""
AGAIN_SECONDS = 5.0
"""How long to wait before a lost connection is opened again."""
LOOK_SECONDS = 0.5
ECHO_SECONDS = 10.0
"""How long a broker may take to pass on what was said to it."""


class OperatorClient:
    """What is known of all kiosks: whether each is `online`, its `states` and its `outcomes`.

    `offer` is what the broker offers them. Make it, `open` it, `attend` to it often.
    """

    def __init__(self, config: MqttConfig, states: bool = False) -> None:
        if not config.host:
            raise FleetError("no broker is configured: [mqtt] host says which")
        self.online: dict[str, bool] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.outcomes: dict[str, RolloutStatus] = {}
        self.offer: ModelRelease | None = None
        all_kiosks = Topics(config.topic_prefix, EVERYBODY)
        self._offer_topic = all_kiosks.offer
        wanted = [all_kiosks.online, all_kiosks.rollout, all_kiosks.offer]
        wanted += [all_kiosks.state] if states else []
        name = f"operator-{secrets.token_hex(4)}"
        self._broker = MqttClient(config, name, self._hear, tuple(wanted))
        self._heard_at = 0.0

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._broker.connected

    def open(self) -> None:
        """Connect, and wait until all is here that the broker has kept. Raises FleetError."""
        self._broker.open()
        self._heard_at = time.monotonic()
        while time.monotonic() - self._heard_at < SETTLE_SECONDS:
            self._broker.attend(LOOK_SECONDS / 5)

    def attend(self) -> None:
        """Take in what comes, for half a second at most. Raises FleetError when that is over."""
        self._broker.attend(LOOK_SECONDS)

    def publish(self, offer: ModelRelease) -> None:
        """Offer a model to all kiosks, in place of what was offered, and see that it comes back.

        Raises FleetError where it does not: a broker drops without a word what may not be written.
        """
        if self.offer == offer:
            self.offer = None
        self._broker.say(self._offer_topic, offer.model_dump_json().encode())
        end = time.monotonic() + ECHO_SECONDS
        while self.offer != offer:
            if time.monotonic() > end:
                raise FleetError(f"{self._offer_topic}: not passed on; may this user write there?")
            self._broker.attend(LOOK_SECONDS / 5)

    def close(self) -> None:
        """Take leave."""
        self._broker.close()

    def _hear(self, topic: str, content: bytes, _kept: bool) -> None:
        self._heard_at = time.monotonic()
        kiosk, kind = owner(topic), topic.rpartition("/")[2]
        with contextlib.suppress(ReleaseError, ValueError):
            if topic == self._offer_topic:
                self.offer = offers.parse(content) if content else None
            elif kind == "online":
                self.online[kiosk] = content == ONLINE.encode()
            elif kind == "rollout":
                self.outcomes[kiosk] = outcomes.parse(content)
            else:
                state = json.loads(content)
                self.states[kiosk] = state if isinstance(state, dict) else {}


def roll_out(
    desk: OperatorClient, offer: ModelRelease, plan: Plan, tell: Callable[[str], None]
) -> bool:
    """Offer a model to more and more kiosks; return whether all went well, else it was halted.

    A connection that is lost is opened again: meanwhile nothing goes on. Raises ReleaseError when
    this rollout was halted before, is of another file, or somebody else offers something meanwhile;
    FleetError when there is no broker at the start.
    """
    desk.open()
    if desk.offer and desk.offer.rollout != offer.rollout:
        tell(f"in place of {desk.offer.rollout}, which stands at {desk.offer.percent:g} %")
    offer = _begin(desk, offer, plan)
    desk.publish(offer)
    campaign, said = StagedRollout(plan, time.monotonic()), ""
    while True:
        _attend(desk, offer)
        if desk.offer != offer:
            raise ReleaseError("something else is offered now, so this rollout is left as it is")
        verdict, count = campaign.step(offer, desk.online, desk.outcomes, time.monotonic())
        if (line := f"{offer.percent:g} %: {words(count)}") != said:
            tell(said := line)
        percent = 0.0 if verdict == "halt" else plan.after(offer.percent)
        if verdict in ("halt", "next") and percent is not None:
            offer = offer.model_copy(update={"percent": percent})
            _publish(desk, offer)
        if verdict in ("halt", "done"):
            desk.close()
            return verdict == "done"


def words(count: Count) -> str:
    """Say how a stage stands."""
    stands = {
        "passed": count.passed,
        "on trial": count.trial,
        "waiting": count.waiting,
        "declined": count.declined,
        "failed": count.failed,
        "gone": count.gone,
    }
    told = ", ".join(f"{number} {name}" for name, number in stands.items() if number)
    return f"{count.chosen} kiosks, {count.online} online: {told or 'nothing told yet'}"


def _begin(desk: OperatorClient, offer: ModelRelease, plan: Plan) -> ModelRelease:
    """Return the offer of the first stage, or of the one at which this rollout was left."""
    before = desk.offer
    if before is None or before.rollout != offer.rollout:
        return offer.model_copy(update={"percent": plan.stages[0]})
    if before.percent == 0.0:
        raise ReleaseError(
            f"the rollout {offer.rollout} was halted; give the next one another name"
        )
    if before.sha256 != offer.sha256:
        raise ReleaseError(
            f"the rollout {offer.rollout} is of another file; give this one its own name"
        )
    return offer.model_copy(update={"percent": before.percent})


def _attend(desk: OperatorClient, offer: ModelRelease) -> None:
    try:
        desk.attend()
    except FleetError as error:
        log.warning("%s; trying again", error)
        time.sleep(AGAIN_SECONDS)
        _publish(desk, offer)


def _publish(desk: OperatorClient, offer: ModelRelease) -> None:
    """Offer it, whatever it takes: a halt must reach the kiosks, and a broker may forget."""
    while True:
        try:
            if not desk.connected:
                desk.open()
            desk.publish(offer)
        except FleetError as error:
            log.warning("%s; trying again", error)
            time.sleep(AGAIN_SECONDS)
        else:
            return
