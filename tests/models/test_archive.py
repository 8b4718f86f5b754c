"""An archive is read with care: what it may not hold is refused, and nothing is unpacked beyond."""

import io
import stat
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.errors import BundleError
from device.models.archive import LARGEST, LIMITS, SIGNATURE, Archive, read, write
from device.vision import bundle
from tests.support.bundles import archive, files, signed, zipped

GOOD = files()


def member(**changes: object) -> bytes:
    """Return an archive whose manifest's entry is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in GOOD.items():
            info = zipfile.ZipInfo(name)
            if name == bundle.MANIFEST:
                for key, value in changes.items():
                    setattr(info, key, value)
            target.writestr(info, content)
    return out.getvalue()


def test_what_was_written_is_read_again() -> None:
    for signature in (None, b"{}"):
        assert read(write(Archive(GOOD, signature))) == Archive(GOOD, signature)
    assert archive(GOOD) == archive(GOOD)


def doubled() -> bytes:
    out = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out, "w") as target:
        for name in (*GOOD, bundle.MANIFEST):
            target.writestr(name, GOOD[name])
    return out.getvalue()


def flagged(bit: int) -> bytes:
    """Return an archive whose first file's directory entry has a flag set."""
    data = bytearray(archive(GOOD))
    data[data.index(b"PK\x01\x02") + 8] |= bit
    return bytes(data)


WITHOUT = {name: content for name, content in GOOD.items() if name != bundle.CANARY}
WRONG: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "nothing": (b"", "not a model archive: not a zip file"),
    "no zip": (b"not a zip" * 100, "not a model archive: not a zip file"),
    "cut off": (archive(GOOD)[:-100], "not a model archive: not a zip file"),
    "too large": (b"0" * (LARGEST + 1), r"8\.4 MB, more than 8\.4 MB"),
    "a file missing": (zipped(WITHOUT), r"canary\.npz missing"),
    "a file too many": (zipped(signed(GOOD) | {"run.py": b""}), "unexpected file"),
    "a way out": (zipped(signed(GOOD) | {"../run.py": b""}), "unexpected file"),
    "a path from the root": (zipped(signed(GOOD) | {"/etc/passwd": b""}), "unexpected file"),
    "a file twice": (doubled, r"manifest\.json: duplicate name"),
    "very many files": (
        lambda: zipped({str(number): b"" for number in range(5_000)}),
        "5000 files, more than 16",
    ),
    "a link": (member(external_attr=(stat.S_IFLNK | 0o777) << 16), "not a regular file"),
    "a device": (member(external_attr=(stat.S_IFCHR | 0o666) << 16), "not a regular file"),
    "encrypted": (flagged(1), "encrypted, or of an unknown kind"),
    "a script before it": (b"#!/bin/sh\n" + archive(GOOD), "other data before or after"),
    "a comment": (archive(GOOD)[:-2] + b"\x04\x00more", "not a zip file of the expected form"),
    "another compression": (member(compress_type=zipfile.ZIP_BZIP2), "neither stored nor deflated"),
    "a bomb": (
        lambda: zipped(GOOD | {bundle.MANIFEST: bytes(20_000_000)}),
        r"manifest\.json: 20000000 bytes, more than 250000",
    ),
    "a long signature": (zipped(GOOD | {SIGNATURE: bytes(5000)}), "5000 bytes, more than 4000"),
}


@pytest.mark.parametrize(("data", "words"), WRONG.values(), ids=WRONG)
def test_what_is_no_archive_is_refused(data: bytes | Callable[[], bytes], words: str) -> None:
    with pytest.raises(BundleError, match=words):
        read(data() if callable(data) else data)


def test_a_file_that_says_it_is_smaller_than_it_is_stays_small() -> None:
    data = bytearray(zipped(GOOD | {bundle.MANIFEST: bytes(3_000_000)}))
    size = (3_000_000).to_bytes(4, "little")
    assert data.count(size) >= 2
    with pytest.raises(BundleError):
        read(bytes(data.replace(size, (1000).to_bytes(4, "little"))))


SMALL = archive({name: GOOD[name][:300] for name in GOOD})


@settings(deadline=None, database=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=4))
def test_whatever_is_damaged_is_refused_or_within_bounds(damage: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for place, value in damage:
        data[place] = value
    try:
        found = read(bytes(data))
    except BundleError:
        return
    assert set(found.files) == set(GOOD)
    assert all(len(content) <= LIMITS[name] for name, content in found.files.items())
