"""Put a finished folder in an older one's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def swap(folder: Path, target: Path, aside: Path) -> None:
    """Move `folder` to `target`; what was there is moved aside, and back if that fails."""
    try:
        if target.exists():
            target.rename(aside)
        folder.rename(target)
    except BaseException:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
