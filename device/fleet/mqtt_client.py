"""A connection to an MQTT broker, for one thread: it is opened, attended to, and lost or closed.

Nothing is queued: what cannot be said now is said anew, as it then is, once there is a connection.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device.errors import FleetError
from device.system.files import read_secret
from device.system.paths import expand_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from paho.mqtt.reasoncodes import ReasonCode

    from device.config.schema import MqttConfig

    Heard = Callable[[str, bytes, bool], None]
    """Takes a message's topic, its content, and whether the broker had kept it."""

KEEP_ALIVE = 60
"""Seconds; after one and a half times as many without a word, the broker speaks the last will."""
ANSWER_SECONDS = 10.0
"""How long a broker may take to say whether it takes a connection."""
TWIN = "another kiosk has this one's id; remove fleet-id from the state of one of them"
LARGEST = 64 * 1024
"""Bytes of a packet that a broker may send; it drops larger ones (MQTT 5.0, 3.1.2.11.4)."""


class MqttClient:
    """A client named `name` that listens to `topics`; a `will` is a topic and its last content."""

    def __init__(
        self,
        config: MqttConfig,
        name: str,
        heard: Heard,
        topics: tuple[str, ...] = (),
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._config, self._name = config, name
        self._heard, self._topics, self._will = heard, topics, will
        self._authorities = expand_user(config.ca_file) if config.ca_file else None
        self._client: mqtt.Client | None = None
        self._context: ssl.SSLContext | None = None
        self._answer: ReasonCode | None = None
        self._farewell: ReasonCode | None = None

    @property
    def address(self) -> str:
        """The broker's, as people write it."""
        return f"{self._config.host}:{self._config.port}"

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._client is not None and self._client.is_connected()

    def open(self) -> None:
        """Connect, and listen. Takes some seconds at most; raises FleetError, which says why not.

        Files that the configuration names are read each time, so new ones are used.
        """
        self._answer = self._farewell = None
        try:
            client = self._prepared()
            client.connect(
                self._config.host,
                self._config.port,
                KEEP_ALIVE,
                clean_start=True,
                properties=_limits(),
            )
        except OSError as error:
            raise self._error(_words(error)) from error
        end = time.monotonic() + ANSWER_SECONDS
        while self._answer is None:
            if client.loop(0.2) != mqtt.MQTT_ERR_SUCCESS and self._answer is None:
                raise self._error("it hung up; is there a broker with MQTT 5?")
            if time.monotonic() > end:
                raise self._error("it gives no answer")
        if self._answer.is_failure:
            raise self._error(f"it refuses: {self._answer}")
        if self._topics:
            client.subscribe([(topic, mqtt.SubscribeOptions(qos=0)) for topic in self._topics])

    def attend(self, seconds: float) -> None:
        """Send and take in what there is for so long at most. Raises FleetError when it is lost."""
        assert self._client
        if self._client.loop(seconds) != mqtt.MQTT_ERR_SUCCESS:
            raise self._error(self._farewell_words())

    def say(self, topic: str, content: bytes) -> None:
        """Say something now, which the broker keeps for whoever comes later.

        Raises FleetError when the connection is lost.
        """
        assert self._client
        info = self._client.publish(topic, content, retain=True)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            raise self._error(self._farewell_words())

    def close(self) -> None:
        """Take leave, which keeps the last will from being spoken; nothing if not connected."""
        if self._client and self.connected:
            self._client.disconnect()
            end = time.monotonic() + 1.0
            while self._client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS and time.monotonic() < end:
                pass

    def _prepared(self) -> mqtt.Client:
        """Return the client with what the files say now. Raises OSError."""
        config = self._config
        if self._client is None:
            client = mqtt.Client(
                CallbackAPIVersion.VERSION2,
                self._name,
                protocol=mqtt.MQTTv5,
                reconnect_on_failure=False,
            )
            if config.tls:
                self._context = ssl.create_default_context(cafile=self._authorities)
                self._context.sslsocket_class = _Tidy
                client.tls_set_context(self._context)
            if self._will:
                client.will_set(*self._will, retain=True)
            client.on_connect = self._connected
            client.on_disconnect = self._disconnected
            client.on_message = self._take
            self._client = client
        elif self._context and self._authorities:
            self._context.load_verify_locations(self._authorities)
        if config.username:
            self._client.username_pw_set(config.username, read_secret(config.password_file))
        return self._client

    def _error(self, words: str) -> FleetError:
        return FleetError(f"broker {self.address}: {words}")

    def _farewell_words(self) -> str:
        told = str(self._farewell) if self._farewell else ""
        if told == "Session taken over":
            return f"the connection was lost: {TWIN}"
        return f"the connection was lost{f' ({told})' if told else ''}"

    def _connected(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        self._answer = code

    def _disconnected(
        self,
        _client: mqtt.Client,
        _data: Any,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _properties: Any,
    ) -> None:
        self._farewell = code if flags.is_disconnect_packet_from_server else None

    def _take(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._heard(message.topic, bytes(message.payload), message.retain)


class _Tidy(ssl.SSLSocket):
    """Closes itself: where no TLS comes about, whoever has made it leaves it to chance."""

    def __del__(self) -> None:
        self.close()


def _limits() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # theirs
    properties.MaximumPacketSize = LARGEST
    return properties


def _words(error: OSError) -> str:
    """Say in words why there is no connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS can be agreed on: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return f"its name is not known: {error.strerror}"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if error.filename:
        return f"{error.filename}: {error.strerror}"
    return error.strerror or str(error)
