"""Lets listed sites' pages call the API from browsers (WHATWG Fetch, section 3.2)."""

from __future__ import annotations

from flask import Response, request

from device.web.context import current

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Moodlift",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "Retry-After"
"""Headers of a response that such a page may read besides those of every response."""


def is_listed(origin: str | None) -> bool:
    """Return whether an Origin is one of `[web] cors_origins`."""
    return origin in current().config.cors_origins


def preflight() -> Response | None:
    """Answer a browser's question whether a listed page may send a request."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or not is_listed(request.headers.get("Origin")):
        return None
    return Response(status=204, headers=PREFLIGHT)


def add_headers(response: Response) -> Response:
    """Allow a listed page to read a response."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin and is_listed(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response
