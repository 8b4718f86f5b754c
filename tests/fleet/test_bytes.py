"""Every byte that leaves a kiosk for its broker, read packet by packet (MQTT 5.0, chapter 2 and 3).

A recorder stands between a whole kiosk and the broker. Whatever is not one of the packets that are
expected here, with a topic and content of the shape that is written down here, fails; what Home
Assistant is message is written down in announced.json.
"""

from __future__ import annotations

import contextlib
import copy
import json
import socket
import threading
import time
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema
import pytest

from device import __version__
from device.fleet import report
from device.fleet.topics import Topics
from device.messages import EMOTIONS
from tests.load import simulated_kiosks
from tests.support.brokers import Listener, Mosquitto
from tests.support.faces import ASTRONAUT
from tests.support.fleets import sample
from tests.support.kiosks import RunningKiosk, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ME = "kiosk-bytes"
STATE = {
    "mood": {"enum": [*EMOTIONS, "nobody"]},
    "faces": {"type": "integer", "minimum": 0, "maximum": 50},
    "rate_hz": {"type": "number", "minimum": 0, "maximum": 120},
    "temperature_c": {"type": ["integer", "null"]},
    "level": {"enum": ["ok", "degraded", "failed"]},
    "problems": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2,12}$"}},
    "paused": {"type": "boolean"},
    "muted": {"type": "boolean"},
    "model": {"type": "string", "pattern": r"^[A-Za-z0-9.-]{0,40}$"},
    "trial": {"type": "boolean"},
    "version": {"type": "string", "pattern": r"^[0-9a-z.+]{1,20}$"},
    "uptime_s": {"type": "integer", "minimum": 0},
}
SCHEMA = {"properties": STATE, "required": list(STATE), "additionalProperties": False}
ANNOUNCED = json.loads(
    Path(__file__).with_name("announced.json").read_text("utf-8").replace("VERSION", __version__)
)


class Kind(IntEnum):
    """The packets that a kiosk may send."""

    CONNECT = 1
    PUBLISH = 3
    SUBSCRIBE = 8
    PINGREQ = 12
    DISCONNECT = 14


class Recorder:
    """Passes on what comes and goes; `sent` is all that came from the kiosk's side."""

    def __init__(self, broker: int) -> None:
        self.sent = bytearray()
        self._broker = broker
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="recorder", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            kiosk, _ = self._server.accept()
            with kiosk, socket.create_connection(("127.0.0.1", self._broker)) as broker:
                back = threading.Thread(target=_pass, args=(broker, kiosk, bytearray()))
                back.start()
                _pass(kiosk, broker, self.sent)
                broker.shutdown(socket.SHUT_WR)
                back.join(5)

    def close(self) -> None:
        self._server.close()
        self._thread.join(5)


def _pass(source: socket.socket, target: socket.socket, log: bytearray) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            log += piece
            target.sendall(piece)


class Packet(NamedTuple):
    kind: int
    flags: int
    body: bytes


def packets(stream: bytes) -> Iterator[Packet]:
    """Read a whole stream; a byte that belongs to no packet is an IndexError."""
    at = 0
    while at < len(stream):
        head, length, shift = stream[at], 0, 0
        at += 1
        while True:
            digit = stream[at]
            at += 1
            length |= (digit & 127) << shift
            shift += 7
            if not digit & 128:
                break
        body = stream[at : at + length]
        if len(body) < length:
            raise IndexError("a packet is cut off")
        at += length
        yield Packet(head >> 4, head & 15, body)


def text(body: bytes, at: int) -> tuple[str, int]:
    size = int.from_bytes(body[at : at + 2], "big")
    return body[at + 2 : at + 2 + size].decode(), at + 2 + size


def check_connect(body: bytes) -> None:
    """The client's id and the last will; no user, since none is configured."""
    assert body[:7] == b"\x00\x04MQTT\x05"
    assert body[7] == 0b00100110, "clean, with a will that is kept, and nothing else"
    assert int.from_bytes(body[8:10], "big") == 60, "seconds between two words"
    assert body[10:16] == b"\x05\x27" + (64 * 1024).to_bytes(4, "big"), "the largest packet"
    name, at = text(body, 16)
    assert name == ME
    assert body[at] == 0, "the will has no properties"
    topic, at = text(body, at + 1)
    will, at = text(body, at)
    assert (topic, will, at) == (f"moodlift/{ME}/online", "offline", len(body))


def check_publish(packet: Packet) -> tuple[str, Any]:
    """A topic and a content that may be said, kept by the broker."""
    assert packet.flags == 0b0001, "QoS 0, to be kept"
    topic, at = text(packet.body, 0)
    assert packet.body[at] == 0, "no properties"
    content = packet.body[at + 1 :]
    if topic == f"moodlift/{ME}/online":
        assert content in (b"online", b"offline")
        return topic, content.decode()
    message = json.loads(content)
    if topic == f"moodlift/{ME}/state":
        jsonschema.validate(message, SCHEMA)
    else:
        assert topic == f"homeassistant/device/{ME}/config"
        assert message == ANNOUNCED
    return topic, message


