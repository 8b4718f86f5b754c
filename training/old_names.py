"""Names of earlier versions that are still read: recipes, manifests and files of runs.

Nothing else knows them. They go after the first release.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from training import run_folder
from training.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

RECIPE = {
    "asked": "teachers_per_batch",
    "average": "ema_decay",
    "balance": "logit_adjustment_tau",
    "batch": "batch_size",
    "blur": "blur_sigma",
    "blur_chance": "blur_p",
    "bright": "brightness_max",
    "dark": "brightness_min",
    "decay": "weight_decay",
    "detected_chance": "detector_crop_p",
    "detected_error": "detector_crop_noise",
    "disguised": "degraded_fraction",
    "erase_chance": "random_erasing_p",
    "fast": "mixed_precision",
    "feedback": "feedback_fraction",
    "feedback_teaching": "feedback_distill_weight",
    "frozen": "freeze_batch_norm",
    "jpeg": "jpeg_quality_min",
    "jpeg_chance": "jpeg_p",
    "key_error": "key_point_noise",
    "light_chance": "brightness_p",
    "mixing": "mixup_alpha",
    "noise": "noise_std",
    "noise_chance": "noise_p",
    "plain_chance": "translate_only_p",
    "rate": "learning_rate",
    "roll": "rotation",
    "room_chance": "background_p",
    "settle": "final_epochs_weak_aug",
    "shift": "translation",
    "small": "downscale_min",
    "small_chance": "downscale_p",
    "smoothing": "label_smoothing",
    "soft": "soft_label_weight",
    "squeeze": "squeeze_excite",
    "teaching": "distill_weight",
    "top": "top_channels",
    "trust": "feedback_label_accuracy",
    "votes": "votes_weight",
    "warm_up": "warmup_fraction",
}
"""Settings of a recipe (`training.recipe`), old to new."""
BIAS = {"calm": "neutral_weight", "evenness": "class_balance"}
"""What a manifest says of a bias, old to new."""
RETRAINING = {"held": "held_out_crops", "learnt": "training_crops", "left_out": "excluded_crops"}
"""What `run_folder.RETRAINING` says, old to new."""
FILES = {run_folder.PROVENANCE: "inputs.json"}
"""Files in a run's folder, new to old."""


def setting(name: str, source: object) -> str:
    """Return the present name of a setting of a recipe; log an old one as such."""
    return next(iter(current({name: None}, RECIPE, source)))


def current(values: Mapping[str, Any], names: Mapping[str, str], source: object) -> dict[str, Any]:
    """Return values by their present names; log in one line that names in `source` are old.

    Raises RunError when a value is there by both names.
    """
    old = [name for name in values if name in names]
    if old:
        more = f" (and {len(old) - 1} more)" if len(old) > 1 else ""
        log.warning("%s: old name %s, now %s%s", source, old[0], names[old[0]], more)
    for name in old:
        if names[name] in values:
            raise RunError(f"{source}: {names[name]} twice, also as {name}")
    return {names.get(name, name): value for name, value in values.items()}


def file(folder: Path, name: str) -> Path:
    """Return the path of a run's file, which may still have its old name."""
    path, old = folder / name, folder / FILES.get(name, name)
    return old if not path.exists() and old.exists() else path
