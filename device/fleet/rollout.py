"""Installs the model of a release on this kiosk once the release includes it.

A thread of its own downloads the file and has it checked and installed as the owner would:
signature, acceptance and trial are those of `device.deployment`. A release only names a file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from random import Random
from typing import TYPE_CHECKING

from device.errors import BundleError, MoodliftError, ReleaseError
from device.fleet import release as releases
from device.fleet import rollout_status
from device.fleet.rollout_log import RolloutLog
from device.fleet.rollout_status import RolloutStatus
from device.fleet.timing import Jitter, Timing
from device.models import archive as archives
from device.system.fault_log import FaultLog
from device.system.worker import Worker
from device.vision.bundle import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from device.deployment.models import Models
    from device.fleet.fetch import Fetcher
    from device.fleet.release import ModelRelease
    from device.fleet.rollout_log import RolloutRecord
    from device.fleet.rollout_status import RolloutState
    from device.models.archive import Archive
    from device.models.state import State

log = logging.getLogger(__name__)

FETCH_SECONDS = 600.0
"""Timeout of a download: 8 MB over a slow line."""
MOST_ATTEMPTS = 3
"""A model is refused when the kiosk or its power ended during this many checks of it."""
CLOSE_SECONDS = 1.0


class Rollout:
    """Follows the releases that are passed to `receive`, and those at `url` unless that is "".

    `kiosk` is this kiosk's id and `folder` its state. `status` is the result so far, None while no
    release includes this kiosk.
    """

    def __init__(
        self,
        kiosk: str,
        models: Models,
        folder: Path,
        fetcher: Fetcher,
        url: str = "",
        timing: Timing | None = None,
        random: Random | None = None,
    ) -> None:
        self._kiosk, self._models, self._fetcher, self._url = kiosk, models, fetcher, url
        self._timing, self._random = timing or Timing(), random or Random()
        self._log = RolloutLog(folder)
        self._release: ModelRelease | None = None
        self._start_at = self._poll_at = 0.0
        self._retry = self._jitter()
        self._reason = ""
        self._faults = FaultLog(log, "rollout", "releases can be read again")
        self._models_state: tuple[tuple[int, int] | None, State] | None = None
        self.status: RolloutStatus | None = None
        self._worker = Worker(self._run, name="rollout")
        self._worker.start()

    @property
    def fault(self) -> str:
        """Why releases cannot be read, "" if they can."""
        return self._faults.fault

    def receive(self, data: bytes) -> None:
        """Set the present release; empty data withdraws it. May be called from any thread."""
        try:
            release = releases.parse(data) if data else None
        except ReleaseError as error:
            self._faults.report(str(error))
            return
        self._faults.report("")
        previous = self._release
        if release == previous:
            return
        if release is None or previous is None or release.rollout != previous.rollout:
            self._retry, self._reason = self._jitter(), ""
        # Thousands of kiosks receive it at once; the server need not serve all of them at once.
        self._start_at = time.monotonic() + self._random.uniform(0.0, self._timing.fetch_spread)
        self._release = release

    def close(self) -> None:
        """Stop; an unfinished installation is repeated after the next start."""
        self._worker.stop(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._worker.stopping.wait(self._timing.tick):
            now = time.monotonic()
            try:
                if self._url and now >= self._poll_at:
                    self._poll_at = now + self._timing.poll * self._random.uniform(0.5, 1.5)
                    self._poll()
                self.status = self._step(now)
            except Exception as error:  # noqa: BLE001 (a supervisor: no release may end it)
                self._faults.report(f"{type(error).__name__}: {error}")
                self._worker.stopping.wait(self._timing.retry_first)

    def _poll(self) -> None:
        try:
            self.receive(self._fetcher.fetch(self._url, releases.LARGEST, FETCH_SECONDS))
        except ReleaseError as error:
            self._faults.report(f"{self._url}: {error}")

    def _step(self, now: float) -> RolloutStatus | None:
        """Do what is due for the present release; return the status of its rollout."""
        release = self._release
        if release is None:
            return None
        record = self._log.find(release.rollout, release.sha256)
        known = rollout_status.from_models(release.rollout, release.version, self._state())
        if not record.installed and not release.includes(self._kiosk):
            return None
        if record.refused:
            return _status(release, "failed", record.refused)
        if known:
            return known
        if record.installed:
            return _status(release, "declined", "the owner chose another model")
        if self._models.configured:
            return _status(release, "declined", "the configuration names the model")
        if now >= self._start_at:
            self._deploy(release, record)
        return _status(release, "waiting", self._reason)

    def _state(self) -> State:
        """Return the state of the models, which is read again only after a change."""
        stamp = self._models.store.stamp
        if self._models_state is None or self._models_state[0] != stamp:
            self._models_state = stamp, self._models.store.state()
        return self._models_state[1]

    def _deploy(self, release: ModelRelease, record: RolloutRecord) -> None:
        """Put the released model on trial. Failures that may be temporary are retried later."""
        try:
            if release.version in (one.version for one in self._models.entries()):
                self._models.use(release.version)
            else:
                self._install(release, record)
            self._log.store(record, installed=True)
            self._reason = ""
            log.info("rollout %s: %s is in use from now on", release.rollout, release.version)
        except BundleError as error:
            self._refuse(release, record, str(error))
        except (MoodliftError, OSError) as error:
            self._wait(release, str(error))

    def _install(self, release: ModelRelease, record: RolloutRecord) -> None:
        """Download and install a model. Raises BundleError when it can never be installed here."""
        data = self._fetcher.fetch(release.url, archives.LARGEST, FETCH_SECONDS)
        if hashlib.sha256(data).hexdigest() != release.sha256:
            raise ReleaseError("the file at the URL is not the released one (sha256 differs)")
        _check(archives.read(data), release.version)
        if record.attempts >= MOST_ATTEMPTS:
            raise BundleError(f"the kiosk ended {MOST_ATTEMPTS} times while it was being checked")
        now = self._release
        if now is None or now.rollout != release.rollout or not now.includes(self._kiosk):
            raise ReleaseError("the release was withdrawn meanwhile")
        self._log.store(record, attempts=record.attempts + 1)
        try:
            self._models.install(data)
        except BundleError:
            raise
        except (MoodliftError, OSError):
            # A full disk, or another installation at the same time: this model is not the cause.
            self._log.store(record)
            raise

    def _refuse(self, release: ModelRelease, record: RolloutRecord, reason: str) -> None:
        log.warning("rollout %s: %s is refused: %s", release.rollout, release.version, reason)
        try:
            self._log.store(record, refused=reason)
        except OSError as error:
            self._wait(release, f"{reason}; {error.strerror}")

    def _wait(self, release: ModelRelease, reason: str) -> None:
        if reason != self._reason:
            log.warning("rollout %s: %s waits: %s", release.rollout, release.version, reason)
        self._reason = reason
        self._start_at = time.monotonic() + self._retry.failed()

    def _jitter(self) -> Jitter:
        return Jitter(self._timing.retry_first, self._timing.retry_longest, self._random)


def _check(archive: Archive, version: str) -> None:
    """Check that an archive is signed and holds the released version.

    Raises ReleaseError for a signature that may be trusted later, BundleError for another model.
    """
    # It takes a while to import, and is not needed before the first release.
    from device.models.keyring import Keyring

    try:
        Keyring().check(archive)
    except BundleError as error:
        raise ReleaseError(str(error)) from error
    try:
        found = json.loads(archive.files[MANIFEST])["version"]
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{MANIFEST}: not JSON with a version") from error
    if found != version:
        raise BundleError(f"the file holds version {found}, not the released {version}")


def _status(release: ModelRelease, state: RolloutState, reason: str) -> RolloutStatus:
    return RolloutStatus(release.rollout, release.version, state, reason)
