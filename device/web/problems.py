"""What is answered when something is wrong: problem details for programs, a page for people."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, render_template, request

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import HTTPException

PROGRAMS = ("/api/", "/metrics", "/healthz", "/readyz")
"""What is asked for by programs begins so."""
MIMETYPE = "application/problem+json"
"""RFC 9457; what is wrong is in `detail`."""
HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
"""Those of an error that go out with it."""
TOO_LARGE = "larger than 8 MB"


def answer(error: HTTPException) -> ResponseReturnValue:
    """Answer an error with its reason."""
    if error.response is not None:
        return error.response
    code = error.code or 500
    headers = [(key, value) for key, value in error.get_headers() if key in HEADERS]
    reason = _reason(error)
    if request.path.startswith(PROGRAMS):
        return Response(details(code, reason), code, headers, mimetype=MIMETYPE)
    return render_template("problem.html", code=code, reason=reason), code, headers


def details(code: int, reason: str, **more: object) -> str:
    """Return a problem's JSON, with more members if there are any."""
    title = HTTPStatus(code).phrase
    told = {"type": "about:blank", "title": title, "status": code, "detail": reason}
    return json.dumps(told | more)


def _reason(error: HTTPException) -> str:
    if error.code == 413:
        return TOO_LARGE
    if error.code == 404:
        return f"{request.path}: no such page"
    if error.code == 405:
        return f"{request.method} is not possible here"
    return error.description or error.name
