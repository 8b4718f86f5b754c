"""The part of the OpenAPI document that is about the model's figures, day by day."""

from __future__ import annotations

from device.drift.daily_stats import BINS, SCALES
from device.drift.drift import TITLES
from device.web.openapi.schema import (
    COUNT,
    NUMBER,
    SHARE,
    TEXT,
    YES,
    Schema,
    json_of,
    list_of,
    object_of,
    operation,
    or_null,
    ref,
)


def schemas() -> Schema:
    """Return the schemas that the paths name."""
    binned = {name: list_of(COUNT, count) for name, count in BINS.items()}
    return {
        "Day": object_of(
            number=COUNT,
            model=TEXT,
            seconds=NUMBER,
            frames=COUNT,
            found=COUNT,
            faces=COUNT,
            small=COUNT,
            dark=COUNT,
            histograms=object_of(**binned),
            sums=object_of(**dict.fromkeys(SCALES, NUMBER)),
        ),
        "Finding": object_of(
            name={"enum": list(TITLES)},
            title=TEXT,
            index=NUMBER,
            chance=NUMBER,
            shifted=YES,
            words=TEXT,
            means=or_null(list_of(NUMBER, 2)),
            rose=YES,
            since=or_null(COUNT),
        ),
        "DaysAnswers": object_of(
            day=COUNT, agreeing=COUNT, answers=COUNT, interval=or_null(list_of(SHARE, 2))
        ),
        "Watching": object_of(
            days=list_of(ref("Day")),
            scales=object_of(
                **{name: list_of(NUMBER, len(edges)) for name, edges in SCALES.items()}
            ),
            findings=list_of(ref("Finding")),
            answers=list_of(ref("DaysAnswers")),
        ),
    }


def paths() -> Schema:
    """Return what can be asked for."""
    return {
        "/api/v1/watching": {
            "get": operation(
                "Counts of each day, and how the last days compare with the first.",
                json_of("Watching"), 503,
            )
        },
        "/api/v1/watching/normal": {
            "post": operation(
                "Take what is seen from today on for normal.", json_of("Watching"), 413, 503
            )
        },
    }  # fmt: skip
