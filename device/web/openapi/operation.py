"""Describes a route of the API beside it, and converts its JSON, query and result accordingly."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, abort, request
from pydantic import BaseModel, ValidationError

from device.config.explain import explain
from device.control.schemas import adapter
from device.web.body import read_json
from device.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask.typing import ResponseReturnValue

Model = TypeVar("Model", bound=BaseModel)

_MARK = "openapi_operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says about a route.

    `returns` is the type of the JSON response, or the media type of another one; `body` and `query`
    are the models of the request, or the media types of its body. `errors` are the status codes
    of problems besides those of every route, `bad_request` is the type of the problem with code
    400, `also` describes further responses of the same type.
    """

    summary: str
    returns: Any
    status: int = 200
    body: type[BaseModel] | tuple[str, ...] | None = None
    query: type[BaseModel] | None = None
    errors: tuple[int, ...] = ()
    bad_request: Any = Problem
    also: Mapping[int, str] = field(default_factory=dict)


def operation(
    summary: str, returns: Any, **options: Any
) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
    """Return a decorator that describes a view; the arguments are those of `Operation`.

    The view gets its parsed request as `body` and `query`, where they are models. It may return
    what is to be JSON, alone or with a status code. Aborts with 400 for a wrong request.
    """
    described = Operation(summary, returns, **options)

    def describe(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        @functools.wraps(view)
        def call(**arguments: Any) -> ResponseReturnValue:
            if isinstance(described.body, type):
                arguments["body"] = _parse(described.body, read_json(), "body")
            if described.query:
                arguments["query"] = _parse(described.query, request.args.to_dict(), "query")
            return _response(described, view(**arguments))

        setattr(call, _MARK, described)
        return call

    return describe


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """Return the description of a view, or None."""
    described: Operation | None = getattr(view, _MARK, None)
    return described


def takes_files(view: Callable[..., Any]) -> bool:
    """Return whether a view reads files, which may be large, from the body of a request."""
    described = operation_of(view)
    return described is not None and isinstance(described.body, tuple)


def _response(described: Operation, result: Any) -> ResponseReturnValue:
    result, code = result if isinstance(result, tuple) else (result, described.status)
    if isinstance(result, Response):
        return result
    content = adapter(described.returns).dump_json(result, exclude_unset=True)
    return Response(content, code, mimetype="application/json")


def _parse(model: type[Model], values: object, name: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        mistake = explain(error, model)[0]
        if mistake.key:
            abort(400, str(mistake))
        abort(400, f"{name}: should be a JSON object")
