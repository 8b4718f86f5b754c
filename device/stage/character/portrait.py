"""Draws a face into a picture: a round body that is painted once, and features at every frame."""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pygame

from device.stage.character import blindfold, body, pen, shapes
from device.stage.character.hand import Hand
from device.stage.easing import clamp, mix
from device.stage.paint import put

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from device.stage.character.life import Look
    from device.stage.character.pen import RGB
    from device.stage.character.shapes import Points
    from device.stage.paint import Position

SIDE = 1.36
"""The picture's side over the head's diameter: a sprout grows out of the head, and it bobs."""

LID = 0.9
"""How bright a lid is over the head around it; as bright when it is closed."""
LINE: RGB = (92, 48, 40)
WHITE: RGB = (255, 253, 248)
IRIS: RGB = (58, 36, 44)
INSIDE: RGB = (116, 34, 44)
TONGUE: RGB = (240, 112, 116)
WATER: RGB = (96, 176, 244)
LEAF: RGB = (104, 178, 92)
STALK: RGB = (74, 136, 72)
ROSE: RGB = (250, 112, 104)
HOT: RGB = (236, 62, 48)
QUEASY: RGB = (122, 186, 76)
COLD: RGB = (104, 156, 236)

EYE = (0.335, -0.09)
EYE_WIDE, EYE_HIGH = 0.215, 0.27
MOUTH = 0.36
BROW = (0.345, -0.47)
MOST_PUFF = 0.15
"""The most by which a head is larger than at rest."""
PARALLAX = 0.075
"""How far features move over the round head as it looks aside, in head radii."""


