"""All settings of a training run, besides its data."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from device.system.files import read_text
from training import old_names
from training.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path


WEAK = 0.3
"""Weak augmentation multiplies probabilities, rotation, scale and translation by this."""
WEAKENED = (
    "noise_p",
    "brightness_p",
    "blur_p",
    "downscale_p",
    "jpeg_p",
    "random_erasing_p",
    "rotation",
    "scale",
    "translation",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A run's settings, by the words of timm and Keras.

    A name in `_p` is a probability in [0, 1].

    Optimisation:
        learning_rate: The peak, after `warmup_fraction` of all steps; a cosine follows.
        ema_decay: The decay of the weights' exponential moving average, which is the model.
        mixed_precision: Compute in bfloat16.
        freeze_batch_norm: Do not train batch normalisations.
    Targets:
        logit_adjustment_tau: 0 keeps class frequencies in the logits, 1 takes them out
            (`training.targets.offset`).
        votes_weight, soft_label_weight: The weight of FER+ votes, or of a file of soft labels,
            against the data set's labels.
        distill_weight: The weight of the teachers' predictions against all of that.
        teachers_per_batch: Predictions drawn for each batch; 0 takes all (`training.teachers`).
    Retraining (`training.retraining`):
        feedback_fraction: The fraction of the training pictures that are crops from feedback.
        feedback_label_accuracy: The probability that such a crop's label is right.
        feedback_distill_weight: `distill_weight` for those crops.
        degraded_fraction: The fraction that are old pictures, degraded to look like the crops.
    Cross-fitting (`training.distil`):
        folds, fold: With `folds`, pictures of fold `fold` are not trained on.
    Network (`training.network.build`):
        width, squeeze_excite, top_channels
    Augmentation (`training.augment`):
        translate_only_p: Move a picture by whole pixels only, which keeps it sharp.
        rotation, scale, translation: Largest, in degrees, as a fraction, in pixels.
        key_point_noise, detector_crop_noise: Standard deviations of key points, in pixels.
        detector_crop_p: Crop by the detector's key points instead.
        background_p: Paste a picture that is cropped so on a background; else repeat its edge.
        gamma: Largest, as a logarithm.
        noise_std: Largest, in grey levels.
        brightness_min, brightness_max: Factors.
        blur_sigma: Largest, in pixels.
        downscale_min: Smallest width, in pixels.
        jpeg_quality_min: Lowest quality, 1 to 95.
        final_epochs_weak_aug: The fraction of the epochs, at the end, with weak augmentation.
        limit: The largest number of training pictures; 0 takes all.
    """

    epochs: int = 48
    seed: int = 1
    batch_size: int = 128
    learning_rate: float = 0.1
    warmup_fraction: float = 0.05
    momentum: float = 0.9
    weight_decay: float = 5e-4
    ema_decay: float = 0.998
    mixed_precision: bool = True
    label_smoothing: float = 0.05
    logit_adjustment_tau: float = 0.0
    votes_weight: float = 0.2
    soft_label_weight: float = 0.4
    distill_weight: float = 0.0
    teachers_per_batch: int = 0
    feedback_fraction: float = 0.0
    feedback_distill_weight: float = 0.0
    degraded_fraction: float = 0.0
    freeze_batch_norm: bool = False
    feedback_label_accuracy: float = 0.85
    folds: int = 0
    fold: int = 0
    width: float = 1.0
    squeeze_excite: bool = False
    top_channels: int = 0
    mixup_alpha: float = 0.1
    translate_only_p: float = 0.7
    rotation: float = 10.0
    scale: float = 0.1
    translation: float = 2.5
    key_point_noise: float = 0.7
    detector_crop_p: float = 0.3
    detector_crop_noise: float = 0.4
    background_p: float = 0.5
    gamma: float = 0.3
    noise_std: float = 15.0
    noise_p: float = 0.06
    brightness_min: float = 0.15
    brightness_max: float = 2.5
    brightness_p: float = 0.05
    blur_sigma: float = 2.0
    blur_p: float = 0.05
    downscale_min: float = 24.0
    downscale_p: float = 0.03
    jpeg_quality_min: float = 30.0
    jpeg_p: float = 0.05
    random_erasing_p: float = 0.15
    final_epochs_weak_aug: float = 0.0
    limit: int = 0

    def for_epoch(self, epoch: int) -> Recipe:
        """Return the settings of an epoch, counted from 0.

        A small network learns much from strong augmentation, but is judged on undistorted faces
        too: it needs the last epochs, at a low learning rate, to fit those.
        """
        if epoch < round(self.epochs * (1 - self.final_epochs_weak_aug)):
            return self
        weakened = {name: getattr(self, name) * WEAK for name in WEAKENED}
        crop_p = self.detector_crop_p / 2
        return dataclasses.replace(self, **weakened, detector_crop_p=crop_p, mixup_alpha=0.0)

    def save(self, path: Path) -> None:
        """Write the recipe as JSON."""
        path.write_text(json.dumps(self.as_dict(), indent=2) + "\n", "utf-8")

    def as_dict(self) -> dict[str, float]:
        """Return the settings by name."""
        return dataclasses.asdict(self)


def load(path: Path) -> Recipe:
    """Read a recipe. Raises RunError when the file is not one."""
    try:
        return from_dict(json.loads(read_text(path)), path)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise RunError(f"{path}: not a training configuration: {error}") from error


def from_dict(settings: Any, path: Path) -> Recipe:
    """Return the recipe of the settings, by name, in the file `path`; old names are read too.

    Raises RunError when the settings are no recipe.
    """
    try:
        return Recipe(**old_names.current(settings, old_names.RECIPE, path))
    except (TypeError, AttributeError) as error:
        raise RunError(f"{path}: not a training configuration: {error}") from error
