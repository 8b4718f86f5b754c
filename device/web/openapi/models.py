"""The part of the OpenAPI document that is about models."""

from __future__ import annotations

from device.deployment.models import STATES
from device.web.openapi.schema import (
    SECONDS,
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

ARCHIVE: Schema = {"application/octet-stream": {}}


def schemas() -> Schema:
    """Return the schemas that the paths name."""
    return {
        "ModelOnTrial": object_of(version=TEXT, before=TEXT, left_s=SECONDS),
        "Model": object_of(
            version=TEXT,
            state={"enum": list(STATES)},
            words=TEXT,
            date=TEXT,
            accuracy=or_null(SHARE),
            installed=YES,
            signed=TEXT,
        ),
        "Models": object_of(models=list_of(ref("Model")), before=TEXT, configured=TEXT),
        "ModelToUse": object_of(version=TEXT),
    }


def paths() -> Schema:
    """Return what can be asked for."""
    return {
        "/api/v1/models": {
            "get": operation("The models that are here.", json_of("Models")),
            "post": operation(
                "Check a model archive, install its model and have it serve, on trial.",
                json_of("Models"), 400, 409, 413, 503, body=ARCHIVE, code=201,
            ),
        },
        "/api/v1/models/use": {
            "post": operation(
                "Have a model serve that is here, on trial.",
                json_of("Models"), 400, 409, 413, 503, body=json_of("ModelToUse"),
            )
        },
        "/api/v1/models/rollback": {
            "post": operation(
                "Go back to the last good model at once.", json_of("Models"), 409, 413, 503
            )
        },
    }  # fmt: skip
