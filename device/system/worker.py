"""One kind of thread for everything that is done beside the kiosk's loop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from device.errors import ZombieThread

if TYPE_CHECKING:
    from collections.abc import Callable


class Worker(threading.Thread):
    """A daemon thread that is asked to end, as gpiozero's GPIOThread is.

    `target` returns soon after `stopping` is set. One that waits for something else, such as a
    queue or a socket, is woken by `wake`.
    """

    def __init__(
        self,
        target: Callable[..., object],
        *args: object,
        name: str,
        wake: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(target=target, args=args, name=name, daemon=True)
        self.stopping = threading.Event()
        self._wake = wake

    def stop(self, timeout: float) -> None:
        """Ask the thread to end and wait for it; does nothing where it does not run.

        Raises ZombieThread when it still runs after `timeout` seconds.
        """
        if not self.is_alive():
            return
        self.stopping.set()
        self._wake()
        self.join(timeout)
        if self.is_alive():
            raise ZombieThread(f"the thread {self.name} did not end within {timeout:g} s")
