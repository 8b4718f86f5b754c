"""The address given to others, with and without a network."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from device import web
from device.config.network import WebConfig
from device.stage.overlays.qr_code import is_reachable
from device.web.server.lan import reached_at
from device.web.service import RETRY_SECONDS, WebService

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from device.web import KioskServices


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[int, str]], None]:
    """Gives the machine the addresses of the given families only."""

    def set_addresses(addresses: dict[int, str]) -> None:
        class Probe:
            def __init__(self, family: int, kind: int) -> None:
                assert kind == socket.SOCK_DGRAM
                self._address = addresses.get(family)

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def connect(self, _: object) -> None:
                if self._address is None:
                    raise OSError("Network is unreachable")

            def getsockname(self) -> tuple[str, int]:
                assert self._address
                return (self._address, 40_000)

        monkeypatch.setattr("device.web.server.lan.socket.socket", Probe)

    return set_addresses


@pytest.mark.parametrize(
    ("host", "addresses", "expected"),
    [
        ("127.0.0.1", {socket.AF_INET: "192.168.1.7"}, "127.0.0.1"),
        ("kiosk.local", {socket.AF_INET: "192.168.1.7"}, "kiosk.local"),
        ("0.0.0.0", {socket.AF_INET: "192.168.1.7"}, "192.168.1.7"),
        ("0.0.0.0", {socket.AF_INET6: "fd00::7"}, "0.0.0.0"),
        ("0.0.0.0", {}, "0.0.0.0"),
        ("::", {socket.AF_INET: "192.168.1.7", socket.AF_INET6: "fd00::7"}, "192.168.1.7"),
        ("::", {socket.AF_INET6: "fd00::7"}, "fd00::7"),
        ("::", {}, "::"),
    ],
)
def test_a_server_on_all_addresses_reports_that_of_the_network(
    network: Any, host: str, addresses: dict[int, str], expected: str
) -> None:
    network(addresses)
    assert reached_at(host) == expected


class _Server:
    """Serves nothing, but reports its address as the real one does."""

    address = web.Server.address

    def __init__(self, _: object, host: str, port: int, certificate: None) -> None:
        self._host, self._port, self._certificate = host, port, certificate

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


def test_an_address_that_appears_later_is_reported(
    network: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("device.web.Server", _Server)
    monkeypatch.setattr("device.web.create_app", lambda *_: None)
    network({})
    page = WebService(WebConfig(host="0.0.0.0", port=8080), cast("KioskServices", None))
    assert page.address is None
    page.tick(1.0)
    assert page.address
    assert page.address == "http://0.0.0.0:8080/"
    assert not is_reachable(page.address)
    network({socket.AF_INET: "192.168.1.7"})
    page.tick(1.0 + RETRY_SECONDS)
    assert page.address == page.health[1] == "http://192.168.1.7:8080/"
    assert is_reachable(page.address)
    page.close()
    assert page.address is None
