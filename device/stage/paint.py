"""Making surfaces out of numbers, and putting them on the canvas.

All surfaces with transparency have 32 bits with straight alpha in SDL's favourite order, which
both pygame and pygame-ce blend fastest. They work before any display is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygame

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Colour = tuple[int, int, int]
Position = tuple[float, float]


def transparent(size: tuple[int, int]) -> pygame.Surface:
    """Return an empty surface with alpha."""
    return pygame.Surface((max(1, size[0]), max(1, size[1])), pygame.SRCALPHA, 32)


def with_alpha(picture: pygame.Surface) -> pygame.Surface:
    """Return a copy in the format of `transparent`."""
    return picture.convert(transparent((1, 1)))


def from_alpha(alpha: NDArray[np.float32], colour: Colour) -> pygame.Surface:
    """Return one colour with an opacity in [0, 1] for each pixel; shape (height, width)."""
    height, width = alpha.shape
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., :3] = colour
    rgba[..., 3] = np.clip(alpha * 255.0 + 0.5, 0, 255)
    return with_alpha(pygame.image.frombuffer(rgba.tobytes(), (width, height), "RGBA"))


def distance(size: int) -> NDArray[np.float32]:
    """Return how far each pixel of a square is from its middle: 1 at the middle of a side."""
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1
    return np.hypot(axis[None, :], axis[:, None])


def disc(size: int, colour: Colour, profile: Callable[..., NDArray[np.float32]]) -> pygame.Surface:
    """Return a round sprite of `size` pixels whose opacity is a function of `distance`."""
    return from_alpha(np.asarray(profile(distance(max(2, size))), np.float32), colour)


def put(
    canvas: pygame.Surface, sprite: pygame.Surface, centre: Position, opacity: float = 1.0
) -> None:
    """Draw a sprite around a position in pixels, with an opacity in [0, 1]."""
    left = round(centre[0] - sprite.get_width() / 2)
    top = round(centre[1] - sprite.get_height() / 2)
    put_at(canvas, sprite, (left, top), opacity)


def put_at(
    canvas: pygame.Surface, sprite: pygame.Surface, corner: tuple[int, int], opacity: float = 1.0
) -> None:
    """Draw a sprite with its top left corner at a position in pixels."""
    alpha = round(255 * opacity)
    if alpha <= 0:
        return
    if alpha >= 255:
        canvas.blit(sprite, corner)
        return
    sprite.set_alpha(alpha)
    canvas.blit(sprite, corner)
    sprite.set_alpha(255)
