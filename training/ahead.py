"""Batches made ahead, in a process of their own, so that a second core works for the same run."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from typing import TYPE_CHECKING

from device.errors import MoodliftError
from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from training.batches import Batch, Batches

END = 5.0
"""Seconds that the process has to end in."""


@contextlib.contextmanager
def ahead(batches: Batches, epochs: range) -> Iterator[Iterator[Batch]]:
    """Give the batches of all these epochs, one after the other; the process ends with the block.

    They are those that `batches` would make here. Raises RunError when the process dies, or
    whatever kept it from making one.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    maker = context.Process(
        target=_make, args=(batches, epochs, theirs), name="batches", daemon=True
    )
    maker.start()
    theirs.close()
    try:
        yield _receive(ours)
    finally:
        ours.close()
        maker.join(END)
        maker.kill()


def _receive(connection: Connection) -> Iterator[Batch]:
    while True:
        try:
            made: Batch | MoodliftError = connection.recv()
        except EOFError as error:
            raise RunError("the process that makes the batches has ended") from error
        if isinstance(made, MoodliftError):
            raise made
        yield made


def _make(batches: Batches, epochs: range, connection: Connection) -> None:
    # Ctrl-C is for the run, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        try:
            for number in epochs:
                for batch in batches.epoch(number):
                    connection.send(batch)
        except MoodliftError as error:
            connection.send(error)
