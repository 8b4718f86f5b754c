"""The file that says which model is in use."""

import json

from device.models import state
from device.models.state import RejectedModel, State


def test_the_names_of_the_first_version_are_still_read() -> None:
    rejected = {"version": "0.9.0", "reason": "crashed", "at": "2026-11-29"}
    old = {
        "schema": state.SCHEMA, "current": "0.7.0", "before": "0.8.0", "trial": None,
        "given_up": [rejected],
    }  # fmt: skip
    present = State("0.7.0", "0.8.0", rejected=(RejectedModel(**rejected),))
    assert state.parse(json.dumps(old)) == present
    assert state.parse(present.as_json()) == present
