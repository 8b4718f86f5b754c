"""What may be kept as a crop: a grey PNG of the size that the model reads."""

import numpy as np
import pytest
from numpy.typing import NDArray

from device.errors import PictureError
from device.feedback.crop import decode, encode
from tests.support.exports import crop

NOON = 1_790_000_000.0
HOUR = int(NOON // 3600)
SURE = (0.05, 0.05, 0.05, 0.7, 0.05, 0.05, 0.05)


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((48, 47), np.uint8),
        np.zeros((49, 48), np.uint8),
        np.zeros((48, 48, 3), np.uint8),
        np.zeros((48, 48), np.uint16),
        np.zeros((48, 48), np.bool_),
    ],
)
def test_a_png_of_another_kind_is_no_crop(crop: NDArray[np.uint8]) -> None:
    with pytest.raises(PictureError, match="not a PNG of 48 x 48 pixels in 8 bits of grey"):
        decode(encode(crop))


def test_a_damaged_png_is_no_crop() -> None:
    png = encode(crop())
    for content in (png[:100], png[:40], png[:33], png[:60] + b"\0" * 40 + png[100:]):
        with pytest.raises(PictureError, match="damaged"):
            decode(content)
    with pytest.raises(PictureError, match="more than 4096"):
        decode(png + b"\0" * 4096)
