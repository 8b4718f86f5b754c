"""What a bundle says about itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from device.errors import MoodliftError
from device.eye import crop
from device.eye.bundle import SCHEMA
from device.messages import EMOTIONS
from training import recipe
from training.retraining import NOTE

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from device.eye.interpreter import Interpreter

LICENCE = (
    "The model file was trained by this project and is offered under the project's own licence, "
    "as far as that reaches. It was trained on FER2013 (Goodfellow et al. 2013), whose pictures "
    "were gathered from the web and are given out for research only, with FER+ votes (Microsoft, "
    "MIT) where the recipe says so. No picture is in this folder: the canary's are drawn by code. "
    "Whether the data set's terms bind a model learnt from it is not settled; for anything but "
    "research, ask somebody who can tell you, or train on data of your own."
)


def draft(version: str, today: date, content: bytes, interpreter: Interpreter) -> dict[str, Any]:
    """Return the manifest of a model that has not been measured yet, at temperature 1."""
    (scale_in, zero_in), (output,) = interpreter.input["quantization"], interpreter.outputs
    scale_out, zero_out = output["quantization"]
    return {
        "schema": SCHEMA,
        "version": version,
        "date": today.isoformat(),
        "labels": list(EMOTIONS),
        "input": {
            "size": crop.SIZE,
            "channels": 1,
            "dtype": "int8",
            "scale": float(scale_in),
            "zero_point": int(zero_in),
        },
        "output": {
            "kind": "logits",
            "dtype": "int8",
            "scale": float(scale_out),
            "zero_point": int(zero_out),
        },
        "crop": {"recipe": crop.RECIPE, "version": crop.VERSION},
        "temperature": 1.0,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": LICENCE,
    }


def training(config: Path) -> dict[str, Any]:
    """Return what is known of a model's training from its run's configuration, if that is there."""
    about: dict[str, Any] = {"data": "FER2013, Training split"}
    try:
        settings = recipe.load(config)
    except MoodliftError:
        return {**about, "recipe": None, "epochs": None, "seed": None}
    if settings.soft:
        about["data"] += (
            f", softened with {settings.soft:.0%} labels distilled of teachers and votes"
        )
    elif settings.votes:
        about["data"] += f", softened with {settings.votes:.0%} FER+ votes"
    if settings.feedback:
        about["data"] += (
            f", then from an older model with {settings.teaching:.0%} answers of models before, "
            f"{settings.feedback:.0%} of it crops that people let a kiosk keep"
        )
        about["retrained"] = retraining(config.parent)
    elif settings.teaching:
        about["data"] += f", then {settings.teaching:.0%} answers of other networks"
    if settings.limit:
        about["data"] += f", limited to {settings.limit}"
    return {
        **about,
        "recipe": settings.as_dict(),
        "epochs": settings.epochs,
        "seed": settings.seed,
        "selected_and_calibrated_on": "PublicTest (bias, temperature), Training (int8 ranges)",
    }


def retraining(run: Path) -> dict[str, Any] | None:
    """Return what a run's folder says of the model that it began with, if it says that."""
    try:
        about: dict[str, Any] = json.loads((run / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return about


def text(manifest: dict[str, Any]) -> str:
    """Return the manifest as the JSON that goes into the file."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
