"""Write a bundle to disk, atomically."""

from __future__ import annotations

import tempfile
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convert import canary
from convert.errors import ConvertError
from convert.manifest import as_json
from device.vision.bundle import CANARY, FAST, MANIFEST, MODEL, REFERENCE
from device.vision.interpreter import Interpreter
from training.swap import swap

if TYPE_CHECKING:
    from collections.abc import Iterator


NOTICE = "NOTICE.txt"


@contextmanager
def draft(target: Path, replace: bool) -> Iterator[Path]:
    """Yield a folder to write the bundle into, and move it to `target` at the end.

    If the block raises, `target` stays as it was. Raises ConvertError when `target` exists and
    `replace` is false, or cannot be written.
    """
    if target.exists() and not replace:
        raise ConvertError(f"{target}: exists already; use --replace or another version")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".bundle-", dir=target.parent) as name:
            folder = Path(name) / target.name
            folder.mkdir()
            yield folder
            swap(folder, target, Path(name) / "replaced")
    except OSError as error:
        raise ConvertError(f"{target}: {error.strerror or error}") from error


def write(folder: Path, content: bytes, manifest: dict[str, Any]) -> None:
    """Write the model, the canary with both kinds of kernels' outputs, manifest and notice."""
    (folder / MODEL).write_bytes(content)
    inputs, outputs = canary.run(Interpreter(content, threads=1))
    _, exact = canary.run(Interpreter(content, threads=1, reference=True))
    np.savez_compressed(folder / CANARY, inputs=inputs, **{FAST: outputs, REFERENCE: exact})
    (folder / NOTICE).write_text(_wrapped(manifest["licence"]), "utf-8")
    rewrite(folder, manifest)


def rewrite(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest only."""
    (folder / MANIFEST).write_text(as_json(manifest), "utf-8")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100) + "\n"
