"""Replace a folder with a finished one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def swap(folder: Path, target: Path, aside: Path) -> None:
    """Move `folder` to `target`, and what was there to `aside`; undo that on failure."""
    try:
        if target.exists():
            target.rename(aside)
        folder.rename(target)
    except BaseException:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
