"""What the page answers to Flask's test client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def content(answer: TestResponse) -> Any:
    """Return the JSON of an answer, which must have some."""
    assert answer.is_json, answer.get_data(as_text=True)
    return answer.json
