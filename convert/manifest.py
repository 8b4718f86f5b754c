"""What a bundle says about itself."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from device.messages import EMOTIONS
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.bundle import MANIFEST, SCHEMA
from training import provenance, recipe
from training.data import fer2013
from training.loop import CONFIG
from training.retraining import NOTE

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from device.vision.interpreter import Interpreter

LICENCE = (
    "The model file was trained by this project and is offered under the project's own licence, "
    "as far as that reaches. {data} No picture is in this folder: the canary's are drawn by code. "
    "Whether the data set's terms bind a model learnt from it is not settled; for anything but "
    "research, ask somebody who can tell you, or train on data of your own."
)
OF_FER2013 = (
    "It was trained on FER2013 (Goodfellow et al. 2013), whose pictures were gathered from the web "
    "and are given out for research only, with FER+ votes (Microsoft, MIT) where the recipe says "
    "so."
)
OF_OTHERS = "It was trained on {name}, whose terms are known to whoever gathered that."


def licence(data: str) -> str:
    """Return the terms of a model that was trained on the data set of that name."""
    about = OF_FER2013 if data == fer2013.NAME else OF_OTHERS.format(name=data)
    return LICENCE.format(data=about)


def draft(
    version: str, today: date, content: bytes, interpreter: Interpreter, data: str
) -> dict[str, Any]:
    """Return the manifest of a model of that data that has not been measured yet."""
    (scale_in, zero_in), (output,) = interpreter.input["quantization"], interpreter.outputs
    scale_out, zero_out = output["quantization"]
    return {
        "schema": SCHEMA,
        "version": version,
        "date": today.isoformat(),
        "labels": list(EMOTIONS),
        "input": {
            "size": alignment.SIZE,
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
        "crop": {"recipe": alignment.RECIPE, "version": alignment.VERSION},
        "temperature": 1.0,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": licence(data),
    }


def training(run: Path, data: str) -> dict[str, Any]:
    """Return what a run's folder tells of a model's training, `of` which data set among that.

    A bundle's folder tells what its own manifest does, and any other nothing; `data` is the name
    where none is told. Raises RunError when the run's configuration is damaged.
    """
    if (run / MANIFEST).is_file():
        return {"of": data, **(bundles.load(run).manifest.get("training") or {})}
    noted = provenance.read(run) if (run / provenance.NOTE).is_file() else {}
    name = noted["data"]["name"] if noted else data
    about: dict[str, Any] = {"of": name, "data": f"{name}, Training split"}
    if not (run / CONFIG).is_file():
        return {**about, "recipe": None, "epochs": None, "seed": None}
    settings = recipe.load(run / CONFIG)
    if noted:
        about["inputs"] = noted
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
        about["retrained"] = retraining(run)
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
