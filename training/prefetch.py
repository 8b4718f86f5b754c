"""Batches made ahead, in processes of their own, so that more cores work for the same run."""

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

END = 5.0
"""Seconds that the processes have to end in."""


@contextlib.contextmanager
def ahead(
    batches: Batches, epochs: range, makers: int = 1, alone: bool = False
) -> Iterator[Iterator[Batch]]:
    """Give the batches of all these epochs, one after the other; the processes end with the block.

    They are those that `batches` would make here. The makers make one of them each, by turns, and
    ask the teachers; with `alone`, only this process computes with networks. Raises RunError when
    one dies, or whatever kept it from making a batch.
    """
    context = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        connections = []
        for turn in range(makers):
            ours, theirs = context.Pipe(duplex=False)
            turns = (turn, makers)
            maker = context.Process(
                target=_make, args=(batches, epochs, turns, alone, theirs), name=f"batches{turn}",
                daemon=True,
            )  # fmt: skip
            maker.start()
            theirs.close()
            stack.callback(maker.kill)
            stack.callback(maker.join, END)
            connections.append(ours)
        for ours in connections:
            stack.callback(ours.close)
        made = _receive(connections)
        yield map(batches.teach, made) if alone else made


def _receive(connections: Sequence[Connection]) -> Iterator[Any]:
    """Give what is sent, a batch or one that is still to be taught, by turns."""
    for connection in itertools.cycle(connections):
        try:
            made = connection.recv()
        except EOFError as error:
            raise RunError("the process that makes the batches has ended") from error
        if isinstance(made, MoodliftError):
            raise made
        yield made


def _make(
    batches: Batches, epochs: range, turns: tuple[int, int], alone: bool, connection: Connection
) -> None:
    # Ctrl-C is for the run, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    turn, makers = turns
    places = itertools.product(epochs, range(batches.steps))
    with contextlib.suppress(BrokenPipeError):
        try:
            for place in itertools.islice(places, turn, None, makers):
                drawn = batches.draw(*place)
                connection.send(drawn if alone else batches.teach(drawn))
        except MoodliftError as error:
            connection.send(error)
