"""A connection to an MQTT broker, used by one thread.

Nothing is queued: what cannot be published now is published with its newest value after the next
connection.
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
from device.system.files import read_pem, read_secret
from device.system.paths import expand_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from paho.mqtt.reasoncodes import ReasonCode

    from device.config.network import MqttConfig

    MessageHandler = Callable[[str, bytes, bool], None]
    """Receives a message's topic, its payload, and whether the broker had retained it."""

KEEP_ALIVE = 60
"""Seconds; after 1.5 times as many without a packet, the broker publishes the last will."""
CONNACK_SECONDS = 10.0
"""How long a broker may take to accept or refuse a connection."""
DUPLICATE_ID = "another kiosk has the same id; remove fleet-id from the state of one of them"
LARGEST_PACKET = 64 * 1024
"""Bytes; the broker drops larger packets to this client (MQTT 5.0, 3.1.2.11.4)."""


class MqttClient:
    """A client that subscribes to `topics`; `will` is the topic and payload of its last will."""

    def __init__(
        self,
        config: MqttConfig,
        client_id: str,
        on_message: MessageHandler,
        topics: tuple[str, ...] = (),
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._config, self._client_id = config, client_id
        self._on_message, self._topics, self._will = on_message, topics, will
        self._ca_file = expand_user(config.ca_file) if config.ca_file else None
        self._client: mqtt.Client | None = None
        self._tls_context: ssl.SSLContext | None = None
        self._connack: ReasonCode | None = None
        self._disconnect_code: ReasonCode | None = None

    @property
    def address(self) -> str:
        """The broker as HOST:PORT."""
        return f"{self._config.host}:{self._config.port}"

    @property
    def connected(self) -> bool:
        """Whether the connection is open, as far as is known."""
        return self._client is not None and self._client.is_connected()

    def open(self) -> None:
        """Connect and subscribe, within about 10 s. Raises FleetError, which says why it failed.

        The files that the configuration names are read each time, so that new ones take effect.
        """
        self._connack = self._disconnect_code = None
        try:
            client = self._prepare()
            client.connect(
                self._config.host,
                self._config.port,
                KEEP_ALIVE,
                clean_start=True,
                properties=_limits(),
            )
        except OSError as error:
            raise self._error(_reason(error)) from error
        end = time.monotonic() + CONNACK_SECONDS
        while self._connack is None:
            if client.loop(0.2) != mqtt.MQTT_ERR_SUCCESS and self._connack is None:
                raise self._error("it closed the connection; does it speak MQTT 5?")
            if time.monotonic() > end:
                raise self._error("it does not accept the connection")
        if self._connack.is_failure:
            raise self._error(f"connection refused: {self._connack}")
        if self._topics:
            client.subscribe([(topic, mqtt.SubscribeOptions(qos=0)) for topic in self._topics])

    def process(self, seconds: float) -> None:
        """Send and receive for `seconds` at most. Raises FleetError when the connection is lost."""
        assert self._client
        if self._client.loop(seconds) != mqtt.MQTT_ERR_SUCCESS:
            raise self._lost()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish a message, retained. Raises FleetError when the connection is lost."""
        assert self._client
        info = self._client.publish(topic, payload, retain=True)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            raise self._lost()

    def close(self) -> None:
        """Disconnect if connected, so that the broker does not publish the last will.

        Its sockets are closed at once, not when the cycle of client and callbacks is collected.
        """
        if self._client and self.connected:
            self._client.disconnect()
            end = time.monotonic() + 1.0
            while self._client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS and time.monotonic() < end:
                pass
        self._client = None

    def _prepare(self) -> mqtt.Client:
        """Return the client, with the files as they are now. Raises OSError."""
        config = self._config
        if self._client is None:
            client = mqtt.Client(
                CallbackAPIVersion.VERSION2,
                self._client_id,
                protocol=mqtt.MQTTv5,
                reconnect_on_failure=False,
            )
            if config.tls:
                self._tls_context = ssl.create_default_context(cadata=self._authorities())
                self._tls_context.sslsocket_class = _ClosingSocket
                client.tls_set_context(self._tls_context)
            if self._will:
                client.will_set(*self._will, retain=True)
            client.on_connect = self._handle_connect
            client.on_disconnect = self._handle_disconnect
            client.on_message = self._handle_message
            self._client = client
        elif self._tls_context and self._ca_file:
            self._tls_context.load_verify_locations(cadata=self._authorities())
        if config.username:
            self._client.username_pw_set(config.username, read_secret(config.password_file))
        return self._client

    def _authorities(self) -> str | None:
        return read_pem(self._ca_file) if self._ca_file else None

    def _error(self, reason: str) -> FleetError:
        return FleetError(f"broker {self.address}: {reason}")

    def _lost(self) -> FleetError:
        code = str(self._disconnect_code) if self._disconnect_code else ""
        if code == "Session taken over":
            return self._error(f"the connection was lost: {DUPLICATE_ID}")
        return self._error(f"the connection was lost{f' ({code})' if code else ''}")

    def _handle_connect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        self._connack = code

    def _handle_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _properties: Any,
    ) -> None:
        self._disconnect_code = code if flags.is_disconnect_packet_from_server else None

    def _handle_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._on_message(message.topic, bytes(message.payload), message.retain)


class _ClosingSocket(ssl.SSLSocket):
    """Closes itself: paho-mqtt leaves a socket open whose TLS handshake fails."""

    def __del__(self) -> None:
        self.close()


def _limits() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # theirs
    properties.MaximumPacketSize = LARGEST_PACKET
    return properties


def _reason(error: OSError) -> str:
    """Return in words why there is no connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"the TLS handshake failed: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return f"unknown host name: {error.strerror}"
    if isinstance(error, TimeoutError):
        return "it does not respond"
    if error.filename:
        return f"{error.filename}: {error.strerror}"
    return error.strerror or str(error)
