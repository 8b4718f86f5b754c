"""Pictures in several memory-mapped files, for more than fit into memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from device.vision.alignment import SIZE
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Shards:
    """Grey pictures uint8 (n, 48, 48) in memory-mapped files, read when indexed."""

    def __init__(
        self, parts: Sequence[np.memmap[Any, Any]], index: NDArray[np.int64] | None = None
    ) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])
        self._index = np.arange(self._ends[-1] if len(parts) else 0) if index is None else index

    @classmethod
    def open(cls, paths: Sequence[Path]) -> Shards:
        """Map the files. Raises DatasetError when one is damaged."""
        parts = []
        for path in paths:
            try:
                part = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise DatasetError(f"{path}: damaged: {error}") from error
            if part.dtype != np.uint8 or part.shape[1:] != (SIZE, SIZE):
                raise DatasetError(f"{path}: contains {part.dtype} {part.shape}, not pictures")
            parts.append(part)
        return cls(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the files' names instead of their content."""
        paths = [Path(part.filename or "") for part in self._parts]
        return _reopen, (paths, self._index)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (n, 48, 48)."""
        return len(self), SIZE, SIZE

    def __getitem__(self, index: Any) -> NDArray[np.uint8]:
        """Read the pictures at these indices into memory."""
        selected = self._index[index]
        places = np.atleast_1d(selected)
        part = np.searchsorted(self._ends, places, side="right")
        out = np.empty((len(places), SIZE, SIZE), np.uint8)
        for number in np.unique(part):
            here = part == number
            start = self._ends[number] - len(self._parts[number])
            out[here] = self._parts[number][places[here] - start]
        return out if selected.ndim else out[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all pictures into memory."""
        del copy
        return self[:].astype(dtype or np.uint8, copy=False)

    def take(self, index: Any) -> Shards:
        """Return the pictures at these indices, still on disk."""
        return Shards(self._parts, self._index[index])


def _reopen(paths: Sequence[Path], index: NDArray[np.int64]) -> Shards:
    return Shards.open(paths).take(index)
