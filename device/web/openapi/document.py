"""The API as an OpenAPI 3.1 document, generated from the routes and their models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from device import __version__
from device.control.schemas import adapter
from device.web.auth.roles import Role, required_role
from device.web.openapi.operation import operation_of
from device.web.problems import MIMETYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Flask

    from device.web.openapi.operation import Operation

JsonSchema = dict[str, Any]
Mode = Literal["validation", "serialization"]

REFERENCE = "#/components/schemas/{model}"
SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that `moodlift pair --token` prints.",
    },
    "browser": {
        "type": "apiKey",
        "in": "cookie",
        "name": "moodlift-8080",
        "description": "The session of a logged-in browser, with the page's port in its name;"
        " the browser also sends X-Moodlift.",
    },
}
EVERYWHERE = (401, 421)
"""Problems of every route: a wrong token, and a foreign host name."""

_KEY = "moodlift-openapi"


def document(app: Flask) -> JsonSchema:
    """Return the document of an app's described routes."""
    known: JsonSchema | None = app.extensions.get(_KEY)
    if known is None:
        known = app.extensions[_KEY] = _Builder(app).build()
    return known


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out the titles, which only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's interface
        return False

    def generate(self, schema: Any, mode: Mode = "validation") -> JsonSchema:
        return super().generate(schema, mode)


class _Builder:
    def __init__(self, app: Flask) -> None:
        self._routes = list(_routes(app))
        types = {kind for _, _, one, _ in self._routes for kind in _types(one)} | {Problem}
        inputs = [(kind, _mode(kind), adapter(kind)) for kind in types]
        self._schemas, definitions = TypeAdapter.json_schemas(
            inputs, ref_template=REFERENCE, schema_generator=_WithoutTitles
        )
        self._definitions = definitions.get("$defs", {})

    def build(self) -> JsonSchema:
        paths: dict[str, JsonSchema] = {}
        for path, method, described, is_open in self._routes:
            paths.setdefault(path, {})[method] = self._operation(path, method, described, is_open)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Moodlift",
                "version": __version__,
                "description": "What a kiosk sees and does, and how to control it.",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/"}],
            "security": [{name: []} for name in SECURITY_SCHEMES],
            "paths": paths,
            "components": {
                "schemas": dict(sorted(self._definitions.items())),
                "securitySchemes": SECURITY_SCHEMES,
            },
        }

    def _operation(self, path: str, method: str, one: Operation, is_open: bool) -> JsonSchema:
        codes = {*EVERYWHERE, *one.errors}
        codes |= set() if is_open else {429}
        codes |= {413} if method != "get" else set()
        codes |= {400} if one.body or one.query else set()
        content = self._content(one.returns)
        responses = {one.status: {"description": "Success.", "content": content}}
        for code in sorted(codes):
            kind = one.bad_request if code == 400 else Problem
            problem = {"description": "What is wrong.", "content": self._content(kind, MIMETYPE)}
            responses[code] = problem
        responses |= {
            code: {"description": text, "content": content} for code, text in one.also.items()
        }
        result: JsonSchema = {
            "summary": one.summary,
            "responses": {str(code): response for code, response in responses.items()},
        }
        if is_open:
            result["security"] = []
        if one.body:
            result["requestBody"] = {"required": True, "content": self._content(one.body)}
        parameters = [*_path_parameters(path), *_query_parameters(one.query)]
        if parameters:
            result["parameters"] = parameters
        return result

    def _content(self, kind: Any, mimetype: str = "application/json") -> JsonSchema:
        if isinstance(kind, tuple):
            return {name: {} for name in kind}
        if isinstance(kind, str):
            return {kind: {"schema": {"type": "string"} if kind.startswith("text/") else {}}}
        return {mimetype: {"schema": self._schemas[kind, _mode(kind)]}}


def _routes(app: Flask) -> Iterator[tuple[str, str, Operation, bool]]:
    """Yield path, method and description of each route, and whether anyone may call it."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        described = operation_of(app.view_functions[rule.endpoint])
        if described:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                is_open = required_role(app, rule.endpoint) is Role.ANYONE
                yield path, method.lower(), described, is_open


def _types(one: Operation) -> Iterator[Any]:
    for kind in (one.returns, one.body, one.bad_request):
        if kind is not None and not isinstance(kind, (str, tuple)):
            yield kind


def _mode(kind: Any) -> Mode:
    """Return whether a type describes what is read or what is written."""
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return "validation" if is_model else "serialization"


def _path_parameters(path: str) -> Iterator[JsonSchema]:
    for name in re.findall(r"{(\w+)}", path):
        schema = {"type": "integer", "minimum": 0}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(model: type[BaseModel] | None) -> Iterable[JsonSchema]:
    if model is None:
        return
    schemas = model.model_json_schema(schema_generator=_WithoutTitles)["properties"]
    for name, schema in schemas.items():
        description = schema.pop("description")
        if "anyOf" in schema:  # absent is None; a query cannot say null
            schema = schema["anyOf"][0]
        yield {"name": name, "in": "query", "schema": schema, "description": description}
