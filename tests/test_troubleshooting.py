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
KEPT = ("_fault", "fault", "_empty")
"""Where a part keeps what is wrong with it, which becomes its health."""
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


def faults(path: Path) -> list[str]:
    """Return what a module says behind a level that is wrong, or keeps as its fault."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call | ast.Tuple):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            wrong = [getattr(part, "attr", "") in ("FAILED", "DEGRADED") for part in parts]
            said = parts[wrong.index(True) :] if any(wrong) else []
        elif isinstance(node, ast.Assign):
            said = [node.value] if getattr(node.targets[0], "attr", "") in KEPT else []
        found += [text(one) for one in said if isinstance(one, ast.Constant | ast.JoinedStr)]
    return found


def sentences(path: Path) -> list[str]:
    """Return every string of a module that has a space, but docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    strings = [node for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr)]
    return [text(one) for one in strings if " " in text(one) and id(one) not in told]


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


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_fault_on_the_stage_and_the_page_is_explained(path: Path) -> None:
    """What a machine says of itself goes there word by word."""
    told = faults(ROOT / path)
    if path.parent.name == "board":
        told += sentences(ROOT / path)
    assert [message for message in told if not known(message)] == []


def test_the_search_finds_messages() -> None:
    assert "{}: not connected" in messages(ROOT / "device" / "hardware" / "camera" / "usb.py")
    assert "nothing is kept: {}" in faults(ROOT / "device" / "feedback" / "recorder.py")
    assert "slow, or stuck" in faults(ROOT / "device" / "vision" / "supervisor.py")
    empty = 'the playlist "{}" has nothing that can be played'
    assert empty in faults(ROOT / "device" / "music" / "player.py")
    assert "it is throttled" in sentences(ROOT / "device" / "hardware" / "board" / "linux.py")
    assert not known("{}: the flux capacitor is empty")
