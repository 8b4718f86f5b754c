"""A bundle becomes one signed file, by the commands that docs/MODELS.md names."""

import stat
from pathlib import Path

import pytest

from convert import cli, signing
from device.deployment.models import Models
from device.models.archive import read
from device.models.keyring import Keyring, public_key
from device.vision import bundle
from tests.support.bundles import SHIPPED, put


def test_from_a_key_to_a_kiosk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys, file = tmp_path / "keys", tmp_path / "emotion-9.0.0.moodlift"
    assert cli.main(["keygen", str(keys)]) == 0
    private, open_to_all = keys / signing.PRIVATE, keys / signing.PUBLIC
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert f"moodlift model trust {open_to_all}" in capsys.readouterr().out
    source = put(tmp_path, "9.0.0")
    assert cli.main(["pack", str(source), "--key", str(private), "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"written: {file}\n"
    name = Keyring().trust(open_to_all.read_bytes())
    assert Models().install(file.read_bytes()).version == "9.0.0"
    first = Models().entries()[0]
    assert (first.version, first.signed) == ("9.0.0", name)
    assert Keyring().check(read(file.read_bytes())) == name


def test_a_key_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["keygen", str(tmp_path)]) == 0
    before = (tmp_path / signing.PRIVATE).read_bytes()
    assert cli.main(["keygen", str(tmp_path)]) == 2
    assert (tmp_path / signing.PRIVATE).read_bytes() == before
    assert capsys.readouterr().err.endswith(f"{signing.PRIVATE}: File exists\n")
    public_key((tmp_path / signing.PUBLIC).read_bytes())


def test_an_unsigned_file_is_reported_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.moodlift"
    assert cli.main(["pack", str(SHIPPED), "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"written: {file}, unsigned\n"
    assert read(file.read_bytes()).signature is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "none.pem: No such file or directory"),
        (b"no key", "not a private key in PEM without a password"),
    ],
)
def test_a_wrong_key_is_reported(
    tmp_path: Path, key: bytes | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, file = tmp_path / "none.pem", tmp_path / "x.moodlift"
    if key is not None:
        path.write_bytes(key)
    assert cli.main(["pack", str(SHIPPED), "--key", str(path), "-o", str(file)]) == 2
    assert words in capsys.readouterr().err
    assert not file.exists()


def test_a_damaged_bundle_is_not_packed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = put(tmp_path, "9.0.0")
    (source / bundle.MODEL).write_bytes(b"cut")
    assert cli.main(["pack", str(source), "-o", str(tmp_path / "x")]) == 2
    assert "model.tflite: damaged" in capsys.readouterr().err


def test_a_bundle_may_lie_in_a_folder_of_its_own_name(tmp_path: Path) -> None:
    """As Windows unpacks an archive of a folder."""
    source = put(tmp_path, "9.0.0")
    outer = tmp_path / "unpacked" / source.name
    outer.mkdir(parents=True)
    source.rename(outer / source.name)
    assert bundle.load(outer).path == outer / source.name
    assert cli.main(["pack", str(outer), "-o", str(tmp_path / "x.moodlift")]) == 0
    assert read((tmp_path / "x.moodlift").read_bytes()).files.keys() >= {bundle.MODEL}
