"""A kiosk and a real broker: what it tells it, why it cannot, and that it comes back."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from device.config.network import MqttConfig
from device.control.commands import Command
from device.fleet import report
from device.fleet.identity import device_id
from device.fleet.mqtt_client import MqttClient
from device.messages import Level
from tests.support.authority import Authority
from tests.support.brokers import PASSWORD, USER, Listener, Mosquitto
from tests.support.fleets import QUICK, sample
from tests.support.kiosks import free_port
from tests.support.waiting import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.fleets import Part


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", "utf-8")
    return path


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait until a kiosk's part in a fleet says something."""
    waiting = threading.Event()

    def wait(part: Part, words: str, level: Level = Level.DEGRADED) -> None:
        for _ in range(400):
            if part.fleet.health[0] is level and words in part.fleet.health[1]:
                return
            waiting.wait(0.02)
        pytest.fail(f"never {words!r}; it says {part.fleet.health}")

    return wait


def test_without_a_broker_nothing_runs(join: Callable[..., Part], own_state: Path) -> None:
    before = threading.active_count()
    part = join(host="")
    assert part.fleet.health == (Level.OFF, "no broker is configured")
    assert threading.active_count() == before
    assert not (own_state / "fleet-id").exists()


def test_what_is_reported_is_retained_for_later_subscribers(
    join: Callable[..., Part], tmp_path: Path, until: Callable[..., None], own_state: Path
) -> None:
    with Mosquitto(tmp_path) as broker:
        part = join(port=broker.port)
        until(part, "connected to 127.0.0.1", Level.OK)
        me = device_id(own_state)
        base = f"moodlift/{me}"
        topics = {f"{base}/online", f"{base}/state", f"homeassistant/device/{me}/config"}
        with Listener(broker.port) as later:
            later.until(lambda: topics <= later.kept.keys())
            assert later.kept.keys() == topics
            assert later.kept[f"{base}/online"] == b"online"
            reported = json.loads(later.kept[f"{base}/state"])
            assert reported == report.state(sample(time=0.0))
            part.publish(paused=True)
            later.until(lambda: json.loads(later.kept[f"{base}/state"])["paused"])
            part.fleet.close()
            later.until(lambda: later.kept[f"{base}/online"] == b"offline")


def test_a_kiosk_that_hangs_falls_silent(join: Callable[..., Part], tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port, "moodlift/#") as listener:
        part = join(port=broker.port, id="kiosk-1", timing=replace(QUICK, report_max=0.2))
        state = "moodlift/kiosk-1/state"
        listener.until(lambda: state in listener.kept)
        until_now = time.monotonic() + 1.0
        listener.until(lambda: time.monotonic() > until_now)
        reported = len(listener.heard)
        listener.until(lambda: time.monotonic() > until_now + 1.0)
        assert len(listener.heard) == reported
        part.publish()
        listener.until(lambda: len(listener.heard) > reported)


def test_releases_of_a_web_server_need_no_broker(
    join: Callable[..., Part], until: Callable[..., None]
) -> None:
    url = f"https://127.0.0.1:{free_port()}/release.json"
    part = join(host="", releases_url=url)
    until(part, f"{url}: 127.0.0.1: Connection refused; trying again")


def test_with_tls_and_a_password(
    join: Callable[..., Part], tmp_path: Path, secret: Path, until: Callable[..., None]
) -> None:
    authority = Authority(tmp_path)
    with Mosquitto(tmp_path, authority.issue(), secured=True) as broker:
        secured = {"username": USER, "password_file": str(secret), "ca_file": str(authority.file)}
        part = join(port=broker.port, tls=True, **secured)
        until(part, "connected to 127.0.0.1", Level.OK)


def test_its_files_may_lie_in_a_home(
    join: Callable[..., Part],
    tmp_path: Path,
    secret: Path,
    until: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    authority = Authority(tmp_path)
    files = {"password_file": f"~/{secret.name}", "ca_file": f"~/{authority.file.name}"}
    with Mosquitto(tmp_path, authority.issue(), secured=True) as broker:
        part = join(port=broker.port, tls=True, username=USER, **files)
        until(part, "connected to 127.0.0.1", Level.OK)


def test_a_wrong_password_is_reported_and_the_right_one_needs_no_restart(
    join: Callable[..., Part],
    tmp_path: Path,
    secret: Path,
    until: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with Mosquitto(tmp_path, secured=True) as broker:
        secret.write_text("another\n", "utf-8")
        part = join(port=broker.port, username=USER, password_file=str(secret))
        until(part, "connection refused: Not authorized")
        secret.unlink()
        until(part, f"{secret}: No such file")
        secret.write_text("\n", "utf-8")
        until(part, f"{secret}: its first line is empty")
        secret.write_text(f"{PASSWORD}\n", "utf-8")
        until(part, "connected to", Level.OK)
    lines = [one.getMessage() for one in caplog.records if one.name.startswith("device.fleet")]
    assert len([one for one in lines if "connection refused" in one]) == 1, (
        "once per fault, not once per try"
    )
    assert "fleet: connected again" in lines
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize(
    ("host", "trusted", "words"),
    [
        ("127.0.0.1", "another", "its certificate is not trusted: "),
        ("broker.example", "tests", "its certificate is not trusted: IP address mismatch"),
    ],
)
def test_a_certificate_that_is_another_s_is_not_taken(
    join: Callable[..., Part],
    tmp_path: Path,
    until: Callable[..., None],
    host: str,
    trusted: str,
    words: str,
) -> None:
    authorities = {name: Authority(tmp_path, name) for name in ("tests", "another")}
    with Mosquitto(tmp_path, authorities["tests"].issue(host)) as broker:
        part = join(port=broker.port, tls=True, ca_file=str(authorities[trusted].file))
        until(part, words)


def test_no_tls_where_it_is_wanted(
    join: Callable[..., Part], tmp_path: Path, until: Callable[..., None]
) -> None:
    authority = Authority(tmp_path)
    with Mosquitto(tmp_path) as broker:
        part = join(port=broker.port, tls=True, ca_file=str(authority.file))
        until(part, f"broker 127.0.0.1:{broker.port}: ")
        assert part.fleet.health[0] is Level.DEGRADED


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"host": "broker.invalid"}, "broker broker.invalid:8883: unknown host name: "),
        ({"tls": True, "ca_file": "/none.pem"}, "No such file or directory"),
    ],
)
def test_a_broker_that_is_not_there(
    join: Callable[..., Part], until: Callable[..., None], config: dict[str, Any], words: str
) -> None:
    until(join(**config), words)


