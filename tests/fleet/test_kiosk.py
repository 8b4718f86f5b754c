"""A whole kiosk installs a released model, serves it on trial, and reports the result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.authority import Authority
from tests.support.brokers import PASSWORD, USER, Listener, Mosquitto
from tests.support.bundles import KEY, SHIPPED, archive, files, public
from tests.support.faces import ASTRONAUT
from tests.support.https_server import VERSION, HttpsServer
from tests.support.kiosks import RunningKiosk, free_port

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def configured(folder: Path, port: int, ca_file: Path) -> Path:
    password = folder / "password"
    password.write_text(PASSWORD)
    config = folder / "config.toml"
    config.write_text(
        f"""
        [camera]
        source = "file:{ASTRONAUT}"
        [sound]
        enabled = false
        [models]
        trial_minutes = 0.1
        [web]
        port = {free_port()}
        [mqtt]
        host = "127.0.0.1"
        port = {port}
        ca_file = "{ca_file}"
        username = "{USER}"
        password_file = "{password}"
        [fleet]
        id = "kiosk-1"
        releases = true
        """,
        "utf-8",
    )
    return config


@pytest.mark.timeout(240)
def test_a_released_model_is_fetched_tried_and_reported(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue()
    keys = tmp_path / "state" / "moodlift" / "keys"
    keys.mkdir(parents=True)
    (keys / "ours.pem").write_bytes(public(KEY))
    state, rollout = "moodlift/kiosk-1/state", "moodlift/kiosk-1/rollout"
    with (
        HttpsServer(certificate) as server,
        Mosquitto(tmp_path, certificate, secured=True) as broker,
        Listener(broker.port, "#", str(authority.file), USER, PASSWORD) as operator,
    ):
        config = configured(tmp_path, broker.port, authority.file)
        with RunningKiosk(tmp_path, "--config", config, command="run") as kiosk:
            now = SHIPPED.name.removeprefix("emotion-").encode()
            operator.until(lambda: b'"model":"' + now in operator.kept.get(state, b""))
            release = server.release(archive(files(VERSION)))
            operator.say("moodlift/release", json.dumps(release), kept=True)
            operator.until(lambda: b'"state":"trial"' in operator.kept.get(rollout, b""))
            operator.until(lambda: b'"state":"passed"' in operator.kept[rollout])
            operator.until(lambda: b'"model":"9.0.0"' in operator.kept[state])
            states = [
                json.loads(payload)["state"]
                for topic, payload in operator.heard
                if topic == rollout
            ]
            assert states == ["waiting", "trial", "passed"]
            kiosk.interrupt()
            assert kiosk.ended() == 0, kiosk.text()
