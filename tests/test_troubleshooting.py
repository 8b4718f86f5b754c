"""Every message of the program stands in docs/TROUBLESHOOTING.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOC = (ROOT / "docs" / "TROUBLESHOOTING.md").read_text("utf-8")
LINES = DOC.splitlines()
NAMED = re.compile(r"\{\}|%[.\d]*[a-z]")
"""What stands for something that differs, in f-strings and in logging's formats."""
SHORT = 8
"""Pieces shorter than this say nothing by themselves."""
INNER = {"LookupError", "ValueError", "NotImplementedError", "TypeError", "ArgumentTypeError"}
"""Mistakes of the program itself, which nobody sees, and of command lines, told where typed."""


def text(node: ast.expr) -> str:
    """Return a message with {} for what differs."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text(one) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return "{}"


def messages(path: Path) -> list[str]:
    """Return what a module logs as a warning or an error, and what it raises."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        call: ast.expr | None = node if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Raise):
            call = node.exc
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name, owner = getattr(call.func, "attr", getattr(call.func, "id", "")), call.func
        logs = (
            isinstance(owner, ast.Attribute)
            and getattr(owner.value, "id", "") == "log"
            and name in ("warning", "error")
        )
        if logs or (isinstance(node, ast.Raise) and name not in INNER):
            found.append(text(call.args[0]))
    return found


def known(message: str) -> bool:
    """Tell whether the pieces of a message stand in one line, in their order."""
    pieces = [piece for piece in NAMED.split(message) if len(piece.strip(" :;,.")) >= SHORT]
    if not pieces:
        return True  # the words come from elsewhere, and are looked for there
    pattern = re.compile(".*".join(re.escape(piece.strip(" :;,.")) for piece in pieces))
    return any(pattern.search(line) for line in LINES)


MODULES = [
    path.relative_to(ROOT)
    for path in sorted((ROOT / "device").rglob("*.py"))
    if path.name != "fake.py"  # an instrument for tests
]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_message_is_explained(path: Path) -> None:
    assert [message for message in messages(ROOT / path) if not known(message)] == []


def test_the_search_finds_messages() -> None:
    assert "{}: not connected" in messages(ROOT / "device" / "camera" / "usb.py")
    assert not known("{}: the flux capacitor is empty")
