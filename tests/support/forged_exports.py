"""Feedback exports made by hand, with whatever a test does to them."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from typing import Any

from device.feedback import StoredCrop
from device.feedback.crop import encode
from device.messages import EMOTIONS
from device.vision.alignment import RECIPE, VERSION
from tests.support.exports import crop

SURE = [0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05]
NAMES = ("crops/7.png", "crops/9.png")
WHEN = "2026-09-21T13:00:00Z"


def kept(number: int, label: str = "sad") -> StoredCrop:
    return StoredCrop(label, tuple(SURE), "0.4.0", 497_221, encode(crop(number)), number)


def entry(name: str, content: bytes, **changes: Any) -> dict[str, Any]:
    values = {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "label": "sad",
        "probabilities": SURE,
        "model": "0.4.0",
        "hour": WHEN,
    }
    return {key: value for key, value in {**values, **changes}.items() if value is not ...}


class Forgery:
    """An archive that is made by hand: two good crops, and whatever a test does to it."""

    def __init__(self) -> None:
        self.files = {name: encode(crop(number)) for number, name in enumerate(NAMES)}
        self.entries = [entry(name, content) for name, content in self.files.items()]
        self.manifest: dict[str, Any] = {
            "schema_version": 1,
            "labels": list(EMOTIONS),
            "crop": {"name": RECIPE, "version": VERSION},
            "crops": self.entries,
        }
        self.text: str | bytes | None = None
        self.method = zipfile.ZIP_STORED
        self.more: list[tuple[zipfile.ZipInfo | str, bytes]] = []

    def replace(self, content: bytes, name: str = NAMES[0]) -> None:
        """Put other bytes in place of a crop, of which the manifest knows."""
        self.files[name] = content
        self.entries[NAMES.index(name)]["sha256"] = hashlib.sha256(content).hexdigest()

    def content(self) -> bytes:
        out = io.BytesIO()
        text = json.dumps(self.manifest) if self.text is None else self.text
        with warnings.catch_warnings(), zipfile.ZipFile(out, "w", self.method) as file:
            warnings.simplefilter("ignore", UserWarning)  # of names that are there twice
            for name, content in self.files.items():
                file.writestr(name, content)
            file.writestr("manifest.json", text)
            for info, content in self.more:
                file.writestr(info, content)
        return out.getvalue()
