"""The programming interface as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from functools import cache
from typing import Any

from device import __version__
from device.history import COUNTS, SPANS, STATES
from device.messages import EMOTIONS, Level
from device.orders import Order
from device.settings import COMMON, schema
from device.web.problem import MIMETYPE

Schema = dict[str, Any]

NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
YES: Schema = {"type": "boolean"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
SECONDS: Schema = {"type": "number", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
LEVEL: Schema = {"enum": [str(level) for level in Level]}
EMOTION: Schema = {"enum": list(EMOTIONS)}
PICTURES = ("image/jpeg", "image/png", "application/octet-stream")


@cache
def document() -> Schema:
    """Return the document."""
    schemas = {
        "Problem": _object(type=TEXT, title=TEXT, status=COUNT, detail=TEXT),
        "Face": _object(
            id=COUNT,
            box=_list({"type": "integer"}, 4),
            score=SHARE,
            emotion=EMOTION,
            probabilities=_ref("Probabilities"),
        ),
        "Probabilities": {
            "type": "object",
            "properties": dict.fromkeys(EMOTIONS, SHARE),
            "additionalProperties": False,
        },
        "Times": _object(
            **dict.fromkeys(("decode", "detect", "crop", "classify", "total"), SECONDS)
        ),
        "Faces": _object(width=COUNT, height=COUNT, faces=_list(_ref("Face")), ms=_ref("Times")),
        "Mood": _object(
            emotion=_or_null(EMOTION),
            for_s=SECONDS,
            faces=COUNT,
            probabilities=_ref("Probabilities"),
        ),
        "Frame": _object(
            number=COUNT, width=COUNT, height=COUNT, ms=_ref("Times"), latency_ms=NUMBER
        ),
        "Reaction": _object(
            name=TEXT,
            emotion=TEXT,
            for_s=SECONDS,
            **dict.fromkeys(("effect", "playlist", "light"), _or_null(TEXT)),
        ),
        "Health": _object(part=TEXT, level=LEVEL, message=TEXT, for_s=SECONDS),
        "Fault": _object(
            part=TEXT, level=LEVEL, message=TEXT, ago_s=SECONDS, lasted_s=_or_null(SECONDS)
        ),
        "Status": _object(
            version=TEXT,
            model=TEXT,
            camera=TEXT,
            uptime_s=SECONDS,
            mood=_ref("Mood"),
            faces=_list(_ref("Face")),
            frame=_or_null(_ref("Frame")),
            rate_hz=SECONDS,
            freshness_s=_or_null(SECONDS),
            stage_hz=SECONDS,
            reactions=_list(_ref("Reaction")),
            music=_or_null(TEXT),
            volume=SHARE,
            muted=YES,
            paused=YES,
            level=LEVEL,
            health=_list(_ref("Health")),
            faults=_list(_ref("Fault")),
            machine=_ref("Machine"),
        ),
        "Machine": _object(
            temperature_c=_or_null(NUMBER),
            held_back=_list(TEXT),
            disk_free_mb=_or_null(COUNT),
        ),
        "Bucket": _object(start=MOMENT, seconds=_seconds(), faces=COUNT, visits=COUNT),
        "History": _object(
            span={"enum": list(SPANS)},
            bucket_s=COUNT,
            buckets=_list(_ref("Bucket")),
            totals_s=_seconds(),
            visits=COUNT,
            reactions={"type": "object", "additionalProperties": COUNT},
        ),
        "Minute": _object(start=MOMENT, **dict.fromkeys(COUNTS, SECONDS)),
        **_settings_schemas(),
        "Owner": _object(owner=YES),
        "Camera": _object(blurred=YES),
        "Token": _object(token=TEXT),
    }
    order = Order.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= order.pop("$defs")
    schemas["Show"]["properties"]["emotion"] |= EMOTION
    schemas["Order"] = order | {"minProperties": 1}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Moodlift",
            "version": __version__,
            "description": "What a kiosk sees, does, and can be told to do.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"browser": []}],
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "What `moodlift pair --token` prints.",
                },
                "browser": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "moodlift",
                    "description": "Of a browser that was let in; it also sends X-Moodlift.",
                },
            },
        },
    }


def _paths() -> Schema:
    ready = _object(ready=YES)
    span = {
        "name": "span", "in": "query", "schema": {"enum": list(SPANS), "default": "day"},
        "description": "How far back.",
    }  # fmt: skip
    return {
        "/api/v1/status": {"get": _call("How the kiosk does.", _json("Status"), public=True)},
        "/api/v1/events": {
            "get": _call(
                "The status, followed: server-sent events whose data is a Status.",
                {"text/event-stream": {"schema": TEXT}},
                503,
                public=True,
            )
        },
        "/api/v1/classify": {
            "post": _call(
                "The faces of a picture: JPEG or PNG, 8 MB and 50 megapixels at most.",
                _json("Faces"), 400, 413, 503,
                body={kind: {} for kind in PICTURES},
            )
        },
        "/api/v1/order": {
            "post": _call(
                "Tell the kiosk to pause, mute, be louder, skip a track or show a scene.",
                _json("Order"), 400, 413, body=_json("Order"), code=202,
            )
        },
        "/api/v1/camera": {
            "post": _call(
                "Hide the faces in the live picture, or show them.",
                _json("Camera"), 400, 413, body=_json("Camera"),
            )
        },
        "/api/v1/history": {
            "get": _call(
                "An hour, a day or a week in equal buckets.", _json("History"), 400, 503,
                parameters=[span],
            )
        },
        "/api/v1/history.csv": {
            "get": _call("Every minute that is kept.", {"text/csv": {"schema": TEXT}}, 503)
        },
        "/api/v1/history.json": {
            "get": _call(
                "Every minute that is kept.",
                {"application/json": {"schema": _list(_ref("Minute"))}}, 503,
            )
        },
        "/api/v1/settings": _settings_paths(),
        "/api/v1/cameras": {
            "get": _call("The cameras that are connected.", _json("Choices"), 409)
        },
        "/api/v1/cameras/picture": {
            "post": _call(
                "Take a picture with a camera that the kiosk does not use.",
                {"image/jpeg": {"schema": {}}}, 400, 409, 413, body=_json("CameraToTry"),
            )
        },
        "/api/v1/speakers": {"get": _call("The sound devices.", _json("Choices"), 409)},
        "/api/v1/speakers/chime": {
            "post": _call(
                "Play a short sound on a device.", _json("Played"), 400, 409, 413,
                body=_json("SpeakerToTry"),
            )
        },
        "/api/v1/login": {
            "post": _call(
                "Let a browser in, which also sends the header X-Moodlift.",
                _json("Owner"), 400, 403, 413, 429,
                body=_json("Token"), public=True,
            )
        },
        "/api/v1/logout": {"post": _call("Forget this browser.", _json("Owner"), 413)},
        "/api/v1/openapi.json": {
            "get": _call("This document.", {"application/json": {"schema": {"type": "object"}}})
        },
        "/healthz": {
            "get": _call(
                "Whether the kiosk works.",
                {"application/json": {"schema": _object(level=LEVEL)}},
                public=True,
                also={"503": {"description": "A part has failed."}},
            )
        },
        "/readyz": {
            "get": _call(
                "Whether the kiosk sees.",
                {"application/json": {"schema": ready}},
                public=True,
                also={"503": {"description": "It does not, yet."}},
            )
        },
        "/metrics": {
            "get": _call("Figures for Prometheus.", {"text/plain": {"schema": TEXT}})
        },
    }  # fmt: skip


def _settings_schemas() -> dict[str, Schema]:
    any_value: Schema = {"type": ["string", "number", "boolean"]}
    setting = _object(value=any_value, beneath=any_value, before=_or_null(any_value), pending=YES)
    changes = {key: schema(key) for key in COMMON}
    return {
        "Setting": setting,
        "Settings": _object(
            settings=_object(**dict.fromkeys(COMMON, _ref("Setting"))), pending=YES
        ),
        "Changes": {
            "type": "object",
            "properties": changes,
            "additionalProperties": False,
            "minProperties": 1,
        },
        "WrongSettings": {
            "description": "A Problem that tells of each wrong key, too.",
            "type": "object",
            "properties": {"errors": {"type": "object", "additionalProperties": TEXT}},
            "required": ["detail"],
        },
        "Choices": _list(_ref("Choice")),
        "Choice": _object(value=TEXT, name=TEXT, in_use=YES),
        "CameraToTry": _object(source=TEXT),
        "SpeakerToTry": _object(device=TEXT),
        "Played": _object(words=TEXT),
    }


def _settings_paths() -> Schema:
    wrong = {
        "description": "What is wrong.",
        "content": {MIMETYPE: {"schema": _ref("WrongSettings")}},
    }
    return {
        "get": _call("What can be set, and the old values.", _json("Settings"), 409),
        "patch": _call(
            "Change settings, from the next start on: all that are named, or none.",
            _json("Settings"), 409, 413, 503, body=_json("Changes"), also={"400": wrong},
        ),
        "delete": _call(
            "Go back to the configuration file; what was set is kept aside.",
            _json("Settings"), 409, 413, 503,
        ),
    }  # fmt: skip


def _call(
    summary: str,
    content: Schema,
    *problems: int,
    code: int = 200,
    public: bool = False,
    body: Schema | None = None,
    parameters: list[Schema] | None = None,
    also: Schema | None = None,
) -> Schema:
    """Return one operation: what it gives, and the problems that it may have."""
    # A wrong token is a problem anywhere, and so is another machine's name.
    codes = sorted({*problems, 401, 421, 429} if not public else {*problems, 401, 421})
    responses = {str(code): {"description": "As asked.", "content": content}}
    for number in codes:
        what = {"description": "What is wrong.", "content": {MIMETYPE: {"schema": _ref("Problem")}}}
        responses[str(number)] = what
    call: Schema = {"summary": summary, "responses": responses | (also or {})}
    if public:
        call["security"] = []
    if body is not None:
        call["requestBody"] = {"required": True, "content": body}
    if parameters:
        call["parameters"] = parameters
    return call


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(name: str) -> Schema:
    return {"application/json": {"schema": _ref(name)}}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema, length: int | None = None) -> Schema:
    size = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": items, **size}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _seconds() -> Schema:
    return _object(**dict.fromkeys(STATES, SECONDS))
