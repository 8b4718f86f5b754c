"""Answers to "Was I right?": from visitors, and for the owner to look at, take away and delete."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import TooManyRequests

from device.control.status import probabilities_json
from device.errors import FeedbackError
from device.feedback import Agreement, archive
from device.feedback.crop import encode
from device.messages import EMOTIONS, Feedback
from device.vision.alignment import align
from device.web.auth.roles import allow
from device.web.context import current
from device.web.routes import upload

if TYPE_CHECKING:
    from concurrent.futures import Future

    from flask.typing import ResponseReturnValue

    from device.feedback import FeedbackStore, StoredCrop

blueprint = Blueprint("feedback", __name__)

CALL = "/api/v1/feedback"
CONSENT = ("no", "yes")
"""What may be said about keeping a crop; the first is taken for saying nothing."""
WRITTEN_SECONDS = 10.0
PAGE = 60
"""Crops on a page."""


@blueprint.get("/feedback")
def show() -> ResponseReturnValue:
    """Show how often the kiosk was right, and what is kept."""
    store, before = _store(), request.args.get("before", type=int)
    answers = store.answers()
    return render_template(
        "feedback.html",
        all=answers.agreement(),
        each={emotion: answers.agreement(emotion) for emotion in EMOTIONS},
        kept=sum(store.kept().values()),
        crops=store.crops(before, PAGE),
        page=PAGE,
        days=current().view.feedback.days,
    )


@blueprint.get(CALL)
def tell() -> ResponseReturnValue:
    """Return how often the kiosk was right, and how many crops there are."""
    store = _store()
    answers = store.answers()
    each = {emotion: _agreement(answers.agreement(emotion)) for emotion in EMOTIONS}
    return jsonify(all=_agreement(answers.agreement()), shown=each, crops=store.kept())


@blueprint.post(f"{CALL}/answer")
@allow("visitor")
def answer() -> ResponseReturnValue:
    """Count an answer, as JSON has it: {"shown": "happy", "felt": "sad"}."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict) or given.keys() != {"shown", "felt"}:
        given = {}
    if not given or any(value not in EMOTIONS for value in given.values()):
        abort(400, f'send JSON: {{"shown": ..., "felt": ...}}, each of {", ".join(EMOTIONS)}')
    _limit()
    _written(current().view.feedback.count(Feedback(given["felt"], given["shown"])))
    return jsonify(given), 201


@blueprint.post(f"{CALL}/crop")
@allow("visitor")
def take() -> ResponseReturnValue:
    """Return the crop of a picture's largest face, and keep it with `consent=yes` alone."""
    consent, label = request.args.get("consent", CONSENT[0]), request.args.get("label")
    if consent not in CONSENT:
        abort(400, f"consent: should be {' or '.join(CONSENT)}")
    keeps = consent == "yes"
    if label not in EMOTIONS and (keeps or label is not None):
        abort(400, f"label: should be one of {', '.join(EMOTIONS)}")
    if keeps:
        _limit()
    image, frame_result = upload.look()
    face = frame_result.largest
    if face is None:
        abort(400, "there is no face in the picture")
    crop = align(image, face.landmarks)
    if keeps:
        view = current().view
        model = view.status.get().model
        _written(view.feedback.keep(crop, str(label), face.probabilities, model))
    return Response(encode(crop), 201 if keeps else 200, mimetype="image/png")


@blueprint.get(f"{CALL}/crops")
def all_crops() -> ResponseReturnValue:
    """Return what is known of each crop that is kept, the newest first."""
    return jsonify([_crop(one) for one in _store().crops()])


@blueprint.delete(f"{CALL}/crops")
def delete_all() -> ResponseReturnValue:
    """Delete every crop for good."""
    _store().purge()
    return tell()


@blueprint.get(f"{CALL}/crops/<int:number>")
def crop(number: int) -> ResponseReturnValue:
    """Send a crop that is kept."""
    one = _store().crop(number)
    if one is None:
        abort(404)
    return Response(one.png, mimetype="image/png")


@blueprint.delete(f"{CALL}/crops/<int:number>")
def delete(number: int) -> ResponseReturnValue:
    """Delete a crop for good."""
    if _store().delete([number]):
        abort(404)
    return tell()


@blueprint.get(f"{CALL}.zip")
def export() -> ResponseReturnValue:
    """Send every crop in one archive."""
    headers = {"Content-Disposition": 'attachment; filename="moodlift-feedback.zip"'}
    return Response(archive.content(_store().crops()), 200, headers, mimetype="application/zip")


def _store() -> FeedbackStore:
    return current().view.feedback.store


def _limit() -> None:
    """Count an answer. Aborts with 429 after too many."""
    answers, address = current().answers, request.remote_addr or ""
    seconds = answers.retry_after(address)
    if seconds:
        raise TooManyRequests("too many answers; wait a minute", retry_after=math.ceil(seconds))
    answers.record(address)


def _written(done: Future[None]) -> None:
    """Wait until something is on the disk. Raises FeedbackError."""
    try:
        done.result(WRITTEN_SECONDS)
    except TimeoutError as error:
        raise FeedbackError("the disk does not answer") from error


def _agreement(one: Agreement) -> dict[str, Any]:
    interval = one.interval and [round(value, 4) for value in one.interval]
    share = None if one.share is None else round(one.share, 4)
    return {"agreeing": one.agreeing, "answers": one.answers, "share": share, "interval": interval}


def _crop(one: StoredCrop) -> dict[str, Any]:
    return {
        "id": one.number,
        "label": one.label,
        "probabilities": probabilities_json(one.probabilities),
        "model": one.model,
        "hour": one.when,
    }
