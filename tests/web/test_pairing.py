"""Codes for pairing, and the limit of attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.web.auth import pairing
from device.web.auth.pairing import REPEAT_SECONDS, VALID_SECONDS, Pairing
from device.web.auth.rate_limit import PER_ADDRESS, TOTAL, WINDOW_SECONDS, RateLimiter

if TYPE_CHECKING:
    from pathlib import Path


def test_a_code_is_good_once_and_for_five_minutes(tmp_path: Path) -> None:
    now = [1000.0]
    codes = Pairing(tmp_path, lambda: now[0])
    for make in (codes.show, lambda: pairing.write_code(tmp_path, lambda: now[0])):
        code = make()
        assert len(code) >= 22
        assert not codes.redeem(code[:-1])
        assert codes.redeem(code)
        assert not codes.redeem(code)
        old = make()
        now[0] += VALID_SECONDS
        assert not codes.redeem(old)
    code = codes.show()
    assert codes.shown == code
    codes.hide()
    assert codes.shown is None
    assert not codes.redeem(code)
    assert codes.redeem(codes.show())
    assert codes.shown is None


def test_a_form_may_be_sent_twice_within_seconds(tmp_path: Path) -> None:
    now = [1000.0]
    codes = Pairing(tmp_path, lambda: now[0])
    for make in (codes.show, lambda: pairing.write_code(tmp_path, lambda: now[0])):
        code = make()
        assert codes.redeem(code, "nonce")
        assert not codes.redeem(code)
        assert not codes.redeem(code, "another")
        assert not codes.redeem(code[:-1], "nonce")
        now[0] += REPEAT_SECONDS - 1.0
        assert codes.redeem(code, "nonce")
        now[0] += 1.0
        assert not codes.redeem(code, "nonce"), "a repetition does not prolong it"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"code": 1, "until": "x"}', "\0"])
def test_a_damaged_code_lets_nobody_in(tmp_path: Path, text: str) -> None:
    (tmp_path / pairing.FILE).write_text(text)
    assert not Pairing(tmp_path).redeem("")
    assert not Pairing(tmp_path).redeem("1")


def test_tries_are_limited_for_each_and_for_all() -> None:
    now = [0.0]
    limiter = RateLimiter(lambda: now[0])
    for _ in range(PER_ADDRESS):
        assert limiter.retry_after("a") == 0
        limiter.record("a")
    assert limiter.retry_after("a") == WINDOW_SECONDS
    assert limiter.retry_after("b") == 0
    for number in range(TOTAL - PER_ADDRESS):
        limiter.record(f"address {number}")
    assert limiter.retry_after("b") == WINDOW_SECONDS
    now[0] += WINDOW_SECONDS
    assert limiter.retry_after("a") == limiter.retry_after("b") == 0


def test_many_addresses_do_not_take_all_memory() -> None:
    limiter = RateLimiter(lambda: 0.0)
    for number in range(3000):
        limiter.record(str(number))
    assert len(limiter._by_address) <= 1000
