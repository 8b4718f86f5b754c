"""The models of a kiosk, and what may be done with them, by several processes at once."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from device.config.schema import ModelsConfig
from device.deployment import acceptance
from device.errors import BundleError, ModelsError
from device.models import archive as archives
from device.models import signature
from device.models.state import MOST_REJECTED, RejectedModel, State, Trial
from device.models.store import ModelStore, pinned, version
from device.vision import bundle as bundles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


STATES = ("in use", "on trial", "last good", "ready", "rejected", "damaged")
"""What a model may be."""
VERSION = re.compile(r"\d+(\.\d+)*([.-][0-9A-Za-z]+)*")
MAX_VERSION_LENGTH = 40
DATE = len("2026-01-31")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: its `state` is one of `STATES`, `words` the explanation of it, or "".

    `accuracy` is the share of FER2013's PrivateTest that is right, `signed` the id of the key.
    """

    version: str
    state: str
    words: str
    date: str
    accuracy: float | None
    installed: bool
    signed: str


class Models:
    """Installs, chooses and rejects models, for the command line, the page and the kiosk.

    With `configured`, the configuration says which bundle serves, and none can be chosen here.
    """

    def __init__(
        self,
        config: ModelsConfig | None = None,
        configured: str = "",
        store: ModelStore | None = None,
        validate: Callable[[Path, Path | None, float], acceptance.Benchmark] = acceptance.validate,
    ) -> None:
        self.config = config or ModelsConfig()
        self.configured = configured
        self.store = store or ModelStore()
        self._validate = validate

    def entries(self) -> tuple[ModelEntry, ...]:
        """Return every model, the one in use first, damaged ones included."""
        state = self.store.state()
        serving = self._serving()
        return tuple(self._entry(path, state, path == serving) for path in self.store.candidates())

    def install(self, data: bytes, unsigned: bool = False) -> acceptance.Benchmark:
        """Validate an archive, install its model and put it in use, on trial.

        Raises BundleError when it fails a check, ModelsError when there is such a version or
        another one is being installed, OutputError when it cannot be written.
        """
        self._check_free()
        archive = archives.read(data)
        if not unsigned and not self.config.allow_unsigned:
            # It takes a while to load, and is not needed to see.
            from device.models.keyring import Keyring

            Keyring().check(archive)
        files = dict(archive.files)
        if archive.signature is not None:
            files[archives.SIGNATURE] = archive.signature
        with self.store.draft(files) as draft, _folder_hidden(draft):
            name = _version(draft)
            self._check_new(name)
            serving = self._serving()
            benchmark = self._validate(draft, serving, self.config.max_latency_ratio)
            if serving:
                # Written down before the new one is there, which would be taken for the newest.
                self.store.update(pinned(version(serving)))
            self.store.adopt(draft, name)
        self._promote(name, serving)
        return benchmark

    def use(self, wanted: str) -> acceptance.Benchmark:
        """Put another installed model in use, on trial. Raises as `install` does."""
        self._check_free()
        path, serving = self.store.find(wanted), self._serving()
        if path == serving:
            raise ModelsError(f"{wanted} serves already")
        if _version(path) != wanted:
            raise BundleError(f"{path}: its manifest is another version's")
        benchmark = self._validate(path, serving, self.config.max_latency_ratio)
        self._promote(wanted, serving)
        return benchmark

    def roll_back(self) -> str:
        """Go back to the last good model at once; return its version. Raises ModelsError."""
        self._check_free()
        previous = self.store.state().previous
        if not previous:
            raise ModelsError("there is no previous model")
        self.store.find(previous)
        self.store.update(lambda state: replace(state, current=previous, previous="", trial=None))
        return previous

    def record_trial(self, name: str, trial: Trial) -> None:
        """Write the progress of a model's trial, if it still is on trial. Raises OutputError."""
        self.store.update(lambda state: _if_on_trial(state, name, replace(state, trial=trial)))

    def accept(self, name: str) -> None:
        """End a trial that went well, and delete models that are not needed. Raises OutputError."""
        self.store.update(lambda state: _if_on_trial(state, name, replace(state, trial=None)))
        self.store.prune()

    def reject(self, name: str, reason: str) -> None:
        """End a trial that went badly: go back to the last good model. Raises OutputError."""
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        failed = RejectedModel(name, reason, at)

        def step(state: State) -> State:
            others = [one for one in state.rejected if one.version != name]
            rejected = (failed, *others)[:MOST_REJECTED]
            back = State(current=state.previous, rejected=rejected)
            return _if_on_trial(state, name, back)

        self.store.update(step)

    def _promote(self, name: str, serving: Path | None) -> None:
        """Put a model in use: on trial, unless it is the last good one, or there is none."""

        def step(state: State) -> State:
            now = version(serving) if serving else ""
            # One that is still on trial is not good yet.
            good = state.previous if state.trial and now == state.current else now
            rejected = tuple(one for one in state.rejected if one.version != name)
            if good in (name, ""):
                return State(name, rejected=rejected)
            return State(name, good, Trial(), rejected)

        self.store.update(step)

    def _check_free(self) -> None:
        if self.configured:
            raise ModelsError(
                f"the configuration says which model serves: vision.model is {self.configured}"
            )

    def _check_new(self, name: str) -> None:
        if name in map(version, self.store.candidates()):
            raise ModelsError(
                f"there is a model {name} already: use that, or give the new one another version"
            )

    def _serving(self) -> Path | None:
        if self.configured:
            return None
        try:
            return self.store.in_use()
        except BundleError:
            return None

    def _entry(self, path: Path, state: State, serves: bool) -> ModelEntry:
        name, installed = version(path), path.parent == self.store.folder
        try:
            bundle = bundles.load(path)
        except BundleError as error:
            return ModelEntry(name, "damaged", str(error), "", None, installed, "")
        reasons = {one.version: f"{one.at}: {one.reason}" for one in state.rejected}
        if serves:
            word = "on trial" if state.trial and name == state.current else "in use"
        elif name == state.previous:
            word = "last good"
        else:
            word = "rejected" if name in reasons else "ready"
        return ModelEntry(
            name,
            word,
            reasons.get(name, ""),
            str(bundle.manifest.get("date", ""))[:DATE],
            bundle.accuracy,
            installed,
            _signer(path),
        )


def _version(folder: Path) -> str:
    """Return a bundle's version. Raises BundleError when it is not a valid name."""
    name = bundles.load(folder).version
    if len(name) > MAX_VERSION_LENGTH or not VERSION.fullmatch(name):
        shown = name[:MAX_VERSION_LENGTH]
        raise BundleError(f"{bundles.MANIFEST}: invalid version {shown!r} (expected e.g. 0.1.0)")
    return name


@contextlib.contextmanager
def _folder_hidden(draft: Path) -> Iterator[None]:
    """Leave a draft's folder out of errors: it means nothing to the person with the file."""
    try:
        yield
    except BundleError as error:
        words = str(error).replace(f"{draft}/", "").replace(f"{draft}: ", "")
        raise BundleError(words) from error


def _signer(folder: Path) -> str:
    """Return the id of the key that a bundle was signed with when it was installed."""
    try:
        return signature.parse((folder / archives.SIGNATURE).read_bytes()).key
    except (OSError, BundleError):
        return ""


def _if_on_trial(state: State, name: str, then: State) -> State:
    return then if state.trial and state.current == name else state
