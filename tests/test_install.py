"""install.sh, as far as it can be tested without installing: what it refuses, and from where."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def install(
    *arguments: str, script: str = "./install.sh", folder: Path = ROOT, path: str = ""
) -> tuple[int, str, str]:
    """Run the script; `path` is a folder whose programs come first."""
    search = os.pathsep.join(filter(None, (path, os.environ["PATH"])))
    result = subprocess.run(
        ["bash", script, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return result.returncode, result.stdout, result.stderr


def program(folder: Path, name: str, script: str) -> str:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return str(folder)


def test_help_from_any_folder() -> None:
    script = f"{ROOT.name}/install.sh"
    code, output, errors = install("--help", script=script, folder=ROOT.parent)
    assert (code, errors) == (0, "")
    assert "./install.sh demo" in output
    assert "./install.sh test" in output


@pytest.mark.parametrize("arguments", [(), ("fly",)])
def test_without_a_known_mode_it_says_what_there_is(arguments: tuple[str, ...]) -> None:
    code, output, errors = install(*arguments)
    assert (code, output) == (2, "")
    assert "./install.sh demo" in errors


def test_32_bit_is_refused_in_a_sentence(tmp_path: Path) -> None:
    script = 'case "$1" in -m) echo armv7l ;; *) echo Linux ;; esac'
    code, _, errors = install("demo", path=program(tmp_path, "uname", script))
    assert code == 1
    assert errors == "install: Moodlift needs a 64-bit system (x86_64 or aarch64); this is armv7l\n"


def test_an_old_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        program(tmp_path, name, "exit 1")
    code, _, errors = install("demo", path=str(tmp_path))
    assert code == 1
    assert errors == "install: Moodlift needs Python 3.11 or newer: sudo apt install python3\n"
