"""What a kiosk does about models that are offered to all: it takes one in when its turn has come.

A thread of its own fetches the file and has it checked and installed, as the owner would by hand:
signature, exam and trial are those of `device.models`. All that is offered is a place and a time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from random import Random
from typing import TYPE_CHECKING

from device.errors import BundleError, MoodliftError, ReleaseError
from device.fleet import outcome as outcomes
from device.fleet import release as offers
from device.fleet.outcome import RolloutStatus
from device.fleet.rollout_log import RolloutLog
from device.fleet.timing import Jitter, Timing
from device.models import archive as archives
from device.system.fault_log import FaultLog
from device.system.worker import Worker
from device.vision.bundle import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from device.deployment.models import Models
    from device.fleet.fetch import Fetcher
    from device.fleet.outcome import Stand
    from device.fleet.release import ModelRelease
    from device.fleet.rollout_log import RolloutRecord
    from device.models.archive import Archive
    from device.models.state import State

log = logging.getLogger(__name__)

FETCH_SECONDS = 600.0
"""How long a model may take to come: 8 MB by a slow line."""
TRIES = 3
"""So many times a check may end with the kiosk, or its power, before the model is to blame."""
CLOSE_SECONDS = 1.0


class Rollout:
    """Heeds offers for the kiosk `id`: those that are given, and those at `url` unless that is "".

    `folder` is the kiosk's state. `outcome` says how far that is, None where no offer is for it.
    """

    def __init__(
        self,
        kiosk: str,
        models: Models,
        folder: Path,
        fetcher: Fetcher,
        url: str = "",
        pace: Timing | None = None,
        random: Random | None = None,
    ) -> None:
        self._kiosk, self._models, self._fetcher, self._url = kiosk, models, fetcher, url
        self._pace, self._random = pace or Timing(), random or Random()
        self._memory = RolloutLog(folder)
        self._offer: ModelRelease | None = None
        self._begin_at = self._poll_at = 0.0
        self._waits = self._jitter()
        self._reason = ""
        self._faults = FaultLog(log, "rollout", "offers are read again")
        self._read: tuple[tuple[int, int] | None, State] | None = None
        self.outcome: RolloutStatus | None = None
        self._worker = Worker(self._run, name="rollout")
        self._worker.start()

    @property
    def fault(self) -> str:
        """Why offers cannot be read, "" if they can."""
        return self._faults.fault

    def give(self, data: bytes) -> None:
        """Take in what is offered now; nothing is an offer of nothing. From any thread."""
        try:
            found = offers.parse(data) if data else None
        except ReleaseError as error:
            self._faults.report(str(error))
            return
        self._faults.report("")
        before = self._offer
        if found == before:
            return
        if found is None or before is None or found.rollout != before.rollout:
            self._waits, self._reason = self._jitter(), ""
        # Thousands are given the same at once; the server need not serve them all at once.
        self._begin_at = time.monotonic() + self._random.uniform(0.0, self._pace.spread)
        self._offer = found

    def close(self) -> None:
        """End; what is under way is begun again after the next start."""
        self._worker.stop(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._worker.stopping.wait(self._pace.look):
            now = time.monotonic()
            try:
                if self._url and now >= self._poll_at:
                    self._poll_at = now + self._pace.poll * self._random.uniform(0.5, 1.5)
                    self._poll()
                self.outcome = self._step(now)
            except Exception as error:  # noqa: BLE001 (a supervisor: no offer may end it)
                self._faults.report(f"{type(error).__name__}: {error}")
                self._worker.stopping.wait(self._pace.retry)

    def _poll(self) -> None:
        try:
            self.give(self._fetcher.fetch(self._url, offers.LARGEST, FETCH_SECONDS))
        except ReleaseError as error:
            self._faults.report(f"{self._url}: {error}")

    def _step(self, now: float) -> RolloutStatus | None:
        """Do what is due about the present offer; return where the kiosk stands with it."""
        offer = self._offer
        if offer is None:
            return None
        heeded = self._memory.recall(offer.rollout, offer.sha256)
        known = outcomes.known(offer.rollout, offer.version, self._state())
        if not heeded.taken and not offer.is_for(self._kiosk):
            return None
        if heeded.refused:
            return _outcome(offer, "failed", heeded.refused)
        if known:
            return known
        if heeded.taken:
            return _outcome(offer, "declined", "the owner went on to another model")
        if self._models.configured:
            return _outcome(offer, "declined", "the configuration says which model serves")
        if now >= self._begin_at:
            self._take(offer, heeded)
        return _outcome(offer, "waiting", self._reason)

    def _state(self) -> State:
        """Return the choice of models, read anew when it was written anew."""
        stamp = self._models.store.stamp
        if self._read is None or self._read[0] != stamp:
            self._read = stamp, self._models.store.state()
        return self._read[1]

    def _take(self, offer: ModelRelease, heeded: RolloutRecord) -> None:
        """Have an offered model serve, on trial. What may be better later is tried again then."""
        try:
            if offer.version in (one.version for one in self._models.entries()):
                self._models.use(offer.version)
            else:
                self._install(offer, heeded)
            self._memory.note(heeded, taken=True)
            self._reason = ""
            log.info("rollout %s: %s serves from now on", offer.rollout, offer.version)
        except BundleError as error:
            self._refuse(offer, heeded, str(error))
        except (MoodliftError, OSError) as error:
            self._wait(offer, str(error))

    def _install(self, offer: ModelRelease, heeded: RolloutRecord) -> None:
        """Fetch a model and install it. Raises BundleError when it will never do here."""
        data = self._fetcher.fetch(offer.url, archives.LARGEST, FETCH_SECONDS)
        if hashlib.sha256(data).hexdigest() != offer.sha256:
            raise ReleaseError("the file there is not the one that is offered (sha256 differs)")
        _check(archives.read(data), offer.version)
        if heeded.tries >= TRIES:
            raise BundleError(f"the kiosk ended {TRIES} times while it was being checked")
        now = self._offer
        if now is None or now.rollout != offer.rollout or not now.is_for(self._kiosk):
            raise ReleaseError("the offer was taken back meanwhile")
        self._memory.note(heeded, tries=heeded.tries + 1)
        try:
            self._models.install(data)
        except BundleError:
            raise
        except (MoodliftError, OSError):
            # A full disk, or another one that is being installed: this one is not to blame.
            self._memory.note(heeded)
            raise

    def _refuse(self, offer: ModelRelease, heeded: RolloutRecord, reason: str) -> None:
        log.warning("rollout %s: %s is refused: %s", offer.rollout, offer.version, reason)
        try:
            self._memory.note(heeded, refused=reason)
        except OSError as error:
            self._wait(offer, f"{reason}; {error.strerror}")

    def _wait(self, offer: ModelRelease, reason: str) -> None:
        if reason != self._reason:
            log.warning("rollout %s: %s waits: %s", offer.rollout, offer.version, reason)
        self._reason = reason
        self._begin_at = time.monotonic() + self._waits.failed()

    def _jitter(self) -> Jitter:
        return Jitter(self._pace.retry, self._pace.retry_longest, self._random)


def _check(archive: Archive, version: str) -> None:
    """See that an archive is signed and holds what is offered.

    Raises ReleaseError where its key may yet be trusted, BundleError where it is another model.
    """
    # It takes a while to load, and is not needed until something is offered.
    from device.models.keyring import Keyring

    try:
        Keyring().check(archive)
    except BundleError as error:
        raise ReleaseError(str(error)) from error
    try:
        holds = json.loads(archive.files[MANIFEST])["version"]
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{MANIFEST}: not JSON with a version") from error
    if holds != version:
        raise BundleError(f"the file holds the model {holds}, where {version} was offered")


def _outcome(offer: ModelRelease, stand: Stand, reason: str) -> RolloutStatus:
    return RolloutStatus(offer.rollout, offer.version, stand, reason)
