"""Every mistake in the file is told by file, line and key, and what would be right."""

from pathlib import Path

import pytest

from device.config import file, schema
from device.errors import ConfigError


def load(tmp_path: Path, text: str) -> schema.Config:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return file.load(path)


def test_no_key_is_needed(tmp_path: Path) -> None:
    assert load(tmp_path, "") == schema.Config()


def test_what_is_reported_counts(tmp_path: Path) -> None:
    got = load(tmp_path, '[camera]\nsource = "usb:/dev/video2"\n[stage]\nrotate = 90\n')
    assert got.camera.source == "usb:/dev/video2"
    assert got.stage.rotate == 90
    assert got.web == schema.Config().web


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[web]\n\nport = 99999", ["config.toml:3: web.port = 99999", "65535"]),
        ('[web]\nport = "80"', ["config.toml:2: web.port = '80'", "valid integer"]),
        ("[web]\nprot = 1", ["config.toml:2: web.prot: unknown key", "host, port"]),
        ("[wbe]\nport = 1", ["config.toml:1: wbe: unknown key", "camera, vision"]),
        ("web.prot = 1", ["config.toml:1: web.prot: unknown key"]),
        ("[stage]\nrotate = 45", ["config.toml:2: stage.rotate = 45", "0, 90, 180 or 270"]),
        ('[camera]\nsource = "webcam"', ["config.toml:2: camera.source", "usb:<name"]),
        ('[camera]\nsource = "file:"', ["config.toml:2: camera.source", "file:<video"]),
        ("[sound]\nvolume = 1.5", ["config.toml:2: sound.volume = 1.5", "less than or equal to 1"]),
        ("[stage]\nmirror = 1", ["config.toml:2: stage.mirror = 1", "valid boolean"]),
        ("[mood]\nleave = 0.9", ["config.toml:1: mood: leave = 0.9 should not exceed enter"]),
        ("\n[gpio]\nred = 17", ["config.toml:2: gpio: an RGB light needs three"]),
        ("[web\nport = 1", ["config.toml: not TOML", "line 1"]),
        ("[mood]\n# enter = 3\nenter = 3", ["config.toml:3: mood.enter = 3"]),
        ('[web]\nhost = ""', ["config.toml:2: web.host = ''", "an address, or a name in ASCII"]),
        ('[web]\nhost = "a..b"', ["config.toml:2: web.host = 'a..b'"]),
        (
            '[web]\ntrusted_hosts = ["küche.local"]',
            ["config.toml:2: web.trusted_hosts.0 = 'küche.local'", "xn--"],
        ),
        (
            '[web]\ntrusted_hosts = ["kiosk", "kiosk:80"]',
            ["config.toml:2: web.trusted_hosts.1 = 'kiosk:80'"],
        ),
        ('[web]\ntrusted_hosts = ["*.local"]', ["config.toml:2: web.trusted_hosts.0 = '*.local'"]),
        ('[web]\ntrusted_hosts = ["kiosk.."]', ["config.toml:2: web.trusted_hosts.0 = 'kiosk..'"]),
        ('[web]\nhost = "."', ["config.toml:2: web.host = '.'"]),
        ('[web]\nhost = "192.168.1.500"', ["config.toml:2: web.host = '192.168.1.500'"]),
        ('[web]\nkey = "https://a/b"', ["config.toml:2: web.key = 'https://a/b'", "a path"]),
        ('[sound]\nmusic_folder = "smb://nas/music"', ["config.toml:2: sound.music_folder"]),
        ('[reactions]\nfile = "/a.toml "', ["config.toml:2: reactions.file", "without spaces"]),
        ("[vision]\nmodel = '/a\\u0000b'".replace("'", '"'), ["config.toml:2: vision.model"]),
        ('[mqtt]\ntopic_prefix = "a/#"', ["config.toml:2: mqtt.topic_prefix", "letters, digits"]),
        ('[fleet]\nid = "a b"', ["config.toml:2: fleet.id = 'a b'"]),
        ('[fleet]\nreleases_url = "http://a/b"', ["config.toml:2: fleet.releases_url"]),
        ('[mqtt]\nusername = "a"', ["config.toml:1: mqtt: username needs a password_file"]),
        (
            "[fleet]\nreleases = true",
            ["config.toml:2: fleet.releases: needs a broker: set [mqtt] host"],
        ),
        (
            '[mqtt]\nhost = "broker"\ntls = false\npassword_file = "/a"',
            ["config.toml:1: mqtt: a password goes to another machine with tls = true only"],
        ),
    ],
)
def test_a_mistake_is_reported_by_its_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    for words in expected:
        assert words in str(caught.value)


