"""What the tests of the appliance ask of a machine with a kiosk on it."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from device import __version__
from tests.rig.shipped import lay

if TYPE_CHECKING:
    from tests.rig.machines import Machine

ROOT = Path(__file__).parents[2]
# What every Debian writes while it runs, and what it keeps of packages that were there once.
PASSING: tuple[str, ...] = (
    "dev",
    "proc",
    "sys",
    "run",
    "tmp",
    "root",
    "var/cache",
    "var/log",
    "var/lib/systemd",
)
PASSING += ("var/lib/apt", "var/lib/dpkg", "var/lib/dbus", "var/tmp", "etc/.pwd.lock")
PASSING += tuple(f"etc/{name}-" for name in ("passwd", "group", "shadow", "gshadow"))
Files = dict[str, tuple[object, ...]]


def source(
    machine: Machine, name: str, version: str = __version__, replaced: dict[str, str] | None = None
) -> str:
    """Copy this project's program into the machine; return the path of its install.sh.

    It calls itself `version`; `replaced` has the content of other modules of `device/`.
    """
    folder = machine.root / "root" / name
    folder.mkdir()
    lay(ROOT, folder)
    package = folder / "device" / "__init__.py"
    package.write_text(package.read_text("utf-8").replace(__version__, version), "utf-8")
    for module, text in (replaced or {}).items():
        (folder / "device" / module).write_text(text, "utf-8")
    return f"/root/{name}/install.sh"


def files(machine: Machine) -> Files:
    """Return what every file of the machine is: kind, owner, and content."""
    found: Files = {}
    for folder, names, others in os.walk(machine.root):
        where = Path(folder).relative_to(machine.root)
        names[:] = [name for name in names if str(where / name) not in PASSING]
        for name in (*names, *others):
            path = machine.root / where / name
            if str(where / name) not in PASSING:
                found[str(where / name)] = _told(path)
    return found


def _told(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = ""
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return status.st_mode, status.st_uid, status.st_gid, content


def changed(before: Files, after: Files) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def units(machine: Machine) -> str:
    return machine.run("systemctl", "list-unit-files", "--no-legend", "--no-pager")


def packages(machine: Machine) -> str:
    return machine.run("dpkg-query", "-W")


def page(
    machine: Machine, path: str = "", order: str = "", token: str = "", check: bool = True
) -> str:
    """Return what the status page answers; with an order, to its POST."""
    kind = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    address = f"http://127.0.0.1:8080/{path}"
    request = f"u.Request({address!r}, {order.encode() or None!r}, {kind if order else {}!r})"
    ask = f"import urllib.request as u; print(u.urlopen({request}).read())"
    return machine.run("python3", "-c", ask, check=check)


def serving(machine: Machine) -> str:
    """Return the version of the model that serves."""
    version: str = json.loads(ast.literal_eval(page(machine, "api/v1/status")))["model"]
    return version


def running(machine: Machine) -> bool:
    return machine.show("moodlift", "SubState") == "running"


def release(machine: Machine, link: str = "current") -> str:
    return machine.run("readlink", f"/opt/moodlift/{link}").removeprefix("releases/")


def starts(machine: Machine) -> int:
    """Return how often a kiosk has opened its screen."""
    said = machine.run("journalctl", "--identifier=moodlift", "--output=cat", "--no-pager")
    return said.count("display: ")


def pid(machine: Machine) -> int:
    return int(machine.show("moodlift", "MainPID"))
