"""install.sh, as far as it can be tested without installing: what it refuses, and from where."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


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


def test_every_dependency_is_pinned_in_a_version_that_will_do() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = (ROOT / "install/requirements.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[a-z]", line)]
    for text in (*project["dependencies"], *project["optional-dependencies"]["device"]):
        wanted = Requirement(text)
        for python in ("3.11", "3.13"):
            where = {"python_version": python, "python_full_version": f"{python}.0"}
            if wanted.marker is None or wanted.marker.evaluate(where):
                (pin,) = [
                    pin
                    for pin in pins
                    if pin.name == wanted.name
                    and (pin.marker is None or pin.marker.evaluate(where))
                ]
                (version,) = pin.specifier
                assert version.version in wanted.specifier, "docs/INSTALL.md has the command"


def test_help_from_any_folder() -> None:
    script = f"{ROOT.name}/install.sh"
    code, output, errors = install("--help", script=script, folder=ROOT.parent)
    assert (code, errors) == (0, "")
    assert "./install.sh demo" in output
    assert "./install.sh test" in output


@pytest.mark.parametrize("arguments", [("fly",), ("--fly",), ("--check", "demo")])
def test_without_a_known_mode_it_says_what_there_is(arguments: tuple[str, ...]) -> None:
    code, output, errors = install(*arguments)
    assert (code, output) == (2, "")
    assert "./install.sh demo" in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--camera",), "--camera needs a source"),
        (("--camera", "webcam"), "--camera should be auto, picamera2, usb:NAME, file:PATH or"),
        (("--camera", 'usb:a"b'), "--camera takes no quotes and no backslashes"),
        (("--offline",), "--offline needs a folder"),
        (("--offline", "nowhere"), "--offline: there is no folder nowhere"),
        (("--purge",), "--purge goes with --uninstall"),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_a_sentence(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    path = program(tmp_path, "id", "echo 0")
    code, output, errors = install("--check", "--prefix", str(tmp_path), *arguments, path=path)
    assert (code, output) == (1, "")
    assert errors.startswith(f"install: {words}")


def test_the_password_of_an_ip_camera_is_not_repeated(tmp_path: Path) -> None:
    path = program(tmp_path, "id", "echo 0")
    arguments = ("--check", "--prefix", str(tmp_path), "--camera")
    _, _, errors = install(*arguments, "rstp://me:s3c:r@t@cam.lan", path=path)
    assert "; this is rstp:********@cam.lan" in errors
    file = tmp_path / "etc/moodlift/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("")
    _, _, errors = install(*arguments, "rtsp://me:s3c:r@t@cam.lan/1?a=b&c", path=path)
    assert 'write source = "rtsp:********@cam.lan/1?a=b&c" there' in errors


def test_a_kiosk_is_for_root_to_install(tmp_path: Path) -> None:
    code, _, errors = install(path=program(tmp_path, "id", "echo 1000"))
    assert code == 1
    assert errors == f"install: this needs root: sudo {ROOT}/install.sh\n"


@pytest.mark.parametrize("what", ["feedback", "fleet", "model", "pair", "rollback"])
def test_what_is_about_the_kiosks_own_data_is_for_root(tmp_path: Path, what: str) -> None:
    """As another user it would work on that user's own state, and say that all is well."""
    path = program(tmp_path, "id", "echo 1000")
    code, output, errors = install(what, "list", script="systemd/moodlift", path=path)
    assert (code, output) == (2, "")
    assert errors == f"moodlift: sudo moodlift {what} list\n"


@pytest.mark.skipif(Path("/run/systemd/system").exists(), reason="systemd runs here")
def test_a_kiosk_without_systemd_is_refused_in_a_sentence(tmp_path: Path) -> None:
    code, _, errors = install("--check", path=program(tmp_path, "id", "echo 0"))
    assert code == 1
    assert errors.startswith("install: a kiosk needs systemd")


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ('[web]\nhost = "0.0.0.0"\n', 8080),
        ("[fleet]\nport = 1883\n", 8080),
        ("[fleet]\nport = 1883\n[web] # here\nport = 90\n[x]\nport = 2\n", 90),
        ("[web]\n[fleet]\nport = 1883\n", 8080),
    ],
)
def test_the_page_is_where_its_own_table_says(tmp_path: Path, text: str, port: int) -> None:
    file = tmp_path / "etc/moodlift/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    script = f"opt=/opt/moodlift units=/units prefix={tmp_path}; . install/appliance.sh; page"
    told = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.endswith(f".local:{port}/\n"), told.stderr


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
