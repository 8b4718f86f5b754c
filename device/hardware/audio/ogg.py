"""The streams of an Ogg file (RFC 3533): recordings of web radio have one for each piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = 27
_FIRST_PAGE = 0x02


def streams(path: Path) -> Iterator[int]:
    """Yield where each chained stream begins. Raises OSError."""
    place, was_first = 0, False
    with path.open("rb", buffering=1 << 16) as file:
        while True:
            file.seek(place)
            header = file.read(_HEADER)
            if len(header) < _HEADER or header[:4] != b"OggS":
                return
            is_first = bool(header[5] & _FIRST_PAGE)
            if is_first and not was_first:
                yield place
            was_first = is_first
            place += _HEADER + header[26] + sum(file.read(header[26]))
