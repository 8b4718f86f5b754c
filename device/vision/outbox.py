"""Sends to a vision worker in a thread of its own, so that nobody else waits for the pipe."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING

from device.system.worker import Worker

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

    from device.vision.protocol import ClassifyRequest, Response

CLOSE_SECONDS = 2.0


class Outbox:
    """What waits to be sent to one worker. `send` and `send_picture` return at once.

    Messages precede pictures, and the worker has one picture at a time: the next one is sent when
    it has answered. So a message waits for one picture at most, however slowly the worker reads,
    and a picture whose response is cancelled meanwhile is never sent.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._messages: deque[object] = deque()
        self._pictures: deque[tuple[ClassifyRequest, Future[Response]]] = deque()
        self._sent_picture: int | None = None
        self._changed = threading.Condition()
        self._thread = Worker(self._run, name="vision-sender")

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def send(self, message: object) -> None:
        """Send a small message before all pictures that wait."""
        with self._changed:
            self._messages.append(message)
            self._changed.notify()

    def send_picture(self, request: ClassifyRequest, response: Future[Response]) -> None:
        """Send a picture when its turn comes, unless `response` is cancelled by then."""
        with self._changed:
            waiting = [one for one in self._pictures if not one[1].cancelled()]
            self._pictures = deque([*waiting, (request, response)])
            self._changed.notify()

    def record_response(self, number: int) -> None:
        """Let the next picture go if the worker has answered the request `number`, a picture."""
        with self._changed:
            if self._sent_picture == number:
                self._sent_picture = None
                self._changed.notify()

    def close(self) -> None:
        """End the thread. The pipe must have been shut down, so that it no longer blocks."""
        self._thread.stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        # The worker is gone: the thread that receives from it reports that.
        with contextlib.suppress(OSError):
            while self._send_next():
                pass

    def _send_next(self) -> bool:
        message = self._wait()
        if message is not None:
            self._pipe.send(message)
        return message is not None

    def _wait(self) -> object | None:
        """Return what is to be sent next, or None once closed."""
        with self._changed:
            while not self._thread.stopping.is_set():
                if self._messages:
                    return self._messages.popleft()
                if self._pictures and self._sent_picture is None:
                    request, response = self._pictures.popleft()
                    if not response.cancelled():
                        self._sent_picture = request.id
                        return request
                    continue
                self._changed.wait()
        return None