def test_a_closed_client_leaves_no_socket_to_the_garbage_collector(tmp_path: Path) -> None:
    me = psutil.Process()
    with Mosquitto(tmp_path) as broker:
        gc.collect()
        gc.disable()
        try:
            before = me.num_fds()
            client = MqttClient(
                MqttConfig(host="127.0.0.1", port=broker.port, tls=False), "one", lambda *_: None
            )
            client.open()
            client.process(0.0)
            client.close()
            del client
            assert me.num_fds() == before
        finally:
            gc.enable()


def test_a_port_where_nothing_listens(
    join: Callable[..., Part], until: Callable[..., None]
) -> None:
    until(join(port=free_port()), "Connection refused; trying again")


def test_a_port_where_something_else_answers(
    join: Callable[..., Part], tmp_path: Path, until: Callable[..., None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        part = join(port=other.getsockname()[1])
        connection, _ = other.accept()
        connection.close()
        until(part, "it closed the connection; does it speak MQTT 5?")


@pytest.mark.parametrize(
    "answer",
    [
        b"\x20\x02\x00\x00",
        b"\x20\x05\x00\x00\x02\x99\x99",
        b"\x20\x03\x00\x00\x00\x30\x01\xff",
        b"\x20\x03\x00\x00\x00\x30\x05\x00\xff\x61\x61\x61",
        b"\x20\x03\x00\x00\x00\x30\xff\xff\xff\xff\xff\x01",
        b"\xf0\x00",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_nonsense_from_a_broker_ends_nothing(
    join: Callable[..., Part], until: Callable[..., None], tmp_path: Path, answer: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        part = join(port=port, id="kiosk-1", commands=False)
        for _ in range(3):
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)
                connection.settimeout(0.3)
                with contextlib.suppress(OSError):
                    while connection.recv(1000):
                        pass
        until(part, f"broker 127.0.0.1:{port}: ")
    broker = Mosquitto(tmp_path, port=port)
    with broker:
        until(part, "connected to", Level.OK)


def test_two_kiosks_with_one_id_say_so(
    join: Callable[..., Part], tmp_path: Path, until: Callable[..., None]
) -> None:
    with Mosquitto(tmp_path) as broker:
        part, other = (join(port=broker.port, id="kiosk-twin") for _ in range(2))
        until(part, "another kiosk may have the same id")
        until(other, "another kiosk may have the same id")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("pause", Command(paused=True)),
        ("resume", Command(paused=False)),
        ("mute", Command(muted=True)),
        ("unmute", Command(muted=False)),
        ("toggle-pause", Command(paused=True)),
        ("toggle-mute", Command(muted=False)),
    ],
)
def test_it_executes_commands(
    join: Callable[..., Part],
    tmp_path: Path,
    word: str,
    expected: Command,
) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        part = join(port=broker.port, id="kiosk-1")
        part.publish(paused=False, muted=True)
        operator.until(lambda: b'"muted":true' in operator.kept.get("moodlift/kiosk-1/state", b""))
        operator.say("moodlift/kiosk-1/command", word)
        assert gather(part.commands.drain) == [expected]


def test_an_unknown_or_retained_command_is_ignored(
    join: Callable[..., Part], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        operator.say("moodlift/kiosk-1/command", "pause", kept=True)
        part = join(port=broker.port, id="kiosk-1")
        operator.until(lambda: "a retained command is ignored" in caplog.text)
        for word in (b"restart", b'{"paused": true}', b"\xff\xfe", b"", b"x" * 100_000):
            operator.say("moodlift/kiosk-1/command", word)
        operator.say("moodlift/kiosk-1/command", "mute")
        assert gather(part.commands.drain) == [Command(muted=True)]
        assert "unknown command 'restart' (known: pause, resume" in caplog.text


def test_commands_can_be_switched_off(join: Callable[..., Part], tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        part = join(port=broker.port, id="kiosk-1", commands=False)
        config = "homeassistant/device/kiosk-1/config"
        operator.until(lambda: "moodlift/kiosk-1/state" in operator.kept)
        platforms = [
            one["platform"] for one in json.loads(operator.kept[config])["components"].values()
        ]
        assert set(platforms) == {"sensor", "binary_sensor"}
        operator.say("moodlift/kiosk-1/command", "pause")
        part.publish(muted=True)
        operator.until(lambda: b'"muted":true' in operator.kept["moodlift/kiosk-1/state"])
        assert list(part.commands.drain()) == []
