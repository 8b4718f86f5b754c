"""Choose the model bundle to serve: the configured one, else the store's first that is sound."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from device.errors import BundleError
from device.models.store import ModelStore
from device.system.paths import MODELS, expand_user
from device.vision import bundle as bundles
from device.vision.classifier import Classifier

if TYPE_CHECKING:
    from pathlib import Path

    from device.vision.bundle import Bundle

log = logging.getLogger(__name__)


def candidates(configured: str = "") -> list[Path]:
    """Return the bundle folders to try, best first."""
    first = [expand_user(configured)] if configured else []
    return first + ModelStore(shipped=MODELS).candidates()


def load(configured: str = "", threads: int | None = None) -> tuple[Classifier, Bundle, str]:
    """Return a classifier of the best sound bundle, that bundle, and what was wrong with others.

    The last is empty when the first choice served. Raises BundleError, naming every bundle that was
    tried, when none can be served.
    """
    faults: list[str] = []
    for path in candidates(configured):
        try:
            bundle = bundles.load(path)
            return Classifier(bundle, threads), bundle, "; ".join(faults)
        except BundleError as error:
            log.warning("model not used: %s", error)
            faults.append(str(error))
    raise BundleError("; ".join(faults) or f"no model: {MODELS} holds no bundle emotion-*")
