"""When the worker may classify a visitor's picture, so that the camera keeps its rate."""

from __future__ import annotations

SHARE = 1 / 12
"""Of the camera's time that visitors' pictures may take where it leaves them none."""
STALE_SECONDS = 1.0
"""A camera that has given no frame for this long, such as a paused one, leaves them all."""
SMOOTHING = 0.2
"""Weight of the newest measurement in the averages."""


class StillSchedule:
    """Lets pictures in between two frames if there is time, and else for `SHARE` of the time.

    A picture that took longer than expected, and kept a frame waiting, is paid for: no other one
    follows until that was `SHARE` of the time. All times are in monotonic seconds.
    """

    def __init__(self) -> None:
        self._frame: tuple[int, float] | None = None
        self._interval = 0.0
        self._seconds = 0.0
        self._paid_at = 0.0
        self._share_at = 0.0

    def record_frame(self, number: int, captured_at: float) -> None:
        """Record a frame of the camera, which numbers all that it gives."""
        if self._frame is not None and number > self._frame[0]:
            interval = (captured_at - self._frame[1]) / (number - self._frame[0])
            self._interval = _average(self._interval, interval)
        self._frame = number, captured_at

    def record_picture(self, begun: float, ended: float, next_frame_at: float) -> None:
        """Record how long a visitor's picture took. `next_frame_at` is as in `wait`."""
        seconds = ended - begun
        self._seconds = _average(self._seconds, seconds)
        self._share_at = ended + seconds * (1 / SHARE - 1)
        late = ended - max(begun, self._due(next_frame_at))
        self._paid_at = ended + max(0.0, late) * (1 / SHARE - 1)

    def wait(self, now: float, next_frame_at: float) -> float:
        """Return the seconds until a picture may be classified; 0.0 for at once.

        `next_frame_at` is when the rate's limit allows the next frame.
        """
        if self._frame is None or now - self._frame[1] > STALE_SECONDS:
            return 0.0
        fits = now + self._seconds <= self._due(next_frame_at)
        return max(0.0, (self._paid_at if fits else self._share_at) - now)

    def _due(self, next_frame_at: float) -> float:
        captured_at = self._frame[1] if self._frame else 0.0
        return max(captured_at + self._interval, next_frame_at)


def _average(average: float, newest: float) -> float:
    return average + SMOOTHING * (newest - average) if average else newest
