"""What the tests of feedback share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from device.errors import ArchiveError
from device.feedback import archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

from tests.support.forged_exports import Forgery


@pytest.fixture
def forgery() -> Forgery:
    return Forgery()


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[bytes], str]:
    """Read bytes as an archive, quickly and in little memory; return why that was refused."""

    def read(content: bytes) -> str:
        path = tmp_path / "export.zip"
        path.write_bytes(content)
        before = {one.name for one in tmp_path.iterdir()}
        begun = time.thread_time()
        with pytest.raises(ArchiveError) as error:
            archive.read(path)
        assert time.thread_time() - begun < 5.0
        assert {one.name for one in tmp_path.iterdir()} == before, (
            "nothing is ever unpacked to disk"
        )
        words = str(error.value)
        assert words.startswith(f"{path}: ")
        assert len(words.splitlines()) == 1
        assert len(words) < 400 + len(str(path))
        return words.removeprefix(f"{path}: ")

    return read
