"""The models on the disk, and the file that selects one of them.

    <state>/models/
        emotion-<version>/   installed bundles; a folder is renamed to this when it is complete
        state.json           the selection
        .new-*, .old-*       being written or removed; cleaned up at the next change

A power failure at any moment leaves the old or the new selection, and both bundles intact.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import BundleError, ModelsError, OutputError
from device.models import state as states
from device.models.state import State
from device.system.files import write_private
from device.system.paths import MODELS, expand_user, state_directory
from device.vision import bundle as bundles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

log = logging.getLogger(__name__)

FILE = "state.json"
LOCK, INSTALLING = ".lock", ".installing"
NEW, OLD = ".new-", ".old-"
MOST_INSTALLED = 3
"""Installed models that are kept, including the current and the previous one."""


class ModelStore:
    """Installed bundles in `folder`, and those that came with the program in `shipped`."""

    def __init__(self, folder: Path | None = None, shipped: Path = MODELS) -> None:
        self.folder = folder or state_directory() / "models"
        self.shipped = shipped
        self._path = self.folder / FILE

    @property
    def stamp(self) -> tuple[int, int] | None:
        """A value that changes with each write of the state; None before the first one."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def state(self) -> State:
        """Return the state; a damaged file is logged and treated as missing."""
        try:
            return states.parse(self._path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except (OSError, ValueError) as error:
            log.warning("%s: %s; using the newest model", self._path, error)
            return State()

    def candidates(self) -> list[Path]:
        """Return the folder of every bundle: the current one first, the rejected ones last."""
        state = self.state()
        rank = {one.version: 3 for one in state.rejected} | {state.previous: 1, state.current: 0}
        known = bundles.find_bundles(self.folder) + bundles.find_bundles(self.shipped)
        return sorted(known, key=lambda path: rank.get(version(path), 2))

    def find(self, wanted: str) -> Path:
        """Return the folder of a version. Raises ModelsError when there is none."""
        for path in self.candidates():
            if version(path) == wanted:
                return path
        known = ", ".join(dict.fromkeys(map(version, self.candidates()))) or "none"
        raise ModelsError(f"no model {wanted} (available: {known})")

    def in_use(self) -> Path:
        """Return the first valid bundle, which is in use. Raises BundleError if none is valid."""
        faults = []
        for path in self.candidates():
            try:
                bundles.load(path)
            except BundleError as error:
                faults.append(str(error))
            else:
                return path
        raise BundleError("; ".join(faults) or f"no model: {self.shipped} holds no bundle")

    def update(self, step: Callable[[State], State]) -> None:
        """Replace the state by the result of `step`. On OutputError the old one stays."""
        with self._writing(), _locked(self.folder / LOCK):
            state = self.state()
            changed = step(state)
            if changed != state:
                write_private(self._path, changed.as_json())
                _sync(self.folder)

    @contextlib.contextmanager
    def draft(self, files: Mapping[str, bytes]) -> Iterator[Path]:
        """Provide a folder with a bundle's files, which is removed in the end unless adopted.

        Raises ModelsError while another draft exists, OutputError when it cannot be written.
        """
        with self._writing():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.folder / INSTALLING, wait=False):
                self._sweep()
                folder = Path(tempfile.mkdtemp(prefix=NEW, dir=self.folder))
                try:
                    for name, content in files.items():
                        _write(folder / name, content)
                    _sync(folder)
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, draft: Path, name: str) -> None:
        """Move a draft to its place as a new version. Raises OutputError."""
        with self._writing():
            draft.rename(self.folder / f"emotion-{name}")
            _sync(self.folder)

    def prune(self) -> None:
        """Remove the oldest installed bundles beyond `MOST_INSTALLED`, but no selected one."""
        with self._writing(), _locked(self.folder / LOCK):
            state = self.state()
            selected = {state.current, state.previous}
            installed = bundles.find_bundles(self.folder)
            installed.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
            installed.sort(key=lambda path: version(path) not in selected)
            for path in installed[MOST_INSTALLED:]:
                log.info("models: removing %s", path.name)
                path.rename(self.folder / f"{OLD}{path.name}")
            self._sweep(OLD)

    def _sweep(self, *kinds: str) -> None:
        """Remove the remains of earlier changes."""
        for kind in kinds or (NEW, OLD):
            for path in self.folder.glob(f"{kind}*"):
                shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"{error.filename or self.folder}: {error.strerror}") from error


def candidates(configured: str = "") -> list[Path]:
    """Return the bundles to serve, best first: the configured one, then those of the store."""
    first = [expand_user(configured)] if configured else []
    return first + ModelStore().candidates()


def version(path: Path) -> str:
    """Return the version in the name of a bundle's folder."""
    return path.name.removeprefix("emotion-")


def pinned(version: str) -> Callable[[State], State]:
    """Return the update that selects a version, unless one is selected already."""
    return lambda state: state if state.current else replace(state, current=version)


@contextlib.contextmanager
def _locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Lock out other processes. Without `wait`, raises ModelsError when one holds the lock."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelsError("another model is being installed; try again in a minute") from error
        yield


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Flush the names in a folder to the disk, as fsync(2) does a file's content."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
