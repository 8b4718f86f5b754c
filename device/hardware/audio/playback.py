"""Plays a music file on a channel of pygame's mixer."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

import pygame

from device.errors import AudioDamaged, AudioError
from device.hardware.audio.base import Playback
from device.hardware.audio.musicfile import BUFFER
from device.system.worker import Worker

if TYPE_CHECKING:
    from pygame.mixer import Channel

    from device.hardware.audio.musicfile import MusicFile

log = logging.getLogger(__name__)

BLOCK = 32 * BUFFER
"""Frames that are decoded at a time: 0.74 s. The mixer joins whole buffers without a gap."""

QUEUE_POLL_SECONDS = 0.2


class ChannelPlayback(Playback):
    """Plays `file` on `channel`: one block plays, the next is queued, a thread decodes more.

    Raises AudioError when the first block cannot be read.
    """

    def __init__(self, file: MusicFile, channel: Channel, gain: float) -> None:
        self.seconds = file.seconds
        self._file, self._channel = file, channel
        self._lock = threading.Lock()
        channel.set_volume(gain)
        # What starts slowly is left to the thread: meanwhile the stage would stand still.
        first = file.read(BLOCK) if file.starts_at_once else b""
        if first:
            channel.play(_sound(first))
        self._feeder = Worker(self._feed, name="music")
        self._stopped = self._feeder.stopping
        self._feeder.start()

    def set_gain(self, gain: float) -> None:
        """Set the gain, which the mixer rounds to 128 steps."""
        with self._lock:
            if not self._stopped.is_set():
                self._channel.set_volume(gain)

    @property
    def playing(self) -> bool:
        """Whether anything is left to decode or to play."""
        if self._stopped.is_set():
            return False
        return self._feeder.is_alive() or self._channel.get_busy()

    def stop(self) -> None:
        """Stop; the thread closes the file and ends shortly after."""
        with self._lock:
            if not self._stopped.is_set():
                self._stopped.set()
                # In pygame-ce the queued block starts when the first one is stopped.
                self._channel.stop()
                self._channel.stop()

    def _feed(self) -> None:
        block, measured = self._decode(), False
        while block:
            with self._lock:
                if self._stopped.is_set():
                    break
                free = self._channel.get_queue() is None
                if free:
                    self._channel.queue(_sound(block))
            if free:
                block = self._decode()
            if not measured:
                measured = True
                self._measure()
            self._stopped.wait(QUEUE_POLL_SECONDS)
        self._file.close()

    def _decode(self) -> bytes:
        try:
            return self._file.read(BLOCK)
        except AudioError as error:
            self.damaged = isinstance(error, AudioDamaged)
            log.warning("%s; it ends here", error)
            return b""

    def _measure(self) -> None:
        with contextlib.suppress(AudioError):  # the next block has the same fault
            self.seconds = self._file.measure()


def _sound(block: bytes) -> pygame.mixer.Sound:
    return pygame.mixer.Sound(buffer=block)
