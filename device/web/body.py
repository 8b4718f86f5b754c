"""Reads JSON from the body of a request: the only place that does."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flask import abort, request
from pydantic_core import from_json

_MAX_KEY_LENGTH = 80


def read_json() -> object:
    """Return the JSON in the present request's body; None if it holds none.

    JSON is what RFC 8259 says, in UTF-8, without NaN and halves of characters, at most 200 levels
    deep. Aborts with 400 for a key that occurs twice.
    """
    data = request.get_data(cache=False)
    if not request.is_json:
        return None
    try:
        from_json(data, allow_inf_nan=False)
        return json.loads(data, object_pairs_hook=_object)
    except ValueError:
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        abort(400, f"body: {key[:_MAX_KEY_LENGTH]!r} occurs twice")
    return values