def test_names_and_addresses_of_machines(tmp_path: Path) -> None:
    hosts = ["::", "0.0.0.0", "fe80::1%eth0", "kiosk", "a_b.LAN", "xn--kche-0ra.local", "x" * 63]
    names = ", ".join(f'"{one}"' for one in hosts)
    assert load(tmp_path, f"[web]\ntrusted_hosts = [{names}]").web.trusted_hosts == hosts
    for host in hosts:
        assert load(tmp_path, f'[web]\nhost = "{host}"').web.host == host
    rooted = load(tmp_path, '[web]\nhost = "kiosk.lan."\ntrusted_hosts = ["mood.example.org."]').web
    assert (rooted.host, rooted.trusted_hosts) == ("kiosk.lan", ["mood.example.org"])


def test_what_is_reported_to_home_assistant_is_set_once(tmp_path: Path) -> None:
    assert load(tmp_path, '[mqtt]\ndiscovery_prefix = ""').mqtt.discovery_prefix == ""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '[mqtt]\ndiscovery_prefix = "a/#"')
    assert caught.value.keys == ("mqtt.discovery_prefix",)


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "[web]\nport = 0\n[vision]\nthreads = -1\n")
    assert [line.split(": ")[0][-1] for line in str(caught.value).splitlines()] == ["4", "2"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        file.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        file.load(tmp_path / "binary.toml")
    with pytest.raises(ConfigError, match="directory"):
        file.load(tmp_path)


@pytest.mark.parametrize(
    "host",
    [
        "mqtt://broker", "mqtts://broker:8883", "broker:1883", "[::1]:1883", "[::1]", "broker.lan.",
        "192.168.1.5.", "192.168.1.300", "user@broker", "a broker", "broker/", " broker", "küche",
    ],
)  # fmt: skip
def test_a_broker_that_cannot_be_reached_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:2: mqtt\.host = "):
        load(tmp_path, f'[mqtt]\nhost = "{host}"')


@pytest.mark.parametrize("host", ["", "broker", "broker.fritz.box", "192.168.1.5", "fe80::1%eth0"])
def test_the_name_of_a_broker(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, f'[mqtt]\nhost = "{host}"').mqtt.host == host


@pytest.mark.parametrize("kind", ["file:", "usb:"])
@pytest.mark.parametrize("url", ["rtsp://192.168.1.9/1", "http://cam/stream", "file:///clip.mp4"])
def test_a_url_is_no_file_and_no_usb_camera(tmp_path: Path, kind: str, url: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:2: camera\.source = .*should be auto"):
        load(tmp_path, f'[camera]\nsource = "{kind}{url}"')


@pytest.mark.parametrize(
    "url",
    [
        "http://a/b", "https://", "https:///b", "https://a:99999/b", "https://a:x/b", "https://a:0",
        "https://a b/c", "https://a/b c", "https://[::1/b", "https://user:word@a/b", "https://a./b",
        "https://küche/b", "https://a/ü", "a/b", "HTTPS",
    ],
)  # fmt: skip
def test_a_url_that_nothing_can_be_downloaded_from_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:2: fleet\.releases_url = .*HTTPS URL"):
        load(tmp_path, f'[fleet]\nreleases_url = "{url}"')


@pytest.mark.parametrize("url", ["https://a", "https://a.b:8443/x/y.json?z=%20", "https://[::1]/x"])
def test_the_url_of_a_release(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, f'[fleet]\nreleases_url = "{url}"').fleet.releases_url == url
