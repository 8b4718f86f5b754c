"""Responses to errors: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, render_template, request

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import HTTPException

API_PREFIXES = ("/api/", "/metrics", "/healthz", "/readyz")
"""Paths that programs request; people request all others."""
MIMETYPE = "application/problem+json"
HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
"""Headers of an error that its response keeps."""
TOO_LARGE = "larger than 8 MB"


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


def details(code: int, reason: str, **more: object) -> str:
    """Return a problem as JSON, with additional members."""
    title = HTTPStatus(code).phrase
    members = {"type": "about:blank", "title": title, "status": code, "detail": reason}
    return json.dumps(members | more)


def _reason(error: HTTPException) -> str:
    if error.code == 413:
        return TOO_LARGE
    if error.code == 404:
        return f"{request.path}: no such page"
    if error.code == 405:
        return f"{request.method} is not allowed here"
    return error.description or error.name
