"""Answers to "Was I right?": visitors give them; the owner views, exports and deletes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from flask import Blueprint, Response, abort, render_template, request
from pydantic import Field, WithJsonSchema
from werkzeug.exceptions import TooManyRequests

from device.config.section import Section
from device.config.types import Emotion, Share
from device.control import schemas
from device.control.schemas import ByEmotion, Count, Probabilities, Schema
from device.errors import FeedbackError
from device.feedback import Agreement, archive
from device.feedback.crop import encode
from device.messages import EMOTIONS, Feedback
from device.vision.alignment import align
from device.web.auth.roles import allow
from device.web.context import current
from device.web.openapi.operation import operation
from device.web.routes import upload

if TYPE_CHECKING:
    from concurrent.futures import Future

    from flask.typing import ResponseReturnValue

    from device.feedback import FeedbackStore, StoredCrop

blueprint = Blueprint("feedback", __name__)

CALL = "/api/v1/feedback"
WRITE_SECONDS = 10.0
PAGE_SIZE = 60
"""Crops on a page."""
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class Answer(Section):
    """What the kiosk showed, and what the person says they feel."""

    shown: Emotion
    felt: Emotion


class CropQuery(Section):
    """Whether to store a crop, and under which label."""

    label: Annotated[
        Emotion | None,
        Field(description="What the person says they feel; required with consent."),
    ] = None
    consent: Annotated[
        Literal["no", "yes"],
        Field(description="Whether the person allows this one crop to be stored."),
    ] = "no"


@dataclass(slots=True)
class AgreementInfo(Schema):
    """How many answers agree; `share` with its 95 % interval, null before the first answer."""

    agreeing: Count
    answers: Count
    share: Share | None
    interval: tuple[Share, Share] | None


@dataclass(slots=True)
class FeedbackSummary(Schema):
    """The agreement overall and by the emotion that was shown, and stored crops by label."""

    overall: AgreementInfo
    by_emotion: ByEmotion[AgreementInfo]
    crops: ByEmotion[Count]


@dataclass(slots=True)
class CropInfo(Schema):
    """A stored crop: the person's label, and what `model` says about it."""

    id: Count
    label: Emotion
    probabilities: Probabilities
    model: str
    hour: Moment


@blueprint.get("/feedback")
def show() -> ResponseReturnValue:
    """Show how often the kiosk was right, and the stored crops."""
    store, before = _store(), request.args.get("before", type=int)
    answers = store.answers()
    return render_template(
        "feedback.html",
        overall=answers.agreement(),
        by_emotion={emotion: answers.agreement(emotion) for emotion in EMOTIONS},
        stored=sum(store.kept().values()),
        crops=store.crops(before, PAGE_SIZE),
        page_size=PAGE_SIZE,
        days=current().services.feedback.days,
    )


@blueprint.get(CALL)
@operation("How often people agree with the kiosk.", FeedbackSummary, errors=(503,))
def get_feedback() -> FeedbackSummary:
    """Return how often the kiosk was right, and the number of crops."""
    return _summary()


@blueprint.post(f"{CALL}/answer")
@allow("visitor")
@operation('Count an answer to "Was I right?".', Answer, status=201, body=Answer, errors=(503,))
def answer(body: Answer) -> Answer:
    """Count an answer."""
    _limit()
    _wait(current().services.feedback.count(Feedback(body.felt, body.shown)))
    return body


@blueprint.post(f"{CALL}/crop")
@allow("visitor")
@operation(
    "Crop the largest face of a picture, and store it on consent only.",
    "image/png",
    body=upload.MEDIA_TYPES,
    query=CropQuery,
    errors=(503,),
    also={201: "The crop, which is now stored."},
)
def create_crop(query: CropQuery) -> Response:
    """Return the crop of a picture's largest face, and store it only with `consent=yes`."""
    if query.consent == "yes":
        if query.label is None:
            abort(400, "label: required with consent")
        _limit()
    picture, frame_result = upload.classify()
    face = frame_result.largest
    if face is None:
        abort(400, "there is no face in the picture")
    crop = align(picture.image, face.landmarks)
    response = Response(encode(crop), 200, mimetype="image/png")
    if query.consent == "yes" and query.label:
        services = current().services
        model = services.status.get().model
        _wait(services.feedback.keep(crop, query.label, face.probabilities, model))
        response.status_code = 201
    return response


@blueprint.get(f"{CALL}/crops")
@operation("List the stored crops, the newest first.", list[CropInfo], errors=(503,))
def list_crops() -> list[CropInfo]:
    """Return what is known about each stored crop, the newest first."""
    return [_crop_info(one) for one in _store().crops()]


@blueprint.delete(f"{CALL}/crops")
@operation("Delete every crop.", FeedbackSummary, errors=(503,))
def delete_crops() -> FeedbackSummary:
    """Delete every crop for good."""
    _store().purge()
    return _summary()


@blueprint.get(f"{CALL}/crops/<int:number>")
@operation("Get a stored crop.", "image/png", errors=(404, 503))
def get_crop(number: int) -> Response:
    """Return a stored crop."""
    one = _store().crop(number)
    if one is None:
        abort(404)
    return Response(one.png, mimetype="image/png")


@blueprint.delete(f"{CALL}/crops/<int:number>")
@operation("Delete a crop.", FeedbackSummary, errors=(404, 503))
def delete_crop(number: int) -> FeedbackSummary:
    """Delete a crop for good."""
    if _store().delete([number]):
        abort(404)
    return _summary()


@blueprint.get(f"{CALL}.zip")
@operation("Export every crop in one archive, with a manifest.", "application/zip", errors=(503,))
def export() -> Response:
    """Return every crop in one archive."""
    headers = {"Content-Disposition": 'attachment; filename="moodlift-feedback.zip"'}
    return Response(archive.content(_store().crops()), 200, headers, mimetype="application/zip")


def _store() -> FeedbackStore:
    return current().services.feedback.store


def _limit() -> None:
    """Count an answer. Aborts with 429 after too many."""
    answers, address = current().answers, request.remote_addr or ""
    seconds = answers.retry_after(address)
    if seconds:
        raise TooManyRequests("too many answers; wait a minute", retry_after=math.ceil(seconds))
    answers.record(address)


def _wait(done: Future[None]) -> None:
    """Wait until it is on the disk. Raises FeedbackError."""
    try:
        done.result(WRITE_SECONDS)
    except TimeoutError as error:
        raise FeedbackError("the disk does not respond") from error


def _summary() -> FeedbackSummary:
    store = _store()
    answers = store.answers()
    return FeedbackSummary(
        overall=_agreement(answers.agreement()),
        by_emotion={emotion: _agreement(answers.agreement(emotion)) for emotion in EMOTIONS},
        crops=store.kept(),
    )


def _agreement(one: Agreement) -> AgreementInfo:
    low, high = one.interval or (0.0, 0.0)
    return AgreementInfo(
        agreeing=one.agreeing,
        answers=one.answers,
        share=None if one.share is None else round(one.share, 4),
        interval=(round(low, 4), round(high, 4)) if one.interval else None,
    )


def _crop_info(one: StoredCrop) -> CropInfo:
    return CropInfo(
        id=one.number,
        label=one.label,
        probabilities=schemas.named(one.probabilities),
        model=one.model,
        hour=one.when,
    )
