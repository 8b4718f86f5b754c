"""Every text file that people write may come from an editor on Windows."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from convert import signing
from device import reactions
from device.config import file as config_file
from device.config.overrides import Overrides
from device.config.strings import FOLDER, load_strings
from device.errors import BundleError, CertificateError, ConfigError, ModelsError, ReleaseError
from device.fleet import release
from device.fleet.fetch import Fetcher
from device.fleet.identity import FILE as ID_FILE
from device.fleet.identity import device_id
from device.models.keyring import Keyring
from device.system.files import decode, read_secret, read_text
from device.system.paths import MODELS
from device.vision import bundle
from device.web.server.tls import CertificateFiles
from tests.support.authority import Authority
from tests.support.https_server import HttpsServer
from training import recipe

if TYPE_CHECKING:
    from pathlib import Path

FORMS = ("utf-8-sig", "utf-16")
"""What Notepad calls "UTF-8 with BOM" and "Unicode"; the latter is also PowerShell's `>`."""


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def save(path: Path, text: str, form: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.replace("\n", "\r\n").encode(form))
    return path


def save_again(path: Path, form: str) -> Path:
    return save(path, path.read_text("utf-8"), form)


def test_text_is_the_same_however_it_was_saved(form: str, tmp_path: Path) -> None:
    text = "Grüße\nzwei\n"
    assert decode(text.encode()) == text
    assert read_text(save(tmp_path / "a.txt", text, form)) == text
    assert decode(text.encode("utf-16-be").join((b"\xfe\xff", b""))) == text
    assert decode("eins\rzwei".encode(form)) == "eins\nzwei"


@pytest.mark.parametrize("content", [b"Gr\xfc\xdfe", "Grüße".encode("utf-16-le"), b"\xff\xfea"])
def test_what_is_in_another_encoding_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(OSError, match="not UTF-8 text; save it as UTF-8"):
        read_text(tmp_path / "a.txt")


def test_the_configuration(form: str, tmp_path: Path) -> None:
    path = save(tmp_path / "a.toml", '[stage]\nlanguage = "de"\n', form)
    assert config_file.load(path).stage.language == "de"
    save(path, "[stage]\n\nfps = 0\n", form)
    with pytest.raises(ConfigError, match=r"a\.toml:3: stage\.fps"):
        config_file.load(path)


def test_the_settings_of_the_page(form: str, tmp_path: Path) -> None:
    overrides = Overrides(save(tmp_path / "settings.toml", "# Küche\n[stage]\nfps = 20\n", form))
    assert overrides.merged_into({}) == {"stage": {"fps": 20}}
    changed = overrides.changed({"stage.fps": 25}, {})
    assert changed == "# Küche\n[stage]\nfps = 25\n"


def test_rules(form: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    shutil.copy(reactions.DEFAULT_FILE, path)
    assert reactions.load(save_again(path, form)) == reactions.load()


def test_the_strings_of_a_language(form: str, tmp_path: Path) -> None:
    shutil.copy(FOLDER / "de.toml", tmp_path / "de.toml")
    save_again(tmp_path / "de.toml", form)
    assert load_strings("de", tmp_path) == load_strings("de")
    (tmp_path / "xx.toml").write_bytes(b"\xfc")
    with pytest.raises(ConfigError, match=r"xx\.toml: not UTF-8 text"):
        load_strings("xx", tmp_path)


@pytest.mark.parametrize("text", ["open sesame", "open sesame\n", " open sesame \n\nnotes\n"])
def test_passwords_and_tokens(text: str, form: str, tmp_path: Path) -> None:
    assert read_secret(str(save(tmp_path / "token", text, form))) == "open sesame"


def test_a_release(form: str, tmp_path: Path) -> None:
    given = {"rollout": "a", "version": "1", "url": "https://a/b", "sha256": "0" * 64, "percent": 1}
    path = save(tmp_path / "release.json", json.dumps(given, indent=2), form)
    assert release.parse(path.read_bytes()).version == "1"
    with pytest.raises(ReleaseError, match="not UTF-8 text"):
        release.parse(json.dumps(given).encode("utf-16-le"))


def test_the_id_of_a_kiosk(form: str, tmp_path: Path) -> None:
    save(tmp_path / ID_FILE, "kiosk-0123456789abcdef\n", form)
    assert device_id(tmp_path) == "kiosk-0123456789abcdef"


def test_a_recipe(form: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    recipe.Recipe(epochs=3).save(path)
    assert recipe.load(save_again(path, form)) == recipe.Recipe(epochs=3)


def test_the_manifest_of_a_model(form: str, tmp_path: Path) -> None:
    shipped = bundle.find_bundles(MODELS)[0]
    copy = tmp_path / shipped.name
    shutil.copytree(shipped, copy)
    save_again(copy / bundle.MANIFEST, form)
    assert bundle.load(copy).manifest == bundle.load(shipped).manifest
    (copy / bundle.MANIFEST).write_bytes(b"\xff")
    with pytest.raises(BundleError, match=r"manifest\.json: not UTF-8 text"):
        bundle.load(copy)


def test_keys(form: str, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    encoding, raw = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, raw).decode()
    public = key.public_key().public_bytes(
        encoding, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = save(tmp_path / "key.pem", public.decode(), form).read_bytes()
    keyring = Keyring(tmp_path / "own", tmp_path / "none")
    assert list(keyring.keys()) == [] != [keyring.trust(pem)]
    with pytest.raises(ModelsError, match="not a public key in PEM format"):
        keyring.trust(b"\xff")
    with pytest.raises(ModelsError, match="this is a private key"):
        keyring.trust(save(tmp_path / "key.pem", private, form).read_bytes())
    shipped = bundle.find_bundles(MODELS)[0]
    signing.pack(shipped, tmp_path / "key.pem", tmp_path / "a.moodlift")
    assert (tmp_path / "a.moodlift").stat().st_size > 1000


def test_certificates(form: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue()
    CertificateFiles(save_again(certificate, form), save_again(key, form))
    (tmp_path / "a.pfx").write_bytes(b"\x30\x82\x01\xff")
    with pytest.raises(CertificateError, match=r"a\.pfx: not PEM, which is text with -----BEGIN"):
        CertificateFiles(tmp_path / "a.pfx", key)
    plain = Authority(tmp_path, "plain")
    with HttpsServer(plain.issue()) as server:
        server.files = {"/a": b"content"}
        commented = f"Küche\n{plain.file.read_text('ascii')}"
        fetcher = Fetcher(str(save(plain.file, commented, form)))
        assert fetcher.fetch(f"{server.address}/a", 7, 5.0) == b"content"
        save(plain.file, "\n", form)
        with pytest.raises(ReleaseError, match="not PEM, which is text with -----BEGIN"):
            fetcher.fetch(f"{server.address}/a", 7, 5.0)
        plain.file.write_bytes(b"\x30\x82\x01\xff")  # as in a .der file
        with pytest.raises(ReleaseError, match=r"plain-authority\.pem: not PEM"):
            fetcher.fetch(f"{server.address}/a", 7, 5.0)
