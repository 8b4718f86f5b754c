"""The schema of an export's `manifest.json`, which validates every value."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from device.config.section import Section
from device.config.types import Emotion
from device.feedback.crop import MAX_MODEL_LENGTH
from device.messages import EMOTIONS
from device.vision.alignment import RECIPE, VERSION

SCHEMA = 1
NAME = "manifest.json"
MAX_CROPS = 20_000
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


def _sums_to_one(values: list[float]) -> list[float]:
    total = math.fsum(values)
    if abs(total - 1.0) > 0.01:
        raise ValueError(f"should add up to 1, not {total:g}")
    return values


def _full_hour(value: str) -> str:
    datetime.strptime(value, "%Y-%m-%dT%H:00:00%z")
    return value


def _equals(expected: object) -> AfterValidator:
    def check(value: object) -> object:
        if value != expected:
            raise ValueError(f"should be {expected}")
        return value

    return AfterValidator(check)


class Table(Section):
    """A part of the manifest, in which NaN and infinity are errors too."""

    model_config = ConfigDict(allow_inf_nan=False)


class CropEntry(Table):
    """One crop: its file, the sha256 of that, and the fields of `Crop`."""

    file: Annotated[str, Field(pattern=r"^crops/[0-9]{1,18}\.png$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    label: Emotion
    probabilities: Annotated[
        list[Probability],
        Field(min_length=len(EMOTIONS), max_length=len(EMOTIONS)),
        AfterValidator(_sums_to_one),
    ]
    model: Annotated[str, Field(max_length=MAX_MODEL_LENGTH)]
    hour: Annotated[
        str,
        Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:00:00Z$"),
        AfterValidator(_full_hour),
    ]


class Recipe(Table):
    """The alignment of the crops; crops of another one cannot be used with this device's models."""

    name: Annotated[str, _equals(RECIPE)]
    version: Annotated[int, _equals(VERSION)]


class Manifest(Table):
    """The whole manifest."""

    schema_version: Annotated[int, _equals(SCHEMA)]
    labels: Annotated[list[str], _equals(list(EMOTIONS))]
    crop: Recipe
    crops: Annotated[list[CropEntry], Field(max_length=MAX_CROPS)]
