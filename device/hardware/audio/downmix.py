"""Makes stereo of any number of channels, with the usual coefficients (ITU-R BS.775)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE = 0.5**0.5
_MONO, _L, _R, _C = (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (_SIDE, _SIDE)
_BL, _BR, _BC, _LFE = (_SIDE, 0.0), (0.0, _SIDE), (0.5, 0.5), (0.0, 0.0)

_WAVE = {
    1: (_MONO,),
    2: (_L, _R),
    3: (_L, _R, _C),
    4: (_L, _R, _BL, _BR),
    5: (_L, _R, _C, _BL, _BR),
    6: (_L, _R, _C, _LFE, _BL, _BR),
    7: (_L, _R, _C, _LFE, _BC, _BL, _BR),
    8: (_L, _R, _C, _LFE, _BL, _BR, _BL, _BR),
}
"""Left and right share of each channel, in the order of WAV, FLAC and most others."""
_VORBIS = {
    3: (_L, _C, _R),
    5: (_L, _C, _R, _BL, _BR),
    6: (_L, _C, _R, _BL, _BR, _LFE),
    7: (_L, _C, _R, _BL, _BR, _BC, _LFE),
    8: (_L, _C, _R, _BL, _BR, _BL, _BR, _LFE),
}
"""The order of Vorbis and Opus where it is another one (Vorbis I, section 4.3.9)."""


def to_stereo(samples: NDArray[np.float32], *, vorbis_order: bool) -> NDArray[np.float32]:
    """Return samples (frames, channels) as (frames, 2), no side louder than the loudest channel."""
    channels = samples.shape[1]
    if channels == 2:
        return samples
    return samples @ _matrix(channels, vorbis_order)


@cache
def _matrix(channels: int, vorbis_order: bool) -> NDArray[np.float32]:
    shares = (_VORBIS if vorbis_order else {}).get(channels) or _WAVE.get(channels)
    matrix = np.array(shares or [_MONO] * channels, np.float32)
    return matrix / max(1.0, float(matrix.sum(axis=0).max()))
