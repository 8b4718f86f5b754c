"""Files that operating systems put beside people's own."""

from __future__ import annotations

NAMES = frozenset(
    {
        "__macosx", "@eadir", "$recycle.bin", "desktop.ini", "ehthumbs.db", "icon\r",
        "system volume information", "thumbs.db",
    }
)  # fmt: skip
"""Names of such files and folders in lower case, besides those that begin with a dot."""


def is_clutter(name: str) -> bool:
    """Return whether a file or folder of this name is no person's: ".DS_Store", "Thumbs.db"."""
    return name.startswith(".") or name.lower() in NAMES
