"""Writes what the stage draws: pictures, videos, and short films for a page."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pygame
from PIL import Image

from device.errors import OutputError
from device.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from device.config.schema import StageConfig
    from device.kiosk.replay import Moment

PICTURES = (".png", ".jpg")
WEBP_RATE, WEBP_QUALITY = 10, 50
"""Pictures a second, and the encoder's quality (1 to 100), of a film in WebP."""
SEED = 7


def draw(
    moments: Iterable[Moment], config: StageConfig, size: tuple[int, int]
) -> Iterator[NDArray[np.uint8]]:
    """Draw a show like the kiosk; yield each frame, uint8 BGR (height, width, 3).

    Its words are those that the replay reports.
    """
    from device.kiosk.replay import strings_of

    canvas = pygame.Surface(size, 0, 32)
    stage = Stage(config, random.Random(SEED), strings_of(config.language))
    stage.prepare(size)
    for moment in moments:
        stage.draw(canvas, moment.scene, moment.seconds)
        yield pixels(canvas)


def pixels(canvas: pygame.Surface) -> NDArray[np.uint8]:
    """Return a copy of a canvas, uint8 BGR (height, width, 3)."""
    return np.ascontiguousarray(pygame.surfarray.array3d(canvas).transpose(1, 0, 2)[..., ::-1])


def write(out: Path, frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], rate: int) -> None:
    """Write frames of `rate` a second as a video (.mp4) or an animated picture (.webp).

    `size` is (width, height). Raises OutputError when the file cannot be written or has another
    suffix.
    """
    if out.suffix == ".mp4":
        _write_video(out, frames, size, rate)
    elif out.suffix == ".webp":
        _write_webp(out, frames, rate)
    else:
        raise OutputError(f"{out}: should end in .mp4, .webp, .png or .jpg")


def write_picture(out: Path, picture: NDArray[np.uint8]) -> None:
    """Write one picture (.png, .jpg). Raises OutputError."""
    if out.suffix not in PICTURES:
        raise OutputError(f"{out}: should end in {' or '.join(PICTURES)}")
    good, content = cv2.imencode(out.suffix, picture)
    if not good:
        raise OutputError(f"{out}: the picture cannot be encoded")
    try:
        out.write_bytes(content.tobytes())
    except OSError as error:
        raise OutputError(f"{out}: {error.strerror}") from error


def _write_video(
    out: Path, frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], rate: int
) -> None:
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), rate, size)
    if not writer.isOpened():
        raise OutputError(f"{out}: the video cannot be written")
    try:
        for frame in frames:
            writer.write(frame)
    finally:
        writer.release()


def _write_webp(out: Path, frames: Iterable[NDArray[np.uint8]], rate: int) -> None:
    """Write every few frames, so that a page loads them quickly."""
    every = max(1, round(rate / WEBP_RATE))
    shown = (frame for number, frame in enumerate(frames) if number % every == 0)
    pictures = (Image.fromarray(cv2.cvtColor(one, cv2.COLOR_BGR2RGB)) for one in shown)
    first = next(pictures)
    try:
        first.save(
            out,
            save_all=True,
            append_images=pictures,
            duration=round(1000 * every / rate),
            loop=0,
            quality=WEBP_QUALITY,
            # A whole picture every half second, else dim shapes of the last ones remain.
            kmin=WEBP_RATE // 2 - 2,
            kmax=WEBP_RATE // 2,
        )
    except OSError as error:
        raise OutputError(f"{out}: {error.strerror or error}") from error
