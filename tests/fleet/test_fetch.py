"""What is fetched comes over HTTPS only, whole, in time and of limited size."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from device.errors import ReleaseError
from device.fleet.fetch import Fetcher
from tests.support.authority import Authority
from tests.support.https_server import HttpsServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[HttpsServer]:
    with HttpsServer(authority.issue()) as server:
        server.files = {
            "/a": b"content",
            "/b": "/a",
            "/c": "http://127.0.0.1:1/a",
            "/loop": "/loop",
        }
        server.files["/file"] = "file:///etc/passwd"
        yield server


def test_what_is_there_comes(server: HttpsServer, authority: Authority) -> None:
    fetcher = Fetcher(str(authority.file))
    assert fetcher.fetch(f"{server.address}/a", 7, 5.0) == b"content"
    assert fetcher.fetch(f"{server.address}/b", 7, 5.0) == b"content", "sent on"


def test_the_authority_may_lie_in_a_home(
    server: HttpsServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(authority.file.parent))
    fetcher = Fetcher(f"~/{authority.file.name}")
    assert fetcher.fetch(f"{server.address}/a", 7, 5.0) == b"content"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/none", "127.0.0.1 answers 404 Not Found"),
        ("/c", "127.0.0.1 redirects to a URL that is not HTTPS"),
        ("/file", "127.0.0.1 answers 302 .* is not allowed"),
        ("/loop", "127.0.0.1 answers 302"),
    ],
)
def test_what_cannot_be_had_is_reported(
    server: HttpsServer, authority: Authority, path: str, words: str
) -> None:
    with pytest.raises(ReleaseError, match=words):
        Fetcher(str(authority.file)).fetch(f"{server.address}{path}", 1000, 5.0)


def test_too_much_is_not_taken(server: HttpsServer, authority: Authority) -> None:
    with pytest.raises(ReleaseError, match=r"the file is larger than 0\.0 MB"):
        Fetcher(str(authority.file)).fetch(f"{server.address}/a", 6, 5.0)


def test_what_takes_too_long_is_given_up(server: HttpsServer, authority: Authority) -> None:
    times = iter((0.0, 6.0))
    with pytest.raises(ReleaseError, match="the download takes too long"):
        Fetcher(str(authority.file), lambda: next(times)).fetch(f"{server.address}/a", 100, 5.0)


def test_what_was_cut_off_is_not_taken(server: HttpsServer, authority: Authority) -> None:
    server.cut = True
    with pytest.raises(ReleaseError, match="the download was cut off"):
        Fetcher(str(authority.file)).fetch(f"{server.address}/a", 100, 5.0)


def test_a_server_that_nobody_vouches_for_is_not_asked(server: HttpsServer) -> None:
    with pytest.raises(ReleaseError, match="its certificate is not trusted"):
        Fetcher().fetch(f"{server.address}/a", 100, 5.0)
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a", "file:///etc/passwd", "ftp://a/b", "a"])
def test_nothing_but_https_is_asked(url: str) -> None:
    with pytest.raises(ReleaseError, match="not an HTTPS URL"):
        Fetcher().fetch(url, 100, 5.0)


def test_a_server_that_is_not_there(authority: Authority, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ReleaseError, match=r"127\.0\.0\.1: Connection refused"):
        Fetcher(str(authority.file)).fetch(f"https://127.0.0.1:{port}/a", 100, 5.0)
    with pytest.raises(ReleaseError, match="No such file"):
        Fetcher(str(tmp_path / "none.pem")).fetch(f"https://127.0.0.1:{port}/a", 100, 5.0)
