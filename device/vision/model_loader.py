"""Load the first valid model bundle among candidates."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.errors import BundleError
from device.vision import bundle as bundles
from device.vision.classifier import Classifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from device.vision.bundle import Bundle

log = logging.getLogger(__name__)


def load(candidates: Iterable[Path], threads: int | None = None) -> tuple[Classifier, Bundle, str]:
    """Return a classifier of the first valid bundle, that bundle, and the faults of those before.

    `candidates` are folders of bundles, best first. The faults are "" when the first one is valid.
    Raises BundleError with all faults when none is.
    """
    faults: list[str] = []
    for path in candidates:
        try:
            bundle = bundles.load(path)
            return Classifier(bundle, threads), bundle, "; ".join(faults)
        except BundleError as error:
            log.warning("model not used: %s", error)
            faults.append(str(error))
    raise BundleError("; ".join(faults) or "no model: there is no bundle emotion-*")
