"""The history, as a page, in buckets, and as an export."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from flask import Blueprint, Response, abort, render_template, request
from pydantic import Field, WithJsonSchema

from device import history
from device.config.section import Section
from device.control.schemas import Count, Schema, object_of
from device.web.charts.history import draw
from device.web.context import current
from device.web.openapi.operation import operation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.typing import ResponseReturnValue

CALL = "/api/v1/history"
EXPORT_MINUTES = 500
"""Rows encoded at a time: all at once, years of them would fill the memory and stall the stage."""
DAYTIME = {"type": "string", "format": "date-time"}
NOT_NEGATIVE = {"type": "number", "minimum": 0}

Seconds = Annotated[dict[str, float], object_of(dict.fromkeys(history.STATES, NOT_NEGATIVE))]
Minute = Annotated[
    dict[str, Any], object_of({"start": DAYTIME, **dict.fromkeys(history.COUNTS, NOT_NEGATIVE)})
]

blueprint = Blueprint("history", __name__)


class HistoryQuery(Section):
    """Which span of time to return."""

    span: Annotated[Literal["hour", "day", "week"], Field(description="How far back.")] = "day"


@dataclass(slots=True)
class Bucket(Schema):
    """A part of the span: the seconds of each mood, the most faces at once, and visits."""

    start: Annotated[str, WithJsonSchema(DAYTIME)]
    seconds: Seconds
    faces: Count
    visits: Count


@dataclass(slots=True)
class History(Schema):
    """A span of time in equal buckets, and its totals. `reactions` counts each reaction."""

    span: Annotated[str, WithJsonSchema({"enum": list(history.SPANS)})]
    bucket_s: Count
    buckets: list[Bucket]
    totals_s: Seconds
    visits: Count
    reactions: dict[str, Count]


@blueprint.get("/history")
def show() -> ResponseReturnValue:
    """Show the last hour, day or week as a chart, with its totals."""
    span = request.args.get("span", "day")
    if span not in history.SPANS:
        abort(404)
    past = history.read(current().services.history, span, time.time())
    return render_template("history.html", span=span, spans=history.SPANS, chart=draw(past))


@blueprint.get(CALL)
@operation(
    "The last hour, day or week in equal buckets.", History, query=HistoryQuery, errors=(503,)
)
def get_history(query: HistoryQuery) -> History:
    """Return the last hour, day or week in equal buckets."""
    past = history.read(current().services.history, query.span, time.time())
    return History(
        span=query.span,
        bucket_s=past.width,
        buckets=[_bucket(one) for one in past.buckets],
        totals_s=_rounded(past.totals),
        visits=past.visits,
        reactions=past.reactions,
    )


@blueprint.get(f"{CALL}.csv")
@operation("Every stored minute, as CSV.", "text/csv", errors=(503,))
def export_csv() -> Response:
    """Return every stored minute as CSV."""
    return _export("csv", "text/csv", _csv(_pages()))


@blueprint.get(f"{CALL}.json")
@operation("Every stored minute, as JSON.", list[Minute], errors=(503,))
def export_json() -> Response:
    """Return every stored minute as JSON."""
    return _export("json", "application/json", _json(_pages()))


def _export(kind: str, mimetype: str, pieces: Iterator[bytes]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="moodlift-history.{kind}"'}
    return Response(pieces, 200, headers, mimetype=mimetype, direct_passthrough=True)


def _pages() -> Iterator[list[dict[str, Any]]]:
    """Return the rows, `EXPORT_MINUTES` at a time. Raises HistoryError before the first."""
    path = current().services.history
    return _rest(path, history.read_all(path, limit=EXPORT_MINUTES))


def _rest(path: Path, minutes: list[dict[str, float]]) -> Iterator[list[dict[str, Any]]]:
    while minutes:
        last = minutes[-1]["minute"]
        yield [
            {"start": _moment(round(one.pop("minute")) * history.MINUTE), **one} for one in minutes
        ]
        minutes = history.read_all(path, last, EXPORT_MINUTES)


def _json(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    separator = "["
    for rows in pages:
        text = json.dumps(rows, separators=(",", ":"), sort_keys=True)[1:-1]
        yield (separator + text).encode()
        separator = ","
    yield b"[]\n" if separator == "[" else b"]\n"


def _csv(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.DictWriter(out, ("start", *history.COUNTS), lineterminator="\r\n")
    writer.writeheader()
    yield out.getvalue().encode()
    for rows in pages:
        out.seek(0)
        out.truncate()
        writer.writerows(rows)
        yield out.getvalue().encode()


def _bucket(one: history.Bucket) -> Bucket:
    return Bucket(_moment(one.start), _rounded(one.seconds), one.faces, one.visits)


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in seconds.items()}


def _moment(seconds: int) -> str:
    """Return a time since 1970 as RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
