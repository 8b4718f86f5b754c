"""What an export says of itself: `manifest.json`, checked to the last value."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from device.config.section import Section
from device.config.types import Emotion
from device.feedback.crop import LONGEST_MODEL
from device.messages import EMOTIONS
from device.vision.alignment import RECIPE, VERSION

SCHEMA = 1
NAME = "manifest.json"
MOST_CROPS = 20_000
Chance = Annotated[float, Field(ge=0.0, le=1.0)]


def _sums_to_one(values: list[float]) -> list[float]:
    total = math.fsum(values)
    if abs(total - 1.0) > 0.01:
        raise ValueError(f"should add up to 1, not {total:g}")
    return values


def _full_hour(value: str) -> str:
    datetime.strptime(value, "%Y-%m-%dT%H:00:00%z")
    return value


def _is(wanted: object) -> AfterValidator:
    def check(value: object) -> object:
        if value != wanted:
            raise ValueError(f"should be {wanted}")
        return value

    return AfterValidator(check)


class Table(Section):
    """A part of the manifest, in which numbers that are none are errors too."""

    model_config = ConfigDict(allow_inf_nan=False)


class CropEntry(Table):
    """One crop: its file and that file's sha256, and what `Crop` has."""

    file: Annotated[str, Field(pattern=r"^crops/[0-9]{1,18}\.png$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    label: Emotion
    probabilities: Annotated[
        list[Chance],
        Field(min_length=len(EMOTIONS), max_length=len(EMOTIONS)),
        AfterValidator(_sums_to_one),
    ]
    model: Annotated[str, Field(max_length=LONGEST_MODEL)]
    hour: Annotated[
        str,
        Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:00:00Z$"),
        AfterValidator(_full_hour),
    ]


class Recipe(Table):
    """How the crops were cut; another recipe's are of no use to this device's models."""

    name: Annotated[str, _is(RECIPE)]
    version: Annotated[int, _is(VERSION)]


class Manifest(Table):
    """All of it."""

    schema_version: Annotated[int, _is(SCHEMA)]
    labels: Annotated[list[str], _is(list(EMOTIONS))]
    crop: Recipe
    crops: Annotated[list[CropEntry], Field(max_length=MOST_CROPS)]
