"""How the model does, day by day, as a page for the owner and for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template

from device.drift import compare
from device.drift.daily_stats import SCALES, combine
from device.drift.drift import FIRST_DAYS, LAST_DAYS, MIN_FACES, split_days
from device.errors import FeedbackError
from device.messages import EMOTIONS
from device.web.charts import trend
from device.web.context import current

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from device.drift import DailyStats
    from device.feedback import Agreement

blueprint = Blueprint("watching", __name__)

CALL = "/api/v1/watching"


@blueprint.get("/watching")
def show() -> str:
    """Show each figure over the days, and what has drifted."""
    view = current().view
    days, since, model = _days(), view.drift.normal_since, view.status.get().model
    findings = compare(days, since, model)
    first_days, later = split_days(days, since, "emotion", model)
    first, last = combine(first_days), combine(later[-LAST_DAYS:])
    return render_template(
        "watching.html",
        findings=findings,
        shifted=[one for one in findings if one.shifted],
        trends=[*trend.trends(days, findings), *filter(None, [trend.agreement(_answers())])],
        shares=[(name, _part(first, at), _part(last, at)) for at, name in enumerate(EMOTIONS)]
        if later
        else [],
        first_days=FIRST_DAYS,
        least=MIN_FACES,
        days=len(first_days),
    )


@blueprint.get(CALL)
def tell() -> Response:
    """Return the figures of each day, and how the last ones compare with the first ones."""
    view = current().view
    days = _days()
    found = compare(days, view.drift.normal_since, view.status.get().model)
    findings = [dataclasses.asdict(one) for one in found]
    answers = _answers()
    agreeing = [
        {"day": number, "agreeing": one.agreeing, "answers": one.answers, "interval": one.interval}
        for number, one in sorted(answers.items())
    ]
    return jsonify(
        days=[dataclasses.asdict(day) for day in days],
        scales=SCALES,
        findings=findings,
        answers=agreeing,
    )


@blueprint.post(f"{CALL}/normal")
def normal() -> ResponseReturnValue:
    """Take what is seen from today on for normal."""
    try:
        current().view.drift.accept_as_normal()
    except OSError as error:
        abort(503, f"it cannot be written down: {error.strerror}")
    return tell()


def _days() -> list[DailyStats]:
    try:
        return current().view.drift.days()
    except OSError as error:
        abort(503, f"the figures cannot be read: {error.strerror}")


def _answers() -> dict[int, Agreement]:
    """Return the answers by day; none where they cannot be read, which /feedback tells."""
    try:
        return current().view.feedback.store.daily()
    except FeedbackError:
        return {}


def _part(day: DailyStats, at: int) -> float:
    """Return an emotion's share of the faces, in percent."""
    return 100 * day.histograms["emotion"][at] / day.faces if day.faces else 0.0
