"""`moodlift model`, as its owner types it."""

import io
import json
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from device.cli import main
from tests.support.bundles import KEY, OTHER_KEY, SHIPPED, archive, files, public

NOW = SHIPPED.name.removeprefix("emotion-")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(public(KEY))
    return path


def test_the_way_of_a_model(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "emotion-9.0.0.moodlift"
    file.write_bytes(archive(files("9.0.0")))
    assert main.main(["model", "install", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"moodlift: {file}: signed with the key ")
    name = error.split("key ")[1].split(",")[0]
    assert main.main(["model", "trust", str(key)]) == 0
    assert capsys.readouterr().out == f"key {name} is trusted from now on\n"
    assert main.main(["model", "install", str(file)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("9.0.0 passed all checks: ")
    assert second == "it is in use from now on, on trial for 15 minutes of operation"
    assert main.main(["model", "rollback"]) == 0
    assert capsys.readouterr().out == f"{NOW} is in use again\n"
    assert main.main(["model", "use", "9.0.0"]) == 0
    capsys.readouterr()
    assert main.main(["model", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["9.0.0", "on", "trial"]
    assert lines[0].endswith(f"signed by {name}")
    assert lines[1].endswith("shipped")
    assert main.main(["model", "list", "--json"]) == 0
    assert [one["version"] for one in json.loads(capsys.readouterr().out)] == ["9.0.0", NOW]
    assert main.main(["model", "trust"]) == 0
    assert capsys.readouterr().out.startswith(f"{name}  ")
    assert main.main(["model", "trust", "--remove", name]) == 0
    capsys.readouterr()
    assert main.main(["model", "trust", "--remove", name]) == 2
    assert capsys.readouterr().err == f"moodlift: no trusted key {name}\n"
    data = io.TextIOWrapper(io.BytesIO(archive(files("9.1.0"), None)))
    monkeypatch.setattr(sys, "stdin", data)
    assert main.main(["model", "install", "-", "--allow-unsigned"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("install", "/none.moodlift"), "/none.moodlift: No such file or directory"),
        (("use", "8"), f"no model 8 (available: {NOW})"),
        (("rollback",), "there is no previous model"),
        (("trust", "/none.pem"), "/none.pem: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_reported_in_a_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["model", *arguments]) == 2
    assert capsys.readouterr().err == f"moodlift: {words}\n"


def test_the_configuration_holds_here_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[vision]\nmodel = "{SHIPPED}"\n')
    assert main.main(["model", "rollback", "--config", str(path)]) == 2
    assert f"vision.model is {SHIPPED}" in capsys.readouterr().err
    assert main.main(["model", "list", "--config", str(path)]) == 0
    assert capsys.readouterr().out.startswith("vision.model in the configuration selects the model")


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (b"", "not a public key in PEM format"),
        (b"-----BEGIN PRIVATE KEY-----\nx\n", "this is a private key: keep it secret"),
        (public(generate_private_key(SECP256R1())), "not an Ed25519 key"),
    ],
)
def test_what_is_no_key_is_not_trusted(
    tmp_path: Path, pem: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    assert main.main(["model", "trust", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"moodlift: {path}: {words}")


def test_a_key_file_that_is_none_is_passed_over(
    own_state: Path, key: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert main.main(["model", "trust", str(key)]) == 0
    (own_state / "keys" / "a.pem").write_text("nothing")
    (own_state / "keys" / "other.pem").write_bytes(public(OTHER_KEY))
    capsys.readouterr()
    assert main.main(["model", "trust"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert "a.pem: not used: not a public key in PEM format" in caplog.text
