"""The models on the disk, and the one file that says which of them serves.

    <state>/models/
        emotion-<version>/   installed bundles, each whole: a folder gets its name when all is in it
        state.json           the choice
        .new-*, .old-*       what is being written or removed; swept at the next change

Whatever ends the machine between two writes leaves the old choice or the new one, and both bundles.
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
KEPT = 3
"""So many installed models stay, with those that serve or may be gone back to."""


class ModelStore:
    """Installed bundles in `folder`, those that came with the program in `shipped`."""

    def __init__(self, folder: Path | None = None, shipped: Path = MODELS) -> None:
        self.folder = folder or state_directory() / "models"
        self.shipped = shipped
        self._path = self.folder / FILE

    @property
    def stamp(self) -> tuple[int, int] | None:
        """What changes whenever the choice is written; None before it ever was."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def state(self) -> State:
        """Return the choice; a damaged file is told in the log, and is as none."""
        try:
            return states.parse(self._path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except (OSError, ValueError) as error:
            log.warning("%s: %s; the newest model serves", self._path, error)
            return State()

    def candidates(self) -> list[Path]:
        """Return every bundle's folder, the one to serve first, those that were given up last."""
        state = self.state()
        rank = {one.version: 3 for one in state.given_up} | {state.before: 1, state.current: 0}
        known = bundles.bundles(self.folder) + bundles.bundles(self.shipped)
        return sorted(known, key=lambda path: rank.get(version(path), 2))

    def find(self, wanted: str) -> Path:
        """Return the folder of a version. Raises ModelsError when there is none."""
        for path in self.candidates():
            if version(path) == wanted:
                return path
        known = ", ".join(dict.fromkeys(map(version, self.candidates()))) or "none"
        raise ModelsError(f"there is no model {wanted}; there are {known}")

    def present(self) -> Path:
        """Return the bundle that serves: the first that is whole. Raises BundleError."""
        faults = []
        for path in self.candidates():
            try:
                bundles.load(path)
            except BundleError as error:
                faults.append(str(error))
            else:
                return path
        raise BundleError("; ".join(faults) or f"no model: {self.shipped} holds no bundle")

    def change(self, step: Callable[[State], State]) -> None:
        """Write what `step` makes of the choice. Raises OutputError; then the old one holds."""
        with self._writing(), _locked(self.folder / LOCK):
            before = self.state()
            after = step(before)
            if after != before:
                write_private(self._path, after.as_json())
                _sync(self.folder)

    @contextlib.contextmanager
    def draft(self, files: Mapping[str, bytes]) -> Iterator[Path]:
        """Lend a folder with a bundle's files, which goes at the end unless it was adopted.

        Raises ModelsError while another one is there, OutputError when it cannot be written.
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
        """Give a draft its place as a version that there is not yet. Raises OutputError."""
        with self._writing():
            draft.rename(self.folder / f"emotion-{name}")
            _sync(self.folder)

    def prune(self) -> None:
        """Remove what was installed longest ago, but for `KEPT` and what the choice names."""
        with self._writing(), _locked(self.folder / LOCK):
            state = self.state()
            spared = {state.current, state.before}
            installed = bundles.bundles(self.folder)
            installed.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
            installed.sort(key=lambda path: version(path) not in spared)
            for path in installed[KEPT:]:
                log.info("models: %s is removed", path.name)
                path.rename(self.folder / f"{OLD}{path.name}")
            self._sweep(OLD)

    def _sweep(self, *kinds: str) -> None:
        """Remove what an earlier change has left behind."""
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
    """Return the version that a bundle's folder is named for."""
    return path.name.removeprefix("emotion-")


def settled(present: str) -> Callable[[State], State]:
    """Return the step that writes down what serves, where nothing was ever chosen."""
    return lambda state: state if state.current else replace(state, current=present)


@contextlib.contextmanager
def _locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Keep other processes out. Raises ModelsError when one is in, unless that is waited for."""
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
    """Have a folder's names on the disk, as fsync(2) has a file's content."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
