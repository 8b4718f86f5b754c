"""Writes private files whole or not at all, and reads text that people wrote."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

from device.system.paths import expand_user

if TYPE_CHECKING:
    from pathlib import Path

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a file begins that Windows calls "Unicode": Notepad and PowerShell's > write such files."""
NOT_TEXT = "not UTF-8 text; save it as UTF-8"
NOT_PEM = "not PEM, which is text with -----BEGIN"


def write_private(path: Path, content: str | bytes) -> None:
    """Write a private file, and its folder where it is missing. Raises OSError.

    A power cut leaves the old file or the new one. Text is written as UTF-8.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink()
        raise


def encoding(start: bytes) -> str:
    """Return the encoding of a text that begins with these bytes: UTF-8, or UTF-16 by its mark."""
    return "utf-16" if start.startswith(UTF_16) else "utf-8-sig"


def decode(data: bytes) -> str:
    r"""Return text that a person wrote, in UTF-8 or UTF-16, without its byte-order mark.

    Every line end becomes "\n". Raises UnicodeError when it is no text.
    """
    name = encoding(data)
    text = data.decode(name)
    if (len(text) > 1 and "\0" in text[:2]) or (name == "utf-16" and not text):
        raise UnicodeDecodeError(name, data, 0, len(data), "UTF-16 without its mark, or only that")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(path: Path) -> str:
    """Return the text of a file that a person wrote, as `decode` does.

    Raises OSError, also when it is no text; `strerror` says why.
    """
    data = path.read_bytes()
    try:
        return decode(data)
    except UnicodeError as error:
        raise OSError(0, NOT_TEXT, str(path)) from error


def read_secret(path: str) -> str:
    """Return the first line of a file. Raises OSError when it cannot be read, or says nothing."""
    line = read_text(expand_user(path)).partition("\n")[0].strip()
    if not line:
        raise OSError(0, "its first line is empty", path)
    return line


def read_pem(path: Path) -> str:
    """Return the ASCII text of a file of certificates or keys. Raises OSError, also if not PEM."""
    data = path.read_bytes()
    try:
        text = decode(data)
    except UnicodeError:
        text = ""
    if "-----BEGIN " not in text:
        raise OSError(0, NOT_PEM, str(path))
    return text.encode("ascii", "replace").decode("ascii")
