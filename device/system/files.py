"""Writes private files whole or not at all, and reads secrets from files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from device.system.paths import expand_user

if TYPE_CHECKING:
    from pathlib import Path


def write_private(path: Path, content: str | bytes) -> None:
    """Write a private file, and its folder where it is missing. Raises OSError.

    A power cut leaves the old file or the new one. Text is written as UTF-8.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink()
        raise


def read_secret(path: str) -> str:
    """Return the first line of a file. Raises OSError when it cannot be read, or says nothing."""
    try:
        line = expand_user(path).read_text("utf-8").partition("\n")[0].strip()
    except UnicodeDecodeError as error:
        raise OSError(0, "is not UTF-8 text", path) from error
    if not line:
        raise OSError(0, "its first line is empty", path)
    return line
