"""A contact sheet: a block of two rows a person, its pictures and the device's crops of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.messages import EMOTIONS
from training.errors import DatasetError
from training.synthetic import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PEOPLE = 12
"""The largest number of people on a sheet."""
_TILE, _LABEL, _HEADING, _GAP = 112, 96, 18, 4
_PER_EMOTION = 2


def check(target: Path) -> None:
    """Raise DatasetError when a sheet's name has no ending of a picture."""
    if not cv2.haveImageWriter(str(target)):
        raise DatasetError(f"{target}: not a picture's name, such as sheet.png")


def write(folder: Path, numbers: Sequence[int], target: Path) -> None:
    """Draw a sheet of at most `PEOPLE` people, evenly chosen.

    Raises DatasetError when a person is damaged, or the sheet cannot be written.
    """
    step = max(1, -(-len(numbers) // PEOPLE))
    blocks = [_heading()]
    for number in numbers[::step]:
        _, person = files.read(folder, number)
        blocks.append(_block(number, person))
    if not cv2.imwrite(str(target), np.vstack(blocks)[..., ::-1]):
        raise DatasetError(f"{target}: cannot be written")


def _block(number: int, person: files.PersonFile) -> NDArray[np.uint8]:
    columns = []
    for emotion in range(len(EMOTIONS)):
        takes = np.flatnonzero(person.emotion == emotion)[:_PER_EMOTION]
        columns += [_column(person, int(take)) for take in takes]
        columns += [_blank(2 * _TILE, _TILE)] * (_PER_EMOTION - len(takes))
    label = _blank(2 * _TILE, _LABEL)
    about = person.about
    words = [f"{number} {files.split(number)}", about.get("sex"), about.get("age")]
    words += [about.get("hair"), about.get("style"), about.get("beard"), about.get("hat")]
    words.append("glasses" if about.get("glasses") else "")
    for row, word in enumerate(str(word) for word in words if word):
        _print(label, word, (2, 14 + 14 * row))
    return np.vstack([np.hstack([label, *columns]), _blank(_GAP, _WIDTH)])


def _column(person: files.PersonFile, take: int) -> NDArray[np.uint8]:
    image = person.images[take]
    edge = image.shape[0] // 10
    image = cv2.resize(image[edge:-edge, edge:-edge], (_TILE, _TILE), interpolation=cv2.INTER_AREA)
    crop = cv2.resize(person.crops[take], (_TILE, _TILE), interpolation=cv2.INTER_CUBIC)
    note = person.takes[take]
    image = np.ascontiguousarray(image)
    _print(image, str(note["recipe"])[:19], (1, 9), 0.28, (255, 255, 0))
    return np.vstack([image, np.repeat(crop[..., None], 3, 2)])


def _heading() -> NDArray[np.uint8]:
    heading = _blank(_HEADING, _WIDTH)
    for index, emotion in enumerate(EMOTIONS):
        _print(heading, emotion, (_LABEL + 2 + index * _PER_EMOTION * _TILE, 13))
    return heading


_WIDTH = _LABEL + len(EMOTIONS) * _PER_EMOTION * _TILE


def _blank(height: int, width: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 255, np.uint8)


def _print(
    image: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: float = 0.38,
    colour: tuple[int, int, int] = (0, 0, 0),
) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
