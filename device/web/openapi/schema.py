"""The pieces of which the OpenAPI document is made."""

from __future__ import annotations

from typing import Any

from device.messages import EMOTIONS, Level
from device.web.problems import MIMETYPE

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
"""What a picture may be sent as."""


def operation(
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
        what = {"description": "What is wrong.", "content": {MIMETYPE: {"schema": ref("Problem")}}}
        responses[str(number)] = what
    told: Schema = {"summary": summary, "responses": responses | (also or {})}
    if public:
        told["security"] = []
    if body is not None:
        told["requestBody"] = {"required": True, "content": body}
    if parameters:
        told["parameters"] = parameters
    return told


def ref(name: str) -> Schema:
    """Return the schema that the document has under a name."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_of(name: str) -> Schema:
    """Return content in JSON, of the schema with a name."""
    return {"application/json": {"schema": ref(name)}}


def object_of(**properties: Schema) -> Schema:
    """Return an object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(items: Schema, length: int | None = None) -> Schema:
    """Return a list of items, of one length if it is given."""
    size = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": items, **size}


def or_null(schema: Schema) -> Schema:
    """Return what also may be null."""
    return {"anyOf": [schema, {"type": "null"}]}
