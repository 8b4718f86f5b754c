"""Which files are music, and which of them can be played on this machine."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ALWAYS = frozenset(
    {".ogg", ".oga", ".opus", ".mp3", ".flac", ".wav", ".aif", ".aiff", ".aifc", ".caf", ".au"}
)
"""What libsndfile decodes."""
WITH_FFMPEG = frozenset(
    {".m4a", ".m4b", ".mp4", ".aac", ".wma", ".webm", ".mka", ".ape", ".wv", ".mpc", ".ac3"}
)
"""What the program ffmpeg decodes as well, where it is installed."""
NEVER = frozenset({".m4p", ".mid", ".midi"})
"""Copy-protected, or notes without sound."""
MUSIC = ALWAYS | WITH_FFMPEG | NEVER
"""The endings of all music files."""
MAX_NAMES = 5
"""Names that a sentence has."""


def ffmpeg() -> str | None:
    """Return the path of the program ffmpeg, None where it is not installed."""
    return shutil.which("ffmpeg")


def playable() -> frozenset[str]:
    """Return the endings of the files that can be played on this machine, in lower case."""
    return ALWAYS | WITH_FFMPEG if ffmpeg() else ALWAYS


def explain(paths: Sequence[Path], folder: Path) -> str:
    """Return a sentence about files that cannot be played, and what helps; "" without any."""
    if not paths:
        return ""
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    names = [os.fsencode(path.name).decode("utf-8", "replace") for path in sorted(paths)]
    more = ", …" if len(names) > MAX_NAMES else ""
    are = "is" if len(paths) == 1 else "are"
    helps = any(path.suffix.lower() in WITH_FFMPEG for path in paths)
    return (
        f"{files} in {folder} {are} of no kind that can be played: {', '.join(names[:MAX_NAMES])}"
        f"{more}{'; install ffmpeg to play them' if helps else ''}"
    )
