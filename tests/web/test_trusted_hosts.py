"""The names and addresses under which the kiosk answers, and those under which it does not."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from device.web import AuthService, Server, create_app
from device.web.auth import trusted_hosts
from device.web.auth.trusted_hosts import CACHE_SECONDS, TrustedHosts, search_domains
from tests.support.connections import receive

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Kiosk

RESOLV_CONF = """
# search commented.example
nameserver 192.168.1.1
search example.org branch.example.org. COM
domain old.example
options ndots:2
"""


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., TrustedHosts]:
    """Makes the names of a machine called Kiosk_3."""
    file = tmp_path / "resolv.conf"
    file.write_text(RESOLV_CONF, "utf-8")
    monkeypatch.setattr(socket, "gethostname", lambda: "Kiosk_3")
    monkeypatch.setattr(trusted_hosts, "search_domains", lambda: search_domains(file))
    return TrustedHosts


@pytest.mark.parametrize(
    "host",
    [
        "kiosk_3", "KIOSK_3:8080", "kiosk_3.local", "kiosk_3.fritz.box", "kiosk_3.lan:80",
        "Kiosk_3.Home.Arpa.", "kiosk_3.localdomain", "kiosk_3.speedport.ip", "kiosk_3.home",
        "kiosk_3.internal", "kiosk_3.example.org", "kiosk_3.branch.example.org:8443",
        "kiosk_3.old.example", "kiosk_3-2.local", "kiosk_3-12.fritz.box:8080", "localhost",
        "127.0.0.1", "127.4.5.6:80", "[::1]:8080",
    ],
)  # fmt: skip
def test_names_that_a_router_gives_are_its_own(
    hosts: Callable[..., TrustedHosts], host: str
) -> None:
    assert hosts().is_trusted(host)


@pytest.mark.parametrize(
    "host",
    [
        "", ".", "lan", "fritz.box", "other.fritz.box", "kiosk_3.fritz.box.evil.example",
        "kiosk_3-2", "kiosk_3-2.com", "kiosk_3-x.local", "kiosk_32.local", "kiosk_3.com",
        "kiosk_3.evil.example", "kiosk_3.box", "kiosk_3.arpa", "x.kiosk_3.lan", "kiosk_3lan",
        "kiosk_3.commented.example", "kiosk_3.192.168.1.1", "kiosk_3..", "kiosk_3@lan",
        "evil.example#kiosk_3", "kiosk_3/evil.example", "evil@kiosk_3", "kiosk_3:",
        "kiosk_3:8080:1", "kiosk_3:123456", "127.0.0.1.nip.io", "0.0.0.0", "[::]", "[::1", "::1",
        "[::1%]", "[fe80::1]", "203.0.113.9", "[2001:db8::1]", "2130706433", "0x7f000001",
        "kiosk_3 ", "kiosk_3\u3002lan",
    ],
)  # fmt: skip
def test_names_that_a_stranger_could_own_are_not(
    hosts: Callable[..., TrustedHosts], host: str
) -> None:
    assert not hosts().is_trusted(host)


def test_a_network_that_comes_later_is_noticed(
    hosts: Callable[..., TrustedHosts], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    domains: set[str] = set()
    monkeypatch.setattr(trusted_hosts, "search_domains", lambda: domains)
    one = hosts(clock=lambda: now[0])
    assert not one.is_trusted("kiosk_3.example.net")
    domains.add("example.net")
    now[0] += CACHE_SECONDS
    assert one.is_trusted("kiosk_3.example.net")
    domains.clear()
    now[0] += CACHE_SECONDS
    assert not one.is_trusted("kiosk_3.example.net")


def test_a_machine_without_a_resolver_has_no_further_domains(tmp_path: Path) -> None:
    assert search_domains(tmp_path / "none") == frozenset()


@pytest.mark.parametrize("scope", ["", "%25eth0", "%eth0", "%25enx00-1.5", "%3"])
def test_its_own_link_local_address_has_any_scope(
    monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """The scope in a URL is the name that the client's interface has."""
    bound: list[tuple[object, ...]] = []

    def binds(_: int, address: tuple[object, ...]) -> bool:
        bound.append(address)
        return address == ("fe80::1", 0, 0, 3)

    monkeypatch.setattr(trusted_hosts, "_binds", binds)
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (3, "wlan0")])
    hosts = TrustedHosts()
    assert hosts.is_trusted(f"[fe80::1{scope}]:8080")
    assert not hosts.is_trusted(f"[fe80::2{scope}]:8080")
    assert bound[:2] == [("fe80::1", 0, 0, 1), ("fe80::1", 0, 0, 3)]


def link_local() -> tuple[str, int, int, int] | None:
    """Return this machine's link-local address as a socket's."""
    for line in Path("/proc/net/if_inet6").read_text("ascii").splitlines():
        number, index, _, scope, _, _ = line.split()
        if scope == "20":
            address = ":".join(number[at : at + 4] for at in range(0, 32, 4))
            return address, 0, 0, int(index, 16)
    return None


@pytest.mark.parametrize("form", ["[{0}]", "[{0}]:{1}", "[{0}%25eth0]:{1}"])
def test_it_answers_at_its_link_local_address(kiosk: Kiosk, form: str) -> None:
    address = link_local()
    if not address:
        pytest.skip("this machine has no link-local address")
    server = Server(create_app(kiosk.services(), AuthService.create(None)), "::", 0)
    server.start()
    port = urlsplit(server.address).port
    with socket.socket(socket.AF_INET6) as one:
        one.settimeout(10)
        one.connect((address[0], port, 0, address[3]))
        host = form.format(address[0], port)
        one.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = receive(one)
    server.stop()
    assert answer.startswith(b"HTTP/1.1 200 OK"), answer
