"""Responses to errors: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, render_template, request
from werkzeug.exceptions import NotFound

from device.control.schemas import Count, Schema

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import HTTPException

API_PREFIXES = ("/api/", "/metrics", "/healthz", "/readyz")
"""Paths that programs request; people request all others."""
MIMETYPE = "application/problem+json"
HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
"""Headers of an error that its response keeps."""


@dataclass(slots=True)
class Problem(Schema):
    """What is wrong, in words, is in `detail`."""

    type: str
    title: str
    status: Count
    detail: str


def respond(error: HTTPException) -> ResponseReturnValue:
    """Return the response to an error, with its reason."""
    if error.response is not None:
        return error.response
    code = error.code or 500
    headers = [(key, value) for key, value in error.get_headers() if key in HEADERS]
    reason = _reason(error)
    if is_api(request.path):
        return Response(details(code, reason), code, headers, mimetype=MIMETYPE)
    return render_template("problem.html", code=code, reason=reason), code, headers


def is_api(path: str) -> bool:
    """Return whether programs request a path."""
    return path.startswith(API_PREFIXES)


def problem_of(code: int, reason: str) -> Problem:
    """Return the problem of a status code."""
    return Problem("about:blank", HTTPStatus(code).phrase, code, reason)


def details(code: int, reason: str) -> str:
    """Return a problem as JSON."""
    return problem_of(code, reason).to_json().decode()


def _reason(error: HTTPException) -> str:
    if error.code == 413:
        return f"larger than {_size(request.max_content_length or 0)}"
    if error.code == 404 and error.description == NotFound.description:
        return f"{request.path}: no such page"
    if error.code == 405:
        return f"{request.method} is not allowed here"
    return error.description or error.name


def _size(limit: int) -> str:
    return f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
