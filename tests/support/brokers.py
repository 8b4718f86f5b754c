"""A real broker, mosquitto, that is started, stopped and cut off as a test needs it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING, Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.kiosks import free_port
from tests.support.needs import need
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") or ""
PASSWORDS = shutil.which("mosquitto_passwd") or ""
USER, PASSWORD = "kiosk", "a password of tests"


class Mosquitto:
    """A broker on this machine. With `certificate` (its file, its key) it speaks TLS only.

    With `secured` it asks for `USER` and `PASSWORD`; `kept` outlives a restart; `acl` is a file.
    """

    def __init__(
        self,
        folder: Path,
        certificate: tuple[Path, Path] | None = None,
        secured: bool = False,
        kept: bool = False,
        acl: Path | None = None,
        port: int | None = None,
    ) -> None:
        need(MOSQUITTO, "mosquitto")
        self.port = port or free_port()
        self._folder = folder / "broker"
        self._folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        lines = [f"listener {self.port} 127.0.0.1", "max_queued_messages 0", "sys_interval 1"]
        lines.append(f"allow_anonymous {'false' if secured else 'true'}")
        lines.append(f"user {'root' if os.geteuid() == 0 else 'nobody'}")
        if certificate:
            lines += [f"certfile {certificate[0]}", f"keyfile {certificate[1]}"]
        if secured:
            self.admit(USER, PASSWORD)
            lines.append(f"password_file {self._folder / 'passwords'}")
        if acl:
            lines.append(f"acl_file {acl}")
        if kept:
            lines += ["persistence true", f"persistence_location {self._folder}/"]
        self._file = self._folder / "mosquitto.conf"
        self._file.write_text("\n".join(lines) + "\n", "utf-8")

    def admit(self, user: str, password: str) -> None:
        """Have it know a user, from its next start on."""
        file = self._folder / "passwords"
        file.touch(mode=0o600)
        subprocess.run([PASSWORDS, "-b", file, user, password], check=True, capture_output=True)

    def configure(self, text: str) -> None:
        """Have it start with another file."""
        self._file.write_text(text, "utf-8")

    @property
    def pid(self) -> int:
        """Return its process."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", self._file], stdout=log, stderr=subprocess.STDOUT
            )
        until(self._listens, seen=self.log)

    def _listens(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def stop(self, abrupt: bool = False) -> None:
        """End it, in order or at once."""
        if self._process:
            self._process.kill() if abrupt else self._process.terminate()
            self._process.wait(10)
            self._process = None

    def log(self) -> str:
        """Return what it said."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop(abrupt=True)


class Listener:
    """Somebody who hears all that a broker passes on; `kept` is what it has kept, by topic."""

    def __init__(
        self, port: int, topics: str = "#", ca: str = "", user: str = "", password: str = ""
    ) -> None:
        self.kept: dict[str, bytes] = {}
        self.heard: list[tuple[str, bytes]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        if ca:
            self._client.tls_set(ca)
        if user:
            self._client.username_pw_set(user, password)
        self._client.on_connect = lambda client, *_: client.subscribe(topics)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _take(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))
        self.kept[message.topic] = bytes(message.payload)

    def say(self, topic: str, content: str | bytes, kept: bool = False) -> None:
        self._client.publish(topic, content, retain=kept).wait_for_publish(5)

    def until(self, what: Callable[[], object]) -> None:
        """Wait until something holds."""
        until(what, seen=lambda: self.kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = None  # with which it would hold itself, and its sockets, open
        del self._client
