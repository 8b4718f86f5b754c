"""The manifest of a bundle."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from device.messages import EMOTIONS
from device.vision import alignment
from device.vision import bundle as bundles
from device.vision.bundle import MANIFEST, SCHEMA
from training import old_names, provenance, recipe
from training.data import fer2013
from training.run_folder import CONFIG, RETRAINING

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
OF_OTHERS = "It was trained on {name}, whose terms its provider defines."


def licence(data: str) -> str:
    """Return the licence of a model that was trained on the data set of that name."""
    about = OF_FER2013 if data == fer2013.NAME else OF_OTHERS.format(name=data)
    return LICENCE.format(data=about)


def draft(
    version: str, today: date, content: bytes, interpreter: Interpreter, data: str
) -> dict[str, Any]:
    """Return the manifest of a model trained on `data`, without metrics."""
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
    """Return how a model was trained, from its run's folder or its bundle's manifest.

    `data` is the name of the data set (`of`) if neither has it. Raises RunError when the run's
    configuration is damaged.
    """
    if (run / MANIFEST).is_file():
        return {"of": data, **_of_bundle(run)}
    source = provenance.read(run) if provenance.recorded(run) else {}
    name = source["data"]["name"] if source else data
    about: dict[str, Any] = {"of": name, "data": f"{name}, Training split"}
    if not (run / CONFIG).is_file():
        return {**about, "recipe": None, "epochs": None, "seed": None}
    settings = recipe.load(run / CONFIG)
    if source:
        about["provenance"] = source
    if settings.soft_label_weight:
        about["data"] += (
            f", softened with {settings.soft_label_weight:.0%} labels distilled from teachers and "
            "votes"
        )
    elif settings.votes_weight:
        about["data"] += f", softened with {settings.votes_weight:.0%} FER+ votes"
    if settings.feedback_fraction:
        about["data"] += (
            f", fine-tuned from an older model with {settings.distill_weight:.0%} predictions of "
            f"older models, {settings.feedback_fraction:.0%} of it crops from kiosks' feedback"
        )
        about["retrained"] = retraining(run)
    elif settings.distill_weight:
        about["data"] += f", then {settings.distill_weight:.0%} predictions of other networks"
    if settings.limit:
        about["data"] += f", limited to {settings.limit}"
    return {
        **about,
        "recipe": settings.as_dict(),
        "epochs": settings.epochs,
        "seed": settings.seed,
        "selected_and_calibrated_on": "PublicTest (bias, temperature), Training (int8 ranges)",
    }


def _of_bundle(folder: Path) -> dict[str, Any]:
    """Return how a bundle was trained, with the present names of its recipe's settings."""
    about: dict[str, Any] = dict(bundles.load(folder).manifest.get("training") or {})
    if about.get("recipe"):
        about["recipe"] = recipe.from_dict(about["recipe"], folder / MANIFEST).as_dict()
    return about


def retraining(run: Path) -> dict[str, Any] | None:
    """Return the inputs of a retraining, if its folder has them."""
    path = run / RETRAINING
    try:
        about = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return old_names.current(about, old_names.RETRAINING, path)


def as_json(manifest: dict[str, Any]) -> str:
    """Return the manifest as the file's JSON."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
