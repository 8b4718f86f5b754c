"""The programming interface as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from functools import cache

from device import __version__
from device.config.editable import EDITABLE, schema
from device.control.commands import Command
from device.history import COUNTS, SPANS, STATES
from device.messages import EMOTIONS
from device.web.openapi import drift, feedback, models
from device.web.openapi.schema import (
    COUNT,
    EMOTION,
    LEVEL,
    MOMENT,
    NUMBER,
    PICTURES,
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
from device.web.problems import MIMETYPE


@cache
def document() -> Schema:
    """Return the document."""
    schemas = {
        "Problem": object_of(type=TEXT, title=TEXT, status=COUNT, detail=TEXT),
        "Face": object_of(
            id=COUNT,
            box=list_of({"type": "integer"}, 4),
            score=SHARE,
            emotion=EMOTION,
            probabilities=ref("Probabilities"),
        ),
        "Probabilities": {
            "type": "object",
            "properties": dict.fromkeys(EMOTIONS, SHARE),
            "additionalProperties": False,
        },
        "Times": object_of(
            **dict.fromkeys(("decode", "detect", "crop", "classify", "total"), SECONDS)
        ),
        "Faces": object_of(width=COUNT, height=COUNT, faces=list_of(ref("Face")), ms=ref("Times")),
        "Mood": object_of(
            emotion=or_null(EMOTION),
            for_s=SECONDS,
            faces=COUNT,
            probabilities=ref("Probabilities"),
        ),
        "Frame": object_of(
            number=COUNT, width=COUNT, height=COUNT, ms=ref("Times"), latency_ms=NUMBER
        ),
        "Reaction": object_of(
            name=TEXT,
            emotion=TEXT,
            for_s=SECONDS,
            **dict.fromkeys(("effect", "playlist", "light"), or_null(TEXT)),
        ),
        "Health": object_of(part=TEXT, level=LEVEL, message=TEXT, for_s=SECONDS),
        "Fault": object_of(
            part=TEXT, level=LEVEL, message=TEXT, ago_s=SECONDS, lasted_s=or_null(SECONDS)
        ),
        "Status": object_of(
            version=TEXT,
            model=TEXT,
            trial=or_null(ref("ModelOnTrial")),
            camera=TEXT,
            uptime_s=SECONDS,
            mood=ref("Mood"),
            faces=list_of(ref("Face")),
            frame=or_null(ref("Frame")),
            rate_hz=SECONDS,
            freshness_s=or_null(SECONDS),
            stage_hz=SECONDS,
            reactions=list_of(ref("Reaction")),
            music=or_null(TEXT),
            volume=SHARE,
            muted=YES,
            paused=YES,
            level=LEVEL,
            health=list_of(ref("Health")),
            faults=list_of(ref("Fault")),
            machine=ref("Machine"),
        ),
        "Machine": object_of(
            temperature_c=or_null(NUMBER),
            held_back=list_of(TEXT),
            disk_free_mb=or_null(COUNT),
        ),
        "Bucket": object_of(start=MOMENT, seconds=_seconds(), faces=COUNT, visits=COUNT),
        "History": object_of(
            span={"enum": list(SPANS)},
            bucket_s=COUNT,
            buckets=list_of(ref("Bucket")),
            totals_s=_seconds(),
            visits=COUNT,
            reactions={"type": "object", "additionalProperties": COUNT},
        ),
        "Minute": object_of(start=MOMENT, **dict.fromkeys(COUNTS, SECONDS)),
        **_settings_schemas(),
        **feedback.schemas(),
        **drift.schemas(),
        "Owner": object_of(owner=YES),
        "Camera": object_of(blurred=YES),
        "Token": object_of(token=TEXT),
        **models.schemas(),
    }
    order = Command.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= order.pop("$defs")
    schemas["ShowScene"]["properties"]["emotion"] |= EMOTION
    schemas["Command"] = order | {"minProperties": 1}
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
    ready = object_of(ready=YES)
    span = {
        "name": "span", "in": "query", "schema": {"enum": list(SPANS), "default": "day"},
        "description": "How far back.",
    }  # fmt: skip
    return {
        "/api/v1/status": {"get": operation("How the kiosk does.", json_of("Status"), public=True)},
        "/api/v1/events": {
            "get": operation(
                "The status, followed: server-sent events whose data is a Status.",
                {"text/event-stream": {"schema": TEXT}},
                503,
                public=True,
            )
        },
        "/api/v1/classify": {
            "post": operation(
                "The faces of a picture: JPEG or PNG, 8 MB and 50 megapixels at most.",
                json_of("Faces"), 400, 413, 503,
                body={kind: {} for kind in PICTURES},
            )
        },
        "/api/v1/order": {
            "post": operation(
                "Tell the kiosk to pause, mute, be louder, skip a track or show a scene.",
                json_of("Command"), 400, 413, body=json_of("Command"), code=202,
            )
        },
        "/api/v1/camera": {
            "post": operation(
                "Hide the faces in the live picture, or show them.",
                json_of("Camera"), 400, 413, body=json_of("Camera"),
            )
        },
        "/api/v1/history": {
            "get": operation(
                "An hour, a day or a week in equal buckets.", json_of("History"), 400, 503,
                parameters=[span],
            )
        },
        "/api/v1/history.csv": {
            "get": operation("Every minute that is kept.", {"text/csv": {"schema": TEXT}}, 503)
        },
        "/api/v1/history.json": {
            "get": operation(
                "Every minute that is kept.",
                {"application/json": {"schema": list_of(ref("Minute"))}}, 503,
            )
        },
        "/api/v1/settings": _settings_paths(),
        "/api/v1/cameras": {
            "get": operation("The cameras that are connected.", json_of("Choices"), 409)
        },
        "/api/v1/cameras/picture": {
            "post": operation(
                "Take a picture with a camera that the kiosk does not use.",
                {"image/jpeg": {"schema": {}}}, 400, 409, 413, body=json_of("CameraToTry"),
            )
        },
        "/api/v1/speakers": {"get": operation("The sound devices.", json_of("Choices"), 409)},
        "/api/v1/speakers/chime": {
            "post": operation(
                "Play a short sound on a device.", json_of("Played"), 400, 409, 413,
                body=json_of("SpeakerToTry"),
            )
        },
        **feedback.paths(),
        **drift.paths(),
        "/api/v1/login": {
            "post": operation(
                "Let a browser in, which also sends the header X-Moodlift.",
                json_of("Owner"), 400, 403, 413, 429,
                body=json_of("Token"), public=True,
            )
        },
        "/api/v1/logout": {"post": operation("Forget this browser.", json_of("Owner"), 413)},
        "/api/v1/openapi.json": {
            "get": operation("This document.", {"application/json": {"schema": {"type": "object"}}})
        },
        **models.paths(),
        "/healthz": {
            "get": operation(
                "Whether the kiosk works.",
                {"application/json": {"schema": object_of(level=LEVEL)}},
                public=True,
                also={"503": {"description": "A part has failed."}},
            )
        },
        "/readyz": {
            "get": operation(
                "Whether the kiosk sees.",
                {"application/json": {"schema": ready}},
                public=True,
                also={"503": {"description": "It does not, yet."}},
            )
        },
        "/metrics": {
            "get": operation("Figures for Prometheus.", {"text/plain": {"schema": TEXT}})
        },
    }  # fmt: skip


def _settings_schemas() -> dict[str, Schema]:
    any_value: Schema = {"type": ["string", "number", "boolean"]}
    setting = object_of(
        value=any_value, default=any_value, previous=or_null(any_value), pending=YES
    )
    changes = {key: schema(key) for key in EDITABLE}
    return {
        "Setting": setting,
        "Settings": object_of(
            settings=object_of(**dict.fromkeys(EDITABLE, ref("Setting"))), pending=YES
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
        "Choices": list_of(ref("Choice")),
        "Choice": object_of(value=TEXT, name=TEXT, in_use=YES),
        "CameraToTry": object_of(source=TEXT),
        "SpeakerToTry": object_of(device=TEXT),
        "Played": object_of(words=TEXT),
    }


def _settings_paths() -> Schema:
    wrong = {
        "description": "What is wrong.",
        "content": {MIMETYPE: {"schema": ref("WrongSettings")}},
    }
    return {
        "get": operation("What can be set, and the old values.", json_of("Settings"), 409),
        "patch": operation(
            "Change settings, from the next start on: all that are named, or none.",
            json_of("Settings"), 409, 413, 503, body=json_of("Changes"), also={"400": wrong},
        ),
        "delete": operation(
            "Go back to the configuration file; what was set is kept aside.",
            json_of("Settings"), 409, 413, 503,
        ),
    }  # fmt: skip


def _seconds() -> Schema:
    return object_of(**dict.fromkeys(STATES, SECONDS))
