"""Model health: how the model does day by day, on a page and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, abort, render_template
from pydantic import WithJsonSchema

from device.config.types import Share
from device.control.schemas import Count, NotNegative, Schema, object_of
from device.drift import compare
from device.drift.daily_stats import BINS, SCALES, combine
from device.drift.drift import FIRST_DAYS, LAST_DAYS, MIN_FACES, TITLES, split_days
from device.errors import FeedbackError
from device.messages import EMOTIONS
from device.web.charts import trend
from device.web.context import current
from device.web.openapi.operation import operation

if TYPE_CHECKING:
    from device.drift import DailyStats, Finding
    from device.feedback import Agreement

blueprint = Blueprint("drift", __name__)

CALL = "/api/v1/model-health"
COUNT, NUMBER = {"type": "integer", "minimum": 0}, {"type": "number"}


def _array(items: dict[str, Any], length: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": length, "maxItems": length}


@dataclass(slots=True)
class Day(Schema):
    """What one model saw on a day. `day` counts from 1970-01-01 (UTC)."""

    day: Count
    model: str
    seconds: NotNegative
    frames: Count
    frames_with_faces: Count
    faces: Count
    small_faces: Count
    dark_faces: Count
    histograms: Annotated[
        dict[str, list[int]],
        object_of({name: _array(COUNT, size) for name, size in BINS.items()}),
    ]
    sums: Annotated[dict[str, float], object_of(dict.fromkeys(SCALES, NUMBER))]


@dataclass(slots=True)
class FindingInfo(Schema):
    """How a figure of the last days compares with the first days.

    `psi` is the population stability index, `psi_by_chance` the one that chance exceeds once in a
    thousand times. `means` are those of the first and the last days.
    """

    name: Annotated[str, WithJsonSchema({"enum": list(TITLES)})]
    title: str
    psi: float
    psi_by_chance: float
    shifted: bool
    message: str
    means: tuple[float, float] | None
    rose: bool
    since_day: Count | None


@dataclass(slots=True)
class DayAnswers(Schema):
    """Answers to "Was I right?" of a day; `interval` is the share's 95 % interval."""

    day: Count
    agreeing: Count
    answers: Count
    interval: tuple[Share, Share] | None


@dataclass(slots=True)
class ModelHealth(Schema):
    """The figures of each day, the upper edges of their bins, and what they show."""

    days: list[Day]
    bin_edges: Annotated[
        dict[str, tuple[float, ...]],
        object_of({name: _array(NUMBER, len(edges)) for name, edges in SCALES.items()}),
    ]
    findings: list[FindingInfo]
    answers: list[DayAnswers]


@blueprint.get("/model-health")
def show() -> str:
    """Show each figure over the days, and what has shifted."""
    services = current().services
    days, since, model = _days(), services.drift.normal_since, services.status.get().model
    findings = compare(days, since, model)
    first_days, later = split_days(days, since, "emotion", model)
    first, last = combine(first_days), combine(later[-LAST_DAYS:])
    return render_template(
        "model_health.html",
        findings=findings,
        shifted=[one for one in findings if one.shifted],
        trends=[*trend.trends(days, findings), *filter(None, [trend.agreement(_answers())])],
        shares=[(name, _percent(first, at), _percent(last, at)) for at, name in enumerate(EMOTIONS)]
        if later
        else [],
        first_days=FIRST_DAYS,
        min_faces=MIN_FACES,
        days=len(first_days),
    )


@blueprint.get(CALL)
@operation(
    "Compare the last days' figures with those of the first week.", ModelHealth, errors=(503,)
)
def get_model_health() -> ModelHealth:
    """Return the figures of each day, and what has shifted."""
    return _model_health()


@blueprint.post(f"{CALL}/baseline")
@operation("Begin a new first week today.", ModelHealth, errors=(503,))
def reset_baseline() -> ModelHealth:
    """Compare with the days from today on."""
    try:
        current().services.drift.accept_as_normal()
    except OSError as error:
        abort(503, f"the baseline cannot be saved: {error.strerror}")
    return _model_health()


def _model_health() -> ModelHealth:
    services, days = current().services, _days()
    findings = compare(days, services.drift.normal_since, services.status.get().model)
    return ModelHealth(
        days=[_day(one) for one in days],
        bin_edges=SCALES,
        findings=[_finding(one) for one in findings],
        answers=[
            DayAnswers(number, one.agreeing, one.answers, one.interval)
            for number, one in sorted(_answers().items())
        ],
    )


def _day(one: DailyStats) -> Day:
    return Day(
        day=one.number,
        model=one.model,
        seconds=one.seconds,
        frames=one.frames,
        frames_with_faces=one.found,
        faces=one.faces,
        small_faces=one.small,
        dark_faces=one.dark,
        histograms=one.histograms,
        sums=one.sums,
    )


def _finding(one: Finding) -> FindingInfo:
    return FindingInfo(
        name=one.name,
        title=one.title,
        psi=one.index,
        psi_by_chance=one.chance,
        shifted=one.shifted,
        message=one.words,
        means=one.means,
        rose=one.rose,
        since_day=one.since,
    )


def _days() -> list[DailyStats]:
    try:
        return current().services.drift.days()
    except OSError as error:
        abort(503, f"the daily figures cannot be read: {error.strerror}")


def _answers() -> dict[int, Agreement]:
    """Return the answers by day; empty if they cannot be read, which /feedback reports."""
    try:
        return current().services.feedback.store.daily()
    except FeedbackError:
        return {}


def _percent(day: DailyStats, at: int) -> float:
    """Return an emotion's share of the faces, in percent."""
    return 100 * day.histograms["emotion"][at] / day.faces if day.faces else 0.0
