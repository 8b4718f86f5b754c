"""Make the stage's pictures from the npm package `@iconify-json/fluent-emoji` (1.2.7).

    npm pack @iconify-json/fluent-emoji@1.2.7 && tar xzf iconify-json-fluent-emoji-*.tgz
    python assets/emoji/extract.py package/icons.json

Writes `<name>.svg` (the web page shows these) and `<name>.png` (the stage shows these). The PNGs
are made with resvg (PyPI `resvg-py`), because SDL's own SVG reader ignores filters: highlights
then come out as hard bars (seen on smiling-face-with-smiling-eyes and see-no-evil-monkey).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SIDE = 640
"""Width and height of the PNGs in pixels."""

NAMES = {
    "angry": "angry-face",
    "disgust": "nauseated-face",
    "fear": "fearful-face",
    "happy": "grinning-face",
    "sad": "crying-face",
    "surprise": "astonished-face",
    "neutral": "neutral-face",
    "attract": "smiling-face-with-smiling-eyes",
    "paused": "see-no-evil-monkey",
    "hand": "waving-hand",
    "sparkles": "sparkles",
    "party-popper": "party-popper",
}
"""What Moodlift calls a picture, and what the package calls it."""


def svg(icons: dict[str, Any], icon: str) -> str:
    """Return a complete SVG document of one icon of an iconify collection."""
    entry = icons["icons"][icon]
    width = entry.get("width", icons.get("width", 16))
    height = entry.get("height", icons.get("height", 16))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{SIDE}" height="{SIDE}">{entry["body"]}</svg>\n'
    )


def main(path: Path, folder: Path) -> None:
    """Write all pictures into a folder."""
    import resvg_py

    icons = json.loads(path.read_text("utf-8"))
    for name, icon in NAMES.items():
        document = svg(icons, icon)
        (folder / f"{name}.svg").write_text(document, "utf-8")
        png = resvg_py.svg_to_bytes(svg_string=document, width=SIDE, height=SIDE)
        (folder / f"{name}.png").write_bytes(bytes(png))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python assets/emoji/extract.py path/to/icons.json")
    main(Path(sys.argv[1]), Path(__file__).resolve().parent)
