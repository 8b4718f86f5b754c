from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.messages import Health, Level
from device.stage.overlays.footer import find_faults
from device.stage.text import MEDIUM, Style, Typesetter, printable

STYLE = Style(MEDIUM, 24, (255, 255, 255), None, 2)


@given(st.text(max_size=120), st.integers(12, 600), st.integers(12, 120))
def test_any_text_fits_any_box(text: str, width: int, height: int) -> None:
    surface = Typesetter().set(text, (width, height), STYLE)
    assert surface.get_width() <= width
    assert surface.get_height() <= height


def test_the_same_text_is_set_once() -> None:
    setter = Typesetter()
    assert setter.set("calm", (200, 50), STYLE) is setter.set("calm", (200, 50), STYLE)


def test_long_text_is_set_in_two_even_lines() -> None:
    wide = Typesetter().set("one two three four five six", (190, 120), STYLE)
    assert wide.get_height() > 40


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\ud800b", "a\U0001f600b", "a\u200bb"])
def test_signs_that_no_font_draws_are_left_out(text: str) -> None:
    assert printable(text) in ("ab", "a b")


def test_faults_are_reported_worst_first_then_oldest() -> None:
    parts = [
        Health("a", Level.OK, "", 0),
        Health("b", Level.DEGRADED, "", 1),
        Health("c", Level.FAILED, "", 3),
        Health("d", Level.FAILED, "", 2),
        Health("e", Level.OFF, "", 0),
    ]
    assert [part.part for part in find_faults(tuple(parts))] == ["d", "c", "b"]
