"""The programming interface, version 1. Errors are problem details (RFC 9457)."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request

from device import history
from device.control import commands
from device.control.status import frame_result_json
from device.errors import CommandError
from device.web.auth.roles import allow
from device.web.context import current
from device.web.openapi import document
from device.web.routes import upload
from device.web.server import streams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.typing import ResponseReturnValue

KINDS = {"csv": "text/csv", "json": "application/json"}
MINUTES = 500
"""So many are exported at a time: years of them would fill the memory, and stop the stage."""

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/status")
@allow("anyone")
def status() -> ResponseReturnValue:
    """Return how the kiosk is doing."""
    return Response(current().status_json(), mimetype="application/json")


@blueprint.get("/events")
@allow("anyone")
def follow() -> ResponseReturnValue:
    """Stream the status as server-sent events."""
    site = current()
    if not site.followers.acquire():
        raise upload.busy("too many follow the status already")
    return streams.respond(site.events, site.followers, "text/event-stream")


@blueprint.post("/classify")
@allow("visitor")
def classify() -> ResponseReturnValue:
    """Return the faces of a JPEG or PNG that is the request's body or a form's file."""
    return jsonify(frame_result_json(upload.look()[1]))


@blueprint.post("/order")
def order() -> ResponseReturnValue:
    """Tell the kiosk to pause, mute, be louder, skip a track or show a scene, as JSON says."""
    try:
        wanted = commands.parse(request.get_json(silent=True))
        current().view.commands.put(wanted)
    except CommandError as error:
        abort(400, str(error))
    return jsonify(wanted.model_dump(exclude_unset=True)), 202


@blueprint.post("/camera")
def blur() -> ResponseReturnValue:
    """Hide the faces in the live picture, or show them, to all who watch: {"blurred": true}."""
    given = request.get_json(silent=True)
    wanted = given.get("blurred") if isinstance(given, dict) else None
    if not isinstance(wanted, bool):
        abort(400, 'send JSON: {"blurred": true} or {"blurred": false}')
    current().feed.blurred = wanted
    return jsonify(blurred=wanted)


@blueprint.get("/history")
def past() -> ResponseReturnValue:
    """Return the last hour, day or week, as `span` says, in equal buckets."""
    span = request.args.get("span", "day")
    if span not in history.SPANS:
        abort(400, f"span: should be one of {', '.join(history.SPANS)}")
    seen = history.read(current().view.history, span, time.time())
    buckets = [
        {
            "start": _moment(one.start),
            "seconds": {name: round(value, 1) for name, value in one.seconds.items()},
            "faces": one.faces,
            "visits": one.visits,
        }
        for one in seen.buckets
    ]
    totals = {name: round(value, 1) for name, value in seen.totals.items()}
    return jsonify(
        span=span,
        bucket_s=seen.width,
        buckets=buckets,
        totals_s=totals,
        visits=seen.visits,
        reactions=seen.reactions,
    )


@blueprint.get("/history.<kind>")
def export(kind: str) -> ResponseReturnValue:
    """Return every minute that is kept, as CSV or JSON."""
    if kind not in KINDS:
        abort(404)
    path = current().view.history
    # What cannot be read is told before the answer begins.
    rows = _rows(path, history.read_all(path, limit=MINUTES))
    headers = {"Content-Disposition": f'attachment; filename="moodlift-history.{kind}"'}
    body = _json(rows) if kind == "json" else _csv(rows)
    return Response(body, 200, headers, mimetype=KINDS[kind], direct_passthrough=True)


@blueprint.get("/openapi.json")
def describe() -> ResponseReturnValue:
    """Return what can be asked here, as OpenAPI."""
    return jsonify(document.document())


def _rows(path: Path, minutes: list[dict[str, float]]) -> Iterator[list[dict[str, Any]]]:
    """Yield what is exported, `MINUTES` rows at a time, of which the first were read."""
    while minutes:
        last = minutes[-1]["minute"]
        yield [
            {"start": _moment(round(one.pop("minute")) * history.MINUTE), **one} for one in minutes
        ]
        minutes = history.read_all(path, last, MINUTES)


def _json(pages: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
    before = "["
    for rows in pages:
        yield (before + json.dumps(rows, separators=(",", ":"), sort_keys=True)[1:-1]).encode()
        before = ","
    yield b"[]\n" if before == "[" else b"]\n"


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


def _moment(seconds: int) -> str:
    """Write a time since 1970 as RFC 3339, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