def check(stream: bytes) -> list[tuple[str, Any]]:
    """Return what was published; fail at anything that is not to leave a kiosk."""
    said = []
    for number, packet in enumerate(packets(stream)):
        assert (packet.kind == Kind.CONNECT) == (number == 0)
        match packet.kind:
            case Kind.CONNECT:
                check_connect(packet.body)
            case Kind.PUBLISH:
                said.append(check_publish(packet))
            case Kind.SUBSCRIBE:
                topic, at = text(packet.body, 3)
                assert (topic, packet.body[at:]) == (f"moodlift/{ME}/command", b"\x00")
            case Kind.PINGREQ:
                assert packet.body == b""
            case Kind.DISCONNECT:
                assert packet.body in (b"", b"\x00", b"\x00\x00")
            case other:
                pytest.fail(f"a packet of kind {other}")
    return said


@pytest.mark.slow
def test_every_byte_of_a_whole_kiosk(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        recorder = Recorder(broker.port)
        config = tmp_path / "config.toml"
        config.write_text(
            f'[camera]\nsource = "file:{ASTRONAUT}"\n[web]\nport = {free_port()}\n'
            f'[sound]\nenabled = false\n[mqtt]\nhost = "127.0.0.1"\nport = {recorder.port}\n'
            f'tls = false\n[fleet]\nid = "{ME}"\nname = "Foyer"\n',
            "utf-8",
        )
        with RunningKiosk(tmp_path, "--config", config, command="run") as kiosk:
            state = f"moodlift/{ME}/state"
            operator.until(lambda: b'"mood":"happy"' in operator.kept.get(state, b""))
            operator.say(f"moodlift/{ME}/command", "toggle-pause")
            operator.until(lambda: b'"paused":true' in operator.kept[state])
            operator.say(f"moodlift/{ME}/command", "resume")
            operator.until(lambda: b'"paused":false' in operator.kept[state])
            time.sleep(2)
            kiosk.interrupt()
            assert kiosk.ended() == 0, kiosk.text()
            operator.until(lambda: operator.kept[f"moodlift/{ME}/online"] == b"offline")
        recorder.close()
        assert "fleet" not in kiosk.text(), kiosk.text()
    sent = bytes(recorder.sent)
    said = check(sent)
    me = Topics("moodlift", ME)
    assert sent.startswith(simulated_kiosks.connect(me, "", "")), "simulated kiosks do the same"
    assert simulated_kiosks.subscribe(me.command) in sent
    topics = [topic for topic, _ in said]
    assert topics[0] == topics[-1] == f"moodlift/{ME}/online"
    assert topics.count(f"homeassistant/device/{ME}/config") == 1
    assert 3 <= topics.count(state) < 30
    print(f"{len(recorder.sent)} bytes, {len(said)} messages, all as they may be")


@pytest.mark.slow
def test_a_kiosk_that_dies_is_reported_of_by_its_last_will(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[camera]\nsource = "fake:"\n[web]\nport = {free_port()}\n[sound]\nenabled = false\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ntls = false\n'
            f'[fleet]\nid = "{ME}"\n',
            "utf-8",
        )
        online = f"moodlift/{ME}/online"
        with RunningKiosk(tmp_path, "--config", config, command="run"):
            operator.until(lambda: operator.kept.get(online) == b"online")
        operator.until(lambda: operator.kept[online] == b"offline")


@pytest.mark.parametrize(
    ("stream", "wrong"),
    [
        (b"\x30\x03\x00\x01a", "CONNECT comes first"),
        (b"\xe0\x00\x01", "a byte too many"),
    ],
)
def test_the_check_finds_what_is_wrong(stream: bytes, wrong: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        check(stream)


def said(topic: str, message: dict[str, Any]) -> tuple[str, Any]:
    """Have a message checked as if a kiosk had sent it."""
    name, content = topic.encode(), json.dumps(message).encode()
    body = len(name).to_bytes(2, "big") + name + b"\x00" + content
    return check_publish(Packet(Kind.PUBLISH, 1, body))


def test_the_check_finds_what_is_reported_too_much() -> None:
    topic, state = f"moodlift/{ME}/state", report.state(sample())
    assert said(topic, state) == (topic, state)
    with pytest.raises(jsonschema.ValidationError, match="'picture' was unexpected"):
        said(topic, {**state, "picture": "..."})


@pytest.mark.parametrize(
    "change",
    [
        lambda message: message.update(picture="anything at all"),
        lambda message: message["components"].update(extra={**message["components"]["mood"]}),
        lambda message: message["origin"].update(sw_version="of somebody"),
        lambda message: message["components"]["mood"].update(name="Anna"),
    ],
)
def test_the_check_finds_what_is_reported_home_assistant_too_much(
    change: Callable[[dict[str, Any]], None],
) -> None:
    topic, message = f"homeassistant/device/{ME}/config", copy.deepcopy(ANNOUNCED)
    assert said(topic, message) == (topic, message)
    change(message)
    with pytest.raises(AssertionError):
        said(topic, message)
