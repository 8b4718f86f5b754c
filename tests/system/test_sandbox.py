"""Work in a child may hang, crash or want too much: it is ended, and that is told."""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.errors import BundleError, SandboxError
from device.system import sandbox
from device.vision import bundle

MEMORY = 256 * 1024**2


def test_an_answer_comes_back() -> None:
    assert sandbox.call(math.sqrt, (16.0,), 5.0) == 4.0
    assert sandbox.call(math.sqrt, (16.0,), 5.0, MEMORY) == 4.0


def test_an_error_of_ours_comes_back_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json: No such file"):
        sandbox.call(bundle.load, (tmp_path,), 5.0, MEMORY)


@pytest.mark.parametrize(
    ("work", "arguments", "how", "words"),
    [
        (os.abort, (), "crashed", "it crashed"),
        (os._exit, (0,), "crashed", "it crashed"),
        (time.sleep, (60.0,), "slow", "no answer within 1 s"),
        (pow, (7, 10**9), "slow", "no answer within 1 s"),
        (bytearray, (4 * MEMORY,), "crashed", "it takes too much memory"),
    ],
)
def test_work_that_goes_wrong_is_reported(
    work: Callable[..., Any], arguments: tuple[object, ...], how: str, words: str
) -> None:
    began = time.monotonic()
    with pytest.raises(SandboxError, match=words) as caught:
        sandbox.call(work, arguments, 1.0, MEMORY)
    assert caught.value.how == how
    assert time.monotonic() - began < 20
