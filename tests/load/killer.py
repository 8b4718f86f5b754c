"""Do one thing to a kiosk's models, killed at each step of writing in turn; print what is left.

    python -m tests.load.killer OPERATION FOLDER

A step is whatever changes the disk: a file opened for writing, a rename, a removal, an fsync.
Python's audit hooks (PEP 578) tell of each just before it is done, so the code under test has no
part in this. After each kill the choice is asked for twice: as the kernel left the disk, and as a
power cut might have, with every file that was not synced cut to half.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from device.deployment.models import Models
from device.errors import MoodliftError
from device.models.state import Trial
from device.models.store import candidates
from device.vision import model_loader
from tests.support.bundles import archive, files, quick, trust

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
EVENTS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.fsync")
Step = tuple[str, str]


def models() -> Models:
    return Models(validate=quick)


def proven(*versions: str) -> None:
    """Install versions, all of which pass their trial."""
    for version in versions:
        models().install(archive(files(version)))
        models().accept(version)


def fresh() -> None:
    trust()


def settled() -> None:
    trust()
    proven("9.0.0")


def tried() -> None:
    settled()
    models().install(archive(files("9.1.0")))


def back() -> None:
    tried()
    models().roll_back()


def crowded() -> None:
    trust()
    proven("9.0.0", "9.1.0", "9.2.0")
    models().install(archive(files("9.3.0")))


OPERATIONS: dict[str, tuple[Callable[[], None], Callable[[], object]]] = {
    "first install": (fresh, lambda: models().install(archive(files("9.1.0")))),
    "install": (settled, lambda: models().install(archive(files("9.1.0")))),
    "use": (back, lambda: models().use("9.1.0")),
    "rollback": (tried, lambda: models().roll_back()),
    "keep the trial": (tried, lambda: models().record_trial("9.1.0", Trial(60.0, 1, True))),
    "return by itself": (tried, lambda: models().reject("9.1.0", "it was slow")),
    "pass and prune": (crowded, lambda: models().accept("9.3.0")),
}


def opened(number: int) -> str:
    """Return the path of an open file."""
    return str(Path(f"/proc/self/fd/{number}").readlink())


class Killer:
    """Kills this process just before its step number `at` within a folder."""

    def __init__(self, folder: Path, at: int, told: int) -> None:
        self._folder, self._at, self._pipe = str(folder), at, told
        self._count = 0
        self._unsynced: list[str] = []
        sync = os.fsync

        def fsync(number: int) -> None:
            path = opened(number)
            sys.audit("os.fsync", path)
            sync(number)
            self._unsynced = [one for one in self._unsynced if one != path]

        os.fsync = fsync  # type: ignore[assignment]  # device/ gives numbers only
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in EVENTS or isinstance(arguments[0], int):
            return
        if event == "open" and not arguments[2] & WRITING:
            return
        path = str(os.fspath(arguments[0]))
        if event in ("os.remove", "os.rmdir") and arguments[1] != -1:
            path = f"{opened(arguments[1])}/{path}"
        if not path.startswith(self._folder):
            return
        if self._count == self._at:
            left = json.dumps([event, path, self._unsynced])
            os.write(self._pipe, left.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        self._count += 1
        self._follow(event, path, arguments)

    def _follow(self, event: str, path: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._unsynced.append(path)
        elif event == "os.rename":
            target = str(os.fspath(arguments[1]))
            self._unsynced = [
                target + one[len(path) :] if one == path or one.startswith(f"{path}/") else one
                for one in self._unsynced
            ]


def doomed(work: Callable[[], object], folder: Path, at: int) -> tuple[str, str, list[str]] | None:
    """Work in a child that dies at a step; return that step and what was not synced."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        Killer(folder, at, writer)
        _end(work)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        left = pipe.read()
    _, status = os.waitpid(child, 0)
    if left:
        assert os.WTERMSIG(status) == signal.SIGKILL
        event, path, unsynced = json.loads(left)
        return event, path, unsynced
    assert status == 0, f"failed by itself at step {at}"
    return None


def _end(work: Callable[[], object]) -> NoReturn:
    try:
        work()
    except MoodliftError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def choice(state: Path) -> dict[str, Any]:
    """Return what a kiosk that starts now serves, its canary run, and what it had to pass over."""
    os.environ["STATE_DIRECTORY"] = str(state)
    _, taken, faults = model_loader.load(candidates(), 1)
    return {"version": taken.version, "faults": faults}


def cut(state: Path, unsynced: list[str], target: Path) -> None:
    """Copy what a power cut might leave."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(state, target)
    for name in unsynced:
        path = target / Path(name).relative_to(state)
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


def again(work: Callable[[], object]) -> str:
    """Do it once more, and if need be what the error says; return what serves then."""
    try:
        work()
    except MoodliftError as error:
        if "use that" in str(error) and serving() != "9.1.0":
            models().use("9.1.0")
    return serving()


def serving() -> str:
    return Models().store.in_use().name.removeprefix("emotion-")


def main(operation: str, folder: Path) -> None:
    prepare, work = OPERATIONS[operation]
    base, state, dark = folder / "base", folder / "state", folder / "dark"
    os.environ["STATE_DIRECTORY"] = str(base)
    base.mkdir()
    prepare()
    rows: list[dict[str, Any]] = [{"step": "before", "killed": choice(base), "cut": choice(base)}]
    while True:
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(base, state)
        os.environ["STATE_DIRECTORY"] = str(state)
        died = doomed(work, state, len(rows) - 1)
        if died is None:
            break
        event, path, unsynced = died
        cut(state, unsynced, dark)
        name = str(Path(path).relative_to(state))
        row = {"step": f"{event} {name}", "killed": choice(state), "cut": choice(dark)}
        rows.append({**row, "again": again(work)})
    rows.append({"step": "after", "killed": choice(state), "cut": choice(state)})
    print(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
