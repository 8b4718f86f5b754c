"""`moodlift feedback list | export | purge`, which also work while the kiosk runs."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import TYPE_CHECKING

from device.cli import arguments
from device.errors import FeedbackError
from device.messages import EMOTIONS

if TYPE_CHECKING:
    import argparse

    from device.config.schema import FeedbackConfig
    from device.feedback import FeedbackStore, StoredCrop
    from device.feedback.agreement import Agreement


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its subcommands."""
    feedback = commands.add_parser("feedback", help='answers to "Was I right?", and stored crops')
    arguments.add_config(feedback)
    kinds = feedback.add_subparsers(required=True, metavar="COMMAND")
    show = kinds.add_parser("list", help="print the agreement and the stored crops")
    show.add_argument("--json", action="store_true", help="print one JSON object per crop")
    show.set_defaults(run=_list)
    export = kinds.add_parser("export", help="write all crops to one archive (.zip)")
    export.add_argument(
        "file", type=arguments.output_archive, metavar="FILE", help="- for standard output"
    )
    export.set_defaults(run=_export)
    purge = kinds.add_parser("purge", help="delete crops permanently")
    which = purge.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="delete every crop")
    which.add_argument("numbers", type=int, nargs="*", default=[], metavar="ID")
    purge.set_defaults(run=_purge)
    feedback.set_defaults(log_level=logging.WARNING)


def _config(options: argparse.Namespace) -> FeedbackConfig:
    from device.config.settings import Settings

    return Settings(options.config).config.feedback


def _store(config: FeedbackConfig) -> FeedbackStore:
    from device.feedback import FeedbackStore
    from device.system.paths import state_directory

    return FeedbackStore(state_directory(), config)


def _list(options: argparse.Namespace) -> int:
    config = _config(options)
    store = _store(config)
    store.expire(time.time())
    crops = store.crops()
    if options.json:
        for crop in crops:
            print(json.dumps(_as_json(crop)))
        return 0
    print(_describe(store.answers().agreement()))
    for crop in crops:
        best = max(range(len(EMOTIONS)), key=crop.probabilities.__getitem__)
        result = f"classified as {EMOTIONS[best]} ({crop.probabilities[best]:.0%})"
        print(f"{crop.number:6}  {crop.when}  {crop.label:8}  {result}, emotion-{crop.model}")
    print(f"{len(crops)} crops are stored, for {config.days} days at most")
    return 0


def _as_json(crop: StoredCrop) -> dict[str, object]:
    return {
        "id": crop.number,
        "label": crop.label,
        "hour": crop.when,
        "model": crop.model,
        "probabilities": dict(zip(EMOTIONS, crop.probabilities, strict=True)),
    }


def _export(options: argparse.Namespace) -> int:
    """Write the archive to a file, or to standard output without any message."""
    from device.feedback import archive

    store = _store(_config(options))
    store.expire(time.time())
    crops = store.crops()
    if options.file is None:
        _write_stdout(archive.content(crops))
    else:
        archive.save(options.file, crops)
        print(f"{options.file}: {len(crops)} crops")
    return 0


def _purge(options: argparse.Namespace) -> int:
    store = _store(_config(options))
    if not options.numbers:
        store.purge()
        print("All crops deleted; the counts of answers are kept.")
        return 0
    missing = store.delete(options.numbers)
    if missing:
        raise FeedbackError(f"no crop has the number {', '.join(map(str, missing))}")
    print(f"Deleted: {len(options.numbers)}")
    return 0


def _write_stdout(data: bytes) -> None:
    """Write to standard output. Raises FeedbackError, or BrokenPipeError from a closed pipe."""
    try:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            out.write(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FeedbackError(f"stdout: {error.strerror}") from error


def _describe(agreement: Agreement) -> str:
    if agreement.interval is None or agreement.share is None:
        return "no answers yet"
    low, high = agreement.interval
    return (
        f"{agreement.agreeing} of {agreement.answers} answers agree: {agreement.share:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%})"
    )
