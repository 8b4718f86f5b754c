"""`moodlift feedback list | export | purge`, also while the kiosk runs."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from device.errors import FeedbackError
from device.feedback import archive
from device.feedback.store import FeedbackStore
from device.messages import EMOTIONS
from device.system.paths import state_directory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.config.schema import FeedbackConfig
    from device.feedback.agreement import Agreement


def list_all(config: FeedbackConfig, as_json: bool) -> None:
    """Print the agreement and a line per crop, or a JSON object per crop."""
    store = _store(config)
    crops = store.crops()
    if as_json:
        for one in crops:
            told = {"id": one.number, "label": one.label, "hour": one.when, "model": one.model}
            named = dict(zip(EMOTIONS, one.probabilities, strict=True))
            print(json.dumps(told | {"probabilities": named}))
        return
    print(_words(store.answers().agreement()))
    for one in crops:
        number = max(range(len(EMOTIONS)), key=one.probabilities.__getitem__)
        saw = f"seen as {EMOTIONS[number]} ({one.probabilities[number]:.0%})"
        print(f"{one.number:6}  {one.when}  {one.label:8}  {saw}, emotion-{one.model}")
    print(f"{len(crops)} crops are kept, for {config.days} days at most")


def export(config: FeedbackConfig, path: Path | None) -> None:
    """Write every crop into an archive: a file, or without one standard output, and no words."""
    crops = _store(config).crops()
    if path is None:
        _pass_on(archive.content(crops))
        return
    archive.save(path, crops)
    print(f"{path}: {len(crops)} crops")


def purge(config: FeedbackConfig, numbers: Sequence[int]) -> None:
    """Delete some crops, or all without `numbers`. Raises FeedbackError for numbers of none."""
    store = FeedbackStore(state_directory(), config)
    if not numbers:
        store.purge()
        print("every crop is deleted; the counts of answers stay")
        return
    none = store.delete(numbers)
    if none:
        raise FeedbackError(f"no crop has the number {', '.join(map(str, none))}")
    print(f"deleted: {len(numbers)}")


def _pass_on(data: bytes) -> None:
    """Write to standard output. Raises FeedbackError, or BrokenPipeError when nobody reads on."""
    try:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            out.write(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FeedbackError(f"stdout: {error.strerror}") from error


def _store(config: FeedbackConfig) -> FeedbackStore:
    store = FeedbackStore(state_directory(), config)
    store.expire(time.time())
    return store


def _words(agreement: Agreement) -> str:
    if agreement.interval is None or agreement.share is None:
        return "nobody has answered yet"
    low, high = agreement.interval
    return (
        f"{agreement.agreeing} of {agreement.answers} answers agree: {agreement.share:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%})"
    )