class Portrait:
    """One face of a fixed diameter in pixels. Not for use by two threads at once."""

    def __init__(self, diameter: int) -> None:
        self.diameter = max(12, diameter)
        side = round(self.diameter * SIDE)
        self._radius = self.diameter / 2
        self._middle = np.array([side / 2, side - self._radius - 0.03 * self.diameter])
        self._body = body.head(side, self._middle, self._radius, LEAF)
        self._pixels = self._body.copy()
        # The surface shares the array's memory: OpenCV draws into the one, pygame into the other.
        memory: Any = self._pixels
        self._surface = pygame.image.frombuffer(memory, (side, side), "BGRA")
        self._tints = {
            "red": body.wash(side, self._middle, self._radius, HOT, 0.85, top=True),
            "blue": body.wash(side, self._middle, self._radius, COLD, 0.9, top=True),
            "green": body.wash(side, self._middle, self._radius, QUEASY, 0.8, top=False),
        }
        self._shadow = body.shadow(round(1.5 * side), self._radius)
        self._rose = body.spot(max(4, round(0.46 * self._radius)), ROSE)
        self.hand = Hand(self._radius)
        self._kept: dict[str, pygame.Surface] = {}
        self._turn = 0.0
        self._shift = np.zeros(2)

    def draw(
        self,
        canvas: pygame.Surface,
        look: Look,
        centre: Position,
        opacity: float = 1.0,
        repaint: bool = True,
        shadow: bool = True,
        scale: float = 1.0,
    ) -> None:
        """Draw the face around a position in pixels, with an opacity in [0, 1], over its shadow.

        Unless `repaint`, it is moved but not painted again, which takes most of the time. Another
        `scale` than 1 is for a face that grows, and takes time as well.
        """
        if opacity <= 0.0:
            return
        if repaint:
            self._paint(look)
        shiver = 0.012 * look["shiver"] * math.sin(math.tau * 8.3 * look.time)
        bob = -0.02 * look.breath - 0.4 * look["lift"]
        side, radius = self._surface.get_height(), scale * self._radius
        off = (side / 2 - self._middle[1]) / self._radius
        place = (centre[0] + radius * shiver, centre[1] + radius * (bob + off))
        if shadow:
            middle = (place[0], place[1] - off * radius + 0.05 * radius)
            put(canvas, self._scaled("shadow", self._shadow, scale), middle, opacity)
        self.hand.draw(canvas, look, (place[0], place[1] - off * radius), opacity)
        puffed = scale * (1.0 + MOST_PUFF * clamp(look["puff"] / MOST_PUFF))
        put(canvas, self._scaled("face", self._surface, puffed), place, opacity)

    def _scaled(self, name: str, picture: pygame.Surface, scale: float) -> pygame.Surface:
        """Return a picture at another size; it is kept until it changes."""
        side = picture.get_height()
        # By an even number of pixels, so that the middle stays where it is.
        side, same = side + 2 * round(side * (scale - 1.0) / 2), side
        if side == same:
            return picture
        kept = self._kept.get(name)
        if kept is None or kept.get_height() != side:
            kept = pygame.transform.smoothscale(picture, [max(1, side)] * 2)
            self._kept[name] = kept
        return kept

    def still(self, look: Look) -> Portrait:
        """Return this one as it looks now and ever after, to be drawn without painting it again."""
        self._paint(look)
        still = copy(self)
        still._surface, still._kept = self._surface.copy(), {}  # noqa: SLF001 - its own kind
        return still

    def _paint(self, look: Look) -> None:
        np.copyto(self._pixels, self._body)
        self._kept.pop("face", None)
        self._turn = look["lean"]
        self._shift = PARALLAX * np.array([look.gaze.right, look.gaze.down])
        for name, wash in self._tints.items():
            strength = clamp(look[name])
            if strength > 0.02:
                wash.set_alpha(round(255 * strength))
                self._surface.blit(wash, (0, 0))
        self._cheeks(look)
        self._sprout(look)
        for side in (-1, 1):
            self._eye(look, side)
        blindfold.draw(look["blindfold"], self._fill)
        self._wrinkles(look)
        for side in (-1, 1):
            self._brow(look, side)
        self._mouth(look)
        self._tear(look)

    def _cheeks(self, look: Look) -> None:
        strength = clamp(look["blush"])
        lift = 0.05 * look["squint"]
        for side in (-1, 1):
            ((x, y),) = self._placed(np.array([[side * 0.60, 0.24 - lift]]))
            put(self._surface, self._rose, (x, y), strength)

    def _sprout(self, look: Look) -> None:
        """Draw two leaves that nod with the head's mood."""
        perk = 0.5 * look["lift"] * 4 + 0.12 * look.breath
        sway = 0.10 * math.sin(math.tau * look.time / 3.4) + 0.7 * self._shift[0] - look["lean"]
        tip = (0.28 * sway, -1.22 - 0.06 * perk)
        stalk = shapes.arc((0.0, -0.95), tip, 0.0)
        self._stroke(shapes.stroke(stalk, 0.075, 0.05), STALK, moved=False)
        for side in (-1, 1):
            droop = side * (0.42 - 0.5 * perk) + sway
            leaf = _leaf(0.30) * np.array([side, 1.0])
            self._stroke(shapes.turned(leaf, droop) + tip, LEAF, moved=False)

    def _eye(self, look: Look, side: int) -> None:
        opened = look["open"]
        large = max(1.0, opened)
        wide, high = EYE_WIDE * mix(1.0, large, 0.5), EYE_HIGH * large
        x, y = side * EYE[0], EYE[1] - 0.05 * (large - 1)
        outline = self._placed(shapes.ellipse(x, y, wide, high))
        left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
        right, bottom = np.ceil(outline.max(axis=0)).astype(int) + 3
        under = self._pixels[top:bottom, left:right]
        over = np.empty_like(under)
        over[:] = pen.ink(WHITE)
        corner = np.array([left, top])
        self._iris(over, corner, look, (x, y), (wide, high))
        self._lids(over, under, corner, look, side, (x, y, wide, high))
        mask = pen.Mask(left, top, left + under.shape[1], top + under.shape[0]).add(outline)
        mask.subtract(self._lower_lid(look, (x, y, wide, high)))
        pen.mix(under, over, mask.share())

    def _iris(
        self,
        over: NDArray[np.uint8],
        corner: NDArray[np.int_],
        look: Look,
        middle: tuple[float, float],
        size: tuple[float, float],
    ) -> None:
        round_ = 0.145 * look["pupil"]
        x = middle[0] + look.gaze.right * (size[0] - round_) * 0.9
        y = middle[1] + look.gaze.down * (size[1] - round_) * 0.6 + 0.01
        self._fill_in(over, corner, shapes.ellipse(x, y, round_, round_ * 1.12), IRIS)
        for right, down, share in ((-0.36, -0.42, 0.36), (0.34, 0.38, 0.17)):
            spot = shapes.ellipse(x + right * round_, y + down * round_, *[share * round_] * 2)
            self._fill_in(over, corner, spot, WHITE)

    def _lids(
        self,
        over: NDArray[np.uint8],
        under: NDArray[np.uint8],
        corner: NDArray[np.int_],
        look: Look,
        side: int,
        eye: tuple[float, float, float, float],
    ) -> None:
        """Draw the upper lid, of what the head looks like there."""
        x, y, wide, high = eye
        reach = wide * 1.25
        drowsy = clamp(1.0 - look["open"]) * 0.9
        cover = max(drowsy, look.closed * 1.02)
        slant = side * 0.7 * look["brow_tilt"] * (1 - look.closed)
        squint = clamp(look["squint"])
        # Closed, it meets the lower lid, which is the rounder the higher it is.
        shut = high * min(1 - 0.9 * squint, 1.09 - 1.25 * squint)
        low = mix(-high * 1.05, shut, cover)
        bend = mix(0.10, 0.55, cover * clamp(squint / 0.3)) * wide
        edge = shapes.arc((x - reach, y + low - slant), (x + reach, y + low + slant), bend)
        top = np.array([[x + reach, y - 2 * high], [x - reach, y - 2 * high]])
        if cover > 0.03 or abs(slant) > 0.07:
            skin = cv2.convertScaleAbs(under, alpha=mix(LID, 1.0, cover))
            skin[..., 3] = pen.WHOLE
            lid = self._placed(np.concatenate([edge, top])) - corner
            mask = pen.Mask(0, 0, over.shape[1], over.shape[0]).add(lid)
            pen.mix(over, np.asarray(skin, np.uint8), mask.share())
            self._fill_in(over, corner, shapes.stroke(edge, 0.04, 0.04), LINE)

    def _lower_lid(self, look: Look, eye: tuple[float, float, float, float]) -> Points:
        """Return in pixels what the lower lid takes away, so that the cheek itself comes up."""
        x, y, wide, high = eye
        reach, rise = wide * 1.3, high * (1.12 - 1.25 * clamp(look["squint"]))
        edge = shapes.arc((x - reach, y + rise), (x + reach, y + rise), 0.55 * wide)
        floor = np.array([[x + reach, y + 2 * high], [x - reach, y + 2 * high]])
        return self._placed(np.concatenate([edge, floor]))

    def _brow(self, look: Look, side: int) -> None:
        x, y = side * BROW[0], BROW[1] - look["brow_raise"]
        half, tilt = 0.20, look["brow_tilt"]
        inner = (x - side * half * 0.95, y - tilt)
        outer = (x + side * half, y + 0.45 * tilt + 0.03)
        ends = (inner, outer) if side > 0 else (outer, inner)
        path = shapes.arc(*ends, 0.055 + look["brow_bend"])
        widths = (0.105, 0.06) if side > 0 else (0.06, 0.105)
        self._stroke(shapes.stroke(path, *widths), LINE)

    def _wrinkles(self, look: Look) -> None:
        strength = clamp(look["wrinkle"])
        if strength < 0.1:
            return
        for level in (0, 1):
            half = 0.075 - 0.02 * level
            y = -0.02 + 0.075 * level
            path = shapes.arc((-half, y), (half, y), 0.035)
            self._fill(shapes.stroke(path, 0.034 * strength, 0.034 * strength), body.SHADE)

    def _mouth(self, look: Look) -> None:
        part = max(0.0, look["part"])
        upper, lower = shapes.lips(
            look["width"], look["smile"], part, clamp(look["pout"]), look["skew"]
        )
        for edge in (upper, lower):
            edge[:, 1] += MOUTH
        thick = 0.05
        if part > 0.015:
            outline = shapes.closed(upper, lower)
            self._fill(outline, INSIDE)
            self._inside(look, upper, lower)
            for edge in (upper, lower):
                self._stroke(shapes.stroke(edge, thick, thick), LINE)
        else:
            self._stroke(shapes.stroke(upper, thick * 1.2, thick * 1.2), LINE)
        if look["tongue"] > 0.05:
            self._tongue(look, lower)

    def _inside(self, look: Look, upper: Points, lower: Points) -> None:
        """Draw the tongue that lies in the mouth, and the teeth."""
        high = lower[:, 1] - upper[:, 1]
        bump = np.sin(np.linspace(0, np.pi, len(upper)))
        ridge = lower.copy()
        ridge[:, 1] = np.maximum(lower[:, 1] - 0.42 * high.max() * bump**1.5, upper[:, 1])
        if high.max() > 0.12:
            self._fill(shapes.closed(ridge, lower), TONGUE)
        teeth = clamp(look["teeth"])
        if teeth > 0.05:
            edge = upper.copy()
            edge[:, 1] += np.minimum(0.13 * teeth * bump**0.35, 0.8 * high)
            self._fill(shapes.closed(upper, edge), WHITE)

    def _tongue(self, look: Look, lower: Points) -> None:
        out = clamp(look["tongue"])
        x, y = lower[len(lower) // 2] + np.array([0.05, -0.05])
        wide, long = 0.115 * (0.6 + 0.4 * out), 0.22 * out
        sides = np.array([[x - wide, y], [x + wide, y]])
        tip = shapes.ellipse(x, y + long - wide * 0.6, wide, wide)
        hull = cv2.convexHull(np.concatenate([sides, tip]).astype(np.float32))[:, 0]
        self._fill(hull.astype(np.float64), TONGUE)
        crease = shapes.arc((x, y + 0.02), (x, y + long * 0.7), 0.0)
        self._fill(shapes.stroke(crease, 0.022, 0.015), ROSE)

    def _tear(self, look: Look) -> None:
        """Let a tear well up and run down, again and again."""
        size = 0.13 * clamp(look["tear"] * 1.3 - 0.3)
        if size < 0.01:
            return
        along = (look.time / 3.2) % 1.0
        grown = min(1.0, along / 0.25)
        fall = max(0.0, along - 0.3) / 0.7
        gone = clamp((1.0 - along) / 0.12)
        y = 0.17 + 0.42 * fall * fall
        tear = shapes.drop(0.50, y, size * grown * gone)
        self._fill(tear, WATER)
        spot = shapes.ellipse(0.485, y + 0.02, *[0.2 * size * grown * gone] * 2)
        self._fill(spot, WHITE)

    def _placed(self, points: Points, moved: bool = True) -> Points:
        """Return pixels of points in head radii, on the head as it leans and looks aside."""
        if moved:
            points = shapes.turned(points + self._shift, self._turn)
        return np.asarray(self._middle + self._radius * points, np.float64)

    def _fill(self, points: Points, colour: RGB) -> None:
        pen.fill(self._pixels, self._placed(points), colour)

    def _stroke(self, points: Points, colour: RGB, moved: bool = True) -> None:
        pen.paint(self._pixels, self._placed(points, moved), colour)

    def _fill_in(
        self, over: NDArray[np.uint8], corner: NDArray[np.int_], points: Points, colour: RGB
    ) -> None:
        pen.fill(over, self._placed(points) - corner, colour)


def _leaf(length: float) -> Points:
    """Return a leaf that grows to the right from the origin."""
    along = np.linspace(0.0, 1.0, 15)
    half = 0.30 * length * np.sin(np.pi * along**0.8)
    upper = np.stack([along * length, -half - 0.25 * length * along], axis=-1)
    lower = np.stack([along * length, half - 0.25 * length * along], axis=-1)
    return shapes.closed(upper, lower)
