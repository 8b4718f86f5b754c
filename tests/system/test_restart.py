"""A kiosk that is told to begin again does so as the same process, with the new settings."""

from __future__ import annotations

import json
import signal
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from device.config import file
from device.control.commands import Command
from device.kiosk import kiosk
from tests.support.faces import ASTRONAUT
from tests.support.kiosks import RunningKiosk, free_port

if TYPE_CHECKING:
    from pathlib import Path


class Owner:
    """A process that holds the token of a running kiosk."""

    def __init__(self, folder: Path, address: str) -> None:
        keys = json.loads((folder / "state/moodlift/owner.json").read_text("utf-8"))
        self._address = address
        self._headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {keys['token']}",
        }

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._address}/api/v1/{path}"
        request = urllib.request.Request(url, data, self._headers, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def restart(self, kiosk: RunningKiosk) -> dict[str, Any]:
        """Restart the kiosk; return the first status of what comes then."""
        began = time.monotonic()
        self.ask("POST", "commands", {"restart": True})
        while True:
            status = kiosk.wait_for()
            if status["uptime_s"] < time.monotonic() - began:
                return status


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_restart_takes_up_the_new_settings(tmp_path: Path, command: str) -> None:
    port = free_port()
    file = tmp_path / "config.toml"
    file.write_text(
        f'[web]\nport = {port}\n[camera]\nsource = "file:{ASTRONAUT}"\n[sound]\nenabled = false\n',
        "utf-8",
    )
    with RunningKiosk(tmp_path, "--config", file, command=command, port=port) as kiosk:
        kiosk.wait_for(level="ok", volume=0.7)
        owner, pid = Owner(tmp_path, kiosk.address), kiosk.process.pid
        files = kiosk.family()[0].num_fds()
        owner.ask("PATCH", "settings", {"sound.volume": 0.25, "stage.mirror": True})
        time.sleep(0.5)
        assert kiosk.status()["volume"] == 0.7, "not before the restart"
        owner.restart(kiosk)
        kiosk.wait_for(level="ok", volume=0.25)
        told = owner.ask("GET", "settings")
        assert told["pending"] is False
        assert told["settings"]["stage.mirror"]["value"] is True
        assert kiosk.process.pid == pid
        assert not [one for one in kiosk.family() if one.status() == "zombie"]
        # Databases may have been opened meanwhile, with three files each.
        assert kiosk.family()[0].num_fds() < files + 8
        # What somebody spoils then is left out, and told.
        settings = tmp_path / "state/moodlift/settings.toml"
        settings.write_text("[sound]\nvolume = 7\n", "utf-8")
        owner.restart(kiosk)
        status = kiosk.wait_for(level="failed", volume=0.7)
        fault = next(one["message"] for one in status["health"] if one["component"] == "config")
        assert fault.startswith(f"{settings}:2: sound.volume = 7: ")
        assert fault.endswith("; running without what was set on the page")
        kiosk.interrupt()
        assert kiosk.ended() == 0
        assert "Traceback" not in kiosk.text()
        assert kiosk.screenshot.exists()


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize(("late", "agains"), [(False, 1), (True, 0)])
def test_whoever_ends_it_while_it_closes_to_begin_again_has_the_last_word(
    late: bool, agains: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    monkeypatch.setattr(kiosk, "restart_process", lambda: begun.append(1))
    silent = {"camera": {"source": "fake"}, "sound": {"enabled": False}, "web": {"enabled": False}}
    running = kiosk.Kiosk(file.parse(silent), kiosk.RunOptions("offscreen", 20.0))
    close = running.close

    def closing() -> None:
        if late:
            signal.raise_signal(signal.SIGTERM)
        close()

    monkeypatch.setattr(running, "close", closing)
    running.execute(Command(restart=True), time.monotonic())
    running.run()
    assert len(begun) == agains
