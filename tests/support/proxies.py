"""nginx and Caddy, as they are installed, in front of a kiosk's page."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.needs import need
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = f"{os.environ['PATH']}:/usr/sbin"
NGINX, CADDY = (shutil.which(name, path=PATH) or "" for name in ("nginx", "caddy"))
DOCUMENT = Path(__file__).parents[2] / "docs" / "WEB.md"


def example(language: str) -> str:
    """Return the example in docs/WEB.md."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@contextmanager
def nginx(folder: Path, server: str) -> Iterator[None]:
    """Run nginx with a server block."""
    need(NGINX, "nginx")
    own = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    file.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{own}{server}}}\n",
        "utf-8",
    )
    with _running(folder, NGINX, "-p", str(folder), "-c", str(file)):
        yield


@contextmanager
def caddy(folder: Path, sites: str) -> Iterator[None]:
    """Run Caddy with its sites."""
    need(CADDY, "caddy")
    file = folder / "Caddyfile"
    file.write_text(f"{{\nadmin off\nauto_https disable_redirects\n}}\n{sites}", "utf-8")
    with _running(folder, CADDY, "run", "--adapter", "caddyfile", "--config", str(file)):
        yield


@contextmanager
def _running(folder: Path, *command: str) -> Iterator[None]:
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(2.0)
        except subprocess.TimeoutExpired:  # Caddy waits for streams to end by themselves
            process.kill()
            process.wait()


def await_port(port: int) -> None:
    """Wait until something listens on a port of this machine."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(listens)
