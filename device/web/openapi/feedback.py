"""The part of the OpenAPI document that is about answers to "Was I right?"."""

from __future__ import annotations

from device.messages import EMOTIONS
from device.web.openapi.schema import (
    COUNT,
    EMOTION,
    MOMENT,
    PICTURES,
    SHARE,
    TEXT,
    Schema,
    json_of,
    list_of,
    object_of,
    operation,
    or_null,
    ref,
)

PNG: Schema = {"image/png": {"schema": {}}}


def schemas() -> Schema:
    """Return the schemas that the paths name."""
    return {
        "Answer": object_of(shown=EMOTION, felt=EMOTION),
        "Agreement": object_of(
            agreeing=COUNT,
            answers=COUNT,
            share=or_null(SHARE),
            interval=or_null(list_of(SHARE, 2)),
        ),
        "Answers": object_of(
            all=ref("Agreement"),
            shown=object_of(**dict.fromkeys(EMOTIONS, ref("Agreement"))),
            crops=object_of(**dict.fromkeys(EMOTIONS, COUNT)),
        ),
        "Crop": object_of(
            id=COUNT, label=EMOTION, probabilities=ref("Probabilities"), model=TEXT, hour=MOMENT
        ),
    }


def paths() -> Schema:
    """Return what can be asked for."""
    number = {"name": "number", "in": "path", "required": True, "schema": COUNT}
    label = {
        "name": "label", "in": "query", "schema": EMOTION,
        "description": "What the person says that they feel; needed with consent.",
    }  # fmt: skip
    consent = {
        "name": "consent", "in": "query", "schema": {"enum": ["no", "yes"], "default": "no"},
        "description": "Whether the person allows this one crop to be kept.",
    }  # fmt: skip
    kept = {"description": "The same, and it is kept.", "content": PNG}
    return {
        "/api/v1/feedback": {
            "get": operation(
                "How often the kiosk was right, of all answers and by what it showed.",
                json_of("Answers"), 503,
            )
        },
        "/api/v1/feedback/answer": {
            "post": operation(
                "Count an answer to \"Was I right?\".", json_of("Answer"), 400, 413, 503,
                body=json_of("Answer"), code=201,
            )
        },
        "/api/v1/feedback/crop": {
            "post": operation(
                "The crop of the largest face of a picture, which is kept on consent alone.",
                PNG, 400, 413, 503,
                body={kind: {} for kind in PICTURES}, parameters=[label, consent],
                also={"201": kept},
            )
        },
        "/api/v1/feedback/crops": {
            "get": operation(
                "What is known of each crop that is kept.",
                {"application/json": {"schema": list_of(ref("Crop"))}}, 503,
            ),
            "delete": operation("Delete every crop.", json_of("Answers"), 413, 503),
        },
        "/api/v1/feedback/crops/{number}": {
            "get": operation("A crop that is kept.", PNG, 404, 503, parameters=[number]),
            "delete": operation(
                "Delete a crop.", json_of("Answers"), 404, 413, 503, parameters=[number]
            ),
        },
        "/api/v1/feedback.zip": {
            "get": operation(
                "Every crop in one archive, with a manifest.",
                {"application/zip": {"schema": {}}}, 503,
            )
        },
    }  # fmt: skip
