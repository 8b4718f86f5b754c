"""Prefetch batches in worker processes, so that a run uses more cores."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import signal
from typing import TYPE_CHECKING

from device.errors import MoodliftError
from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from typing import Any

    from training.batches import Batch, Batches

JOIN_TIMEOUT = 5.0
"""Seconds to wait for a killed worker."""


@contextlib.contextmanager
def prefetch(
    batches: Batches, epochs: range, workers: int = 1, single_process: bool = False
) -> Iterator[Iterator[Batch]]:
    """Yield the batches of all `epochs`, in order; the workers end with the block.

    The batches are those that `batches` makes in this process. The workers take turns and run the
    teachers too; with `single_process`, teachers run in this process only. Raises RunError when a
    worker dies, or the error that stopped it.
    """
    context = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        connections = []
        for turn in range(workers):
            ours, theirs = context.Pipe(duplex=False)
            turns = (turn, workers)
            worker = context.Process(
                target=_work, args=(batches, epochs, turns, single_process, theirs),
                name=f"batches{turn}", daemon=True,
            )  # fmt: skip
            worker.start()
            theirs.close()
            stack.callback(worker.kill)
            stack.callback(worker.join, JOIN_TIMEOUT)
            connections.append(ours)
        for ours in connections:
            stack.callback(ours.close)
        made = _receive(connections)
        yield map(batches.distill, made) if single_process else made


def _receive(connections: Sequence[Connection]) -> Iterator[Any]:
    """Yield from the connections in turn: batches, or undistilled ones."""
    for connection in itertools.cycle(connections):
        try:
            made = connection.recv()
        except EOFError as error:
            raise RunError("a worker process that makes batches has ended") from error
        if isinstance(made, MoodliftError):
            raise made
        yield made


def _work(
    batches: Batches,
    epochs: range,
    turns: tuple[int, int],
    single_process: bool,
    connection: Connection,
) -> None:
    # The run handles Ctrl-C and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    turn, workers = turns
    places = itertools.product(epochs, range(batches.steps))
    with contextlib.suppress(BrokenPipeError):
        try:
            for place in itertools.islice(places, turn, None, workers):
                batch = batches.make(*place)
                connection.send(batch if single_process else batches.distill(batch))
        except MoodliftError as error:
            connection.send(error)
