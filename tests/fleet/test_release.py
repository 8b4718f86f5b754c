"""Releases: which are valid, and which kiosks they include."""

from __future__ import annotations

import json
from typing import Any

import pytest

from device.errors import ReleaseError
from device.fleet import rollout_status
from device.fleet.identity import generate_id
from device.fleet.release import ModelRelease, bucket, parse
from device.fleet.rollout_status import RolloutStatus, from_models
from device.models.state import RejectedModel, State, Trial

GOOD: dict[str, Any] = {
    "rollout": "spring",
    "version": "0.6.0",
    "url": "https://models.example/emotion-0.6.0.moodlift",
    "sha256": "0" * 64,
    "percent": 10.0,
}


def release(**changes: Any) -> ModelRelease:
    return parse(json.dumps(GOOD | changes).encode())


def test_a_good_one_is_read() -> None:
    assert release().model_dump() == GOOD
    assert release(percent=10).percent == 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "http://models.example/a"}, "the release cannot be read: url = "),
        ({"url": "https://models.example"}, "url = "),
        ({"url": "file:///etc/passwd"}, "url = "),
        ({"sha256": "x"}, "sha256 = "),
        ({"percent": 101}, "percent = "),
        ({"percent": "all"}, "percent = "),
        ({"rollout": "a b"}, "rollout = "),
        ({"version": "../1"}, "version = "),
        ({"more": 1}, "more: unknown key; known here: rollout, version, url"),
    ],
)
def test_a_wrong_one_is_reported(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        release(**changes)


@pytest.mark.parametrize("data", [b"{}", b"[]", b"\xff", b"null", b" " * 5000, b"[" * 4000])
def test_what_is_none_is_reported(data: bytes) -> None:
    with pytest.raises(ReleaseError):
        parse(data)


def test_the_share_is_what_it_says_and_only_grows() -> None:
    kiosks = [generate_id() for _ in range(10_000)]
    before: set[str] = set()
    for percent in (0.0, 1.0, 10.0, 50.0, 100.0):
        chosen = {one for one in kiosks if release(percent=percent).includes(one)}
        assert len(chosen) / 100 == pytest.approx(percent, abs=2.0)
        assert before <= chosen
        before = chosen
    assert len(before) == len(kiosks)
    assert not release(percent=0.0).includes(kiosks[0])


def test_another_rollout_begins_with_other_kiosks() -> None:
    kiosks = [generate_id() for _ in range(1000)]
    first, second = ({one for one in kiosks if bucket(name, one) < 10} for name in ("a", "b"))
    assert len(first & second) < 40


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State("0.5.0"), None),
        (State("0.6.0", "0.5.0", Trial()), RolloutStatus("spring", "0.6.0", "trial")),
        (State("0.6.0", "0.5.0"), RolloutStatus("spring", "0.6.0", "passed")),
        (
            State("0.5.0", rejected=(RejectedModel("0.6.0", "slow", "2026"),)),
            RolloutStatus("spring", "0.6.0", "failed", "slow"),
        ),
    ],
)
def test_what_the_models_tell(state: State, expected: RolloutStatus | None) -> None:
    assert from_models("spring", "0.6.0", state) == expected


def test_a_status_is_read_as_it_was_written() -> None:
    status = RolloutStatus("spring", "0.6.0", "failed", "ä" * 300)
    got = rollout_status.parse(status.encode())
    assert (got.state, len(got.reason)) == ("failed", rollout_status.LONGEST_REASON)
    for wrong in (b"", b"{}", b"[]", b'{"rollout":1,"version":"","state":"trial","reason":""}',
                  status.encode().replace(b"failed", b"happy")):  # fmt: skip
        with pytest.raises(ReleaseError, match="invalid rollout status"):
            rollout_status.parse(wrong)
