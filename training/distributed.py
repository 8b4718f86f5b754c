"""One run on several processes or machines, with `keras.distribution` on the JAX backend."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training import backends
from training.errors import RunError

if TYPE_CHECKING:
    import argparse


@dataclass(frozen=True, slots=True)
class Part:
    """The number of this process, which makes that part of every batch."""

    process: int = 0
    processes: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes and reports."""
        return self.process == 0


def join(processes: int, process: int, coordinator: str | None) -> Part:
    """Connect to the other processes through HOST:PORT and return this one's part.

    Call it before the backend computes anything. Raises RunError when the options or the backend do
    not allow it, or the others do not connect within five minutes.
    """
    if processes == 1:
        return Part()
    if os.environ.get(backends.VARIABLE) != "jax":
        raise RunError("several processes need the JAX backend: set KERAS_BACKEND=jax")
    if not 0 <= process < processes:
        raise RunError(f"--process {process}: must be 0 to {processes - 1}")
    if not coordinator:
        raise RunError("several processes need --coordinator HOST:PORT, the address of process 0")
    backends.start()
    from keras import distribution

    try:
        distribution.initialize(coordinator, processes, process)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise RunError(f"{coordinator}: the processes did not connect: {reason}") from error
    return Part(process, processes)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `join` takes."""
    group = parser.add_argument_group("on several processes or machines (KERAS_BACKEND=jax)")
    group.add_argument("--processes", type=int, default=1, metavar="N", help="number of processes")
    group.add_argument(
        "--process",
        type=int,
        default=0,
        metavar="I",
        help="number of this process, from 0; 0 writes",
    )
    group.add_argument("--coordinator", metavar="HOST:PORT", help="address of process 0")
